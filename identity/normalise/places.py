"""Postcodes, street addresses, cities and places of birth."""

import re
from dataclasses import dataclass

from identity.normalise.han import simplified
from identity.normalise.kana import canonical_romaji
from identity.normalise.names import is_placeholder
from identity.normalise.numerals import digits_before
from identity.normalise.text import (
    Script,
    all_same,
    drop_apostrophes,
    fold_accents,
    fold_dashes,
    fold_kana,
    fold_old_kanji,
    fold_width,
    script_of,
    table,
    word_set,
)
from identity.normalise.unusable import MALFORMED, PLACEHOLDER, TOO_SHORT, Outcome, Unusable

_POSTCODE_LENGTHS = {"JP": (7,), "CN": (6,), "TW": (3, 5, 6), "US": (5, 9), "GB": (5, 6, 7), "DE": (5,), "FR": (5,)}
_LOST_ZERO = {"JP": 6, "US": 4, "DE": 4, "FR": 4}
_POSTCODE_MIN = 3

_JA_PREFECTURE = re.compile("(?:東京都|北海道|(?:京都|大阪)府|[^\\d\\s]{2,3}県)+")
_ZH_PROVINCE = re.compile("(?:[^\\d\\s]{2,3}省|[^\\d\\s]{2,6}自治区|(?:北京|上海|天津|重庆)市)+")
_JA_COUNTERS = "丁目|番地|番(?!町)|号|条|線|階|地割"
_ZH_COUNTERS = "号|弄|巷|段|楼|室|单元|栋|层|幢|座|邻"
_JA_MARKS = re.compile(
    r"(?<=\d)\s*(?:丁目|番地ノ|番地|番(?!町)|号室|号棟|号館|号|室|階|f(?![a-z])|ノ(?=\s*\d)|ー(?=\s*\d))\s*"
)
_ZH_MARKS = re.compile(f"(?<=\\d)\\s*(?:(?:{_ZH_COUNTERS})之?|之(?=\\d))\\s*")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[\s,、/-]+(?=\d)")
_NOT_TEXT = re.compile(r"[^\w-]+|_|(?<!\d)-|-(?!\d)")

_STREET_WORDS = table("street_words.tsv")
_UNIT_WORDS = word_set("address-unit")
_CHINESE_REGIONS = frozenset({"CN", "TW", "HK", "MO", "SG"})
_CITY_SUFFIX = "市区县縣區"
_ROMAN_CITY_SUFFIX = re.compile(r"(?<=\w{2})[- ](?:shi|ku|city)\Z")

NO_LETTERS = Unusable("no-letters")


def postcode(text: str, region: str) -> Outcome:
    """The variants p and pa (area): JP first 3, CN first 4, GB outward code, else first 3 (short codes: less 2).

    A leading zero that a spreadsheet has eaten comes back where codes have one length; US ZIP+4 loses its 4.
    """
    folded = fold_width(text).upper().removeprefix("〒")
    code = "".join(char for char in folded if char.isascii() and char.isalnum())
    if not code:
        return MALFORMED if any(char.isalnum() for char in folded) else PLACEHOLDER if folded else None
    if all_same(code):
        return PLACEHOLDER
    if len(code) == _LOST_ZERO.get(region) and code.isdecimal():
        code = "0" + code
    if not _has_postcode_shape(code, region):
        return MALFORMED
    if region == "US":
        code = code[:5]
    return {"p": code, "pa": code[: _area_length(code, region)]}


def _has_postcode_shape(code: str, region: str) -> bool:
    if region in _POSTCODE_LENGTHS and len(code) not in _POSTCODE_LENGTHS[region]:
        return False
    if region == "GB":
        return re.match(r"[A-Z]{1,2}\d[A-Z\d]?\d[A-Z]{2}\Z", code) is not None
    return _POSTCODE_MIN <= len(code) <= 10 and (region not in _POSTCODE_LENGTHS or code.isdecimal())


def _area_length(code: str, region: str) -> int:
    if region == "CN":
        return 4
    if region == "GB":
        return len(code) - 3
    return 3 if region in {"JP", "TW"} or len(code) > 4 else max(1, len(code) - 2)


@dataclass(frozen=True, slots=True)
class Street:
    """An address with what the same row says of its city and region, which then do not count twice."""

    text: str
    city: str | None = None
    region: str | None = None


def address(street: Street, *, locale: str, region: str) -> Outcome:
    """The variants a (the canonical whole) and an (its numbers with 3 letters of its street).

    丁目, 番地, 号 and their like become hyphens, kanji numerals before them digits; prefecture or province, the
    row's own city and unit words fall away; Western street words take one abbreviation.

    Raises MissingExtra for a Chinese address without the extra `zh`.
    """
    folded = fold_width(street.text)
    if not folded:
        return None
    if is_placeholder(folded):
        return PLACEHOLDER
    native = _is_native(folded)
    whole = _native(street, _language(locale, region)) if native else _western(street)
    if native and not _is_native(whole):  # only its marks were native
        native, whole = False, _western(Street(whole))
    if not any(char.isalpha() for char in whole):
        return NO_LETTERS
    if len(whole) < 3:
        return TOO_SHORT
    gist = _gist(whole, native=native)
    return {"a": whole, "an": gist} if gist else {"a": whole}


def _is_native(text: str) -> bool:
    return script_of(text) in {Script.HAN, Script.KANA}


def _gist(whole: str, *, native: bool) -> str | None:
    """The numbers and 3 letters; in Han and kana the last 3 before the first number: a city in front may lack."""
    numbers = re.findall(r"\d+", whole)
    words: list[str] = re.findall(r"[^\W\d_]+", whole)
    if not numbers or not words:
        return None
    letters = words[0][-3:] if native and not whole[0].isdecimal() else max(words, key=len)[:3]
    return "-".join(numbers) + "|" + letters


def _language(locale: str, region: str) -> str:
    """The language of an address in Han characters; by region where the locale does not say."""
    if locale == "en":
        return "zh" if region in _CHINESE_REGIONS else "ja"
    return locale


def _fold_native(text: str, language: str) -> str:
    folded = fold_dashes(fold_accents(fold_width(text)))
    if language == "zh":
        folded, area = simplified(folded), _ZH_PROVINCE
    else:
        folded, area = fold_old_kanji(fold_kana(folded)).replace("ヶ", "ケ"), _JA_PREFECTURE
    found = area.match(folded)
    return folded[found.end() :] if found else folded


def _native(street: Street, language: str) -> str:
    whole = _fold_native(street.text, language)
    for part in (street.region, street.city):
        whole = _without_place(whole, _fold_native(part, language)) if part else whole
    before = ""
    while before != whole:  # what one round takes away may bring a number and its counter together
        before, whole = whole, _hyphened(whole, language)
    return whole


def _hyphened(text: str, language: str) -> str:
    counters, marks = (_ZH_COUNTERS, _ZH_MARKS) if language == "zh" else (_JA_COUNTERS, _JA_MARKS)
    numbered = marks.sub("-", digits_before(text, counters))
    return _NOT_TEXT.sub("", re.sub("-+", "-", _BETWEEN_DIGITS.sub("-", numbered)))


def _without_place(whole: str, place: str) -> str:
    if not place or not whole.startswith(place) or whole == place:
        return whole
    rest = whole[len(place) :].lstrip()
    rest = rest[1:] if rest[:1] in tuple(_CITY_SUFFIX) else rest
    return rest if any(char.isalpha() for char in rest) else whole


def _western_words(text: str) -> list[str]:
    plain = fold_accents(drop_apostrophes(fold_dashes(fold_width(text)))).replace(".", "")
    words = (_STREET_WORDS.get(word, word) for word in re.findall(r"[^\W_]+", plain))
    return [word for word in words if word and word not in _UNIT_WORDS]


def _western(street: Street) -> str:
    words = _western_words(street.text)
    for part in (street.region, street.city):
        tail = _western_words(part) if part else []
        if tail and len(words) > len(tail) and words[-len(tail) :] == tail:
            words = words[: -len(tail)]
    return " ".join(words)


def place(text: str, *, variant: str, locale: str, region: str) -> Outcome:
    """A city or place of birth as `variant`: without 市, 区 or 县 at its end, prefecture, case or accents.

    Raises MissingExtra for a Chinese place without the extra `zh`.
    """
    folded = fold_width(text)
    if not folded:
        return None
    if is_placeholder(folded):
        return PLACEHOLDER
    if _is_native(folded):
        native = _fold_native(folded, _language(locale, region)) or folded
        found = "".join(char for char in native if char.isalnum() or char == "ー")
        found = found.rstrip(_CITY_SUFFIX) or found[:1]
    else:
        plain = _ROMAN_CITY_SUFFIX.sub("", fold_accents(drop_apostrophes(fold_dashes(folded))))
        words = (("st" if word == "saint" else word) for word in re.findall(r"[^\W_]+", plain))
        found = "".join(words)
        found = canonical_romaji(found) if locale == "ja" else found
    return {variant: found} if any(char.isalpha() for char in found) else NO_LETTERS
