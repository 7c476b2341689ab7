"""One name to its romanised form and its native form; titles, particles and placeholders off."""

import re
from dataclasses import dataclass
from functools import cache

from identity.normalise.han import Part, chinese_reading, japanese_reading, native_key
from identity.normalise.kana import canonical_romaji, is_romaji, romaji, shortened_romaji
from identity.normalise.text import (
    Script,
    all_same,
    drop_apostrophes,
    fold_accents,
    fold_dashes,
    fold_kana,
    fold_width,
    has_kana,
    letters_of,
    script_of,
    table,
    word_set,
)
from identity.normalise.unusable import PLACEHOLDER, Unusable

NO_LETTERS = Unusable("no-letters")
NO_READING = Unusable("no-reading")

_PLACEHOLDERS = word_set("name-placeholder")
_PLACEHOLDER_MAX = 16
_BLANKS = frozenset({"n/a", "#n/a", "-", "--", ".", "?", "??"})
_TITLES = word_set("title")
_SUFFIXES = word_set("suffix")
_PARTICLES = word_set("particle")
_HYPHENED_PARTICLE = re.compile(r"\b(?:al|el)-(?=\w{2})")
_NATIVE_TITLE = re.compile(r"(?<=..)(?:[\s·]*(?:様|殿|先生|女士|小姐)|\s+(?:さま|さん|サマ|サン|氏|君))+\Z")
_UMLAUT = re.compile(r"(?<![aeiouy])([aou])e(?![aeiouy])")
"""How German and its neighbours write ä, ö and ü without dots: Mueller is Müller, whose dots are folded away."""

_PINYIN = re.compile(
    r"(?:(?:[bpmfdtnlgkhjqxrzcsyw]|[zcs]h)?(?:[iu]?a(?:ng?|i|o)?|[iu]?e(?:ng?|i|r)?|i(?:ng?|u)?|u(?:n|o|i|e)?|o(?:ng|u)?|iong))\Z"
)


@dataclass(frozen=True, slots=True)
class Name:
    """One part of a person's name: `roman` (a-z, or the letters of a script that we cannot romanise), the same in its
    `native` script if it has one beside Latin, and the initial of a `middle` name that stood with it."""

    roman: str | None
    native: str | None = None
    middle: str | None = None


def words_of(text: str) -> list[str]:
    """The words of a Latin name: lower case, no accents, apostrophes or dots, hyphened words joined.

    Titles in front and suffixes behind fall away unless nothing else is left.
    """
    plain = fold_accents(drop_apostrophes(fold_dashes(text)))
    plain = _HYPHENED_PARTICLE.sub(lambda found: found.group()[:-1] + " ", plain).replace("-", "")
    words = [letters_of(word) for word in plain.replace(".", " ").replace(",", " ").split()]
    words = [word for word in words if word]
    while len(words) > 1 and words[0] in _TITLES:
        words = words[1:]
    while len(words) > 1 and words[-1] in _SUFFIXES:
        words = words[:-1]
    return words


def without_native_title(text: str) -> str:
    """`text` without 様, 先生, 女士 and their like at its end."""
    return text if text.isascii() else _NATIVE_TITLE.sub("", text)


def fold_latin(word: str, locale: str) -> str:
    """The one spelling of a romanised word (a-z): Hepburn in Japanese, else umlauts for ae, oe, ue; no long vowels."""
    if locale == "ja":
        return canonical_romaji(word)
    if locale == "zh":
        return shortened_romaji(re.sub("(?<=[ln])(?:v|yu)(?![aiou])", "u", word))
    return shortened_romaji(word if is_romaji(word) or is_pinyin(word) else _UMLAUT.sub(r"\1", word))


def is_pinyin(word: str) -> bool:
    """Whether `word` could be one syllable of pinyin."""
    return _PINYIN.match(word) is not None


def latin_given(words: list[str], locale: str) -> Name:
    """A given name from its Latin words: Chinese syllables belong together, else the second is a middle name."""
    if locale == "zh" or all(is_pinyin(word) for word in words):
        return Name(fold_latin("".join(words), locale))
    middle = next((word[0] for word in words[1:] if word not in _PARTICLES), None)
    return Name(fold_latin(words[0], locale), middle=middle)


def latin_family(words: list[str], locale: str) -> Name:
    """A family name from its Latin words, without particles unless nothing else is left."""
    kept = [word for word in words if word not in _PARTICLES] or words[-1:]
    return Name(fold_latin("".join(kept), locale))


def locale_of(locale: str, native: str | None, kana: str | None) -> str:
    """Which language reads the Han characters of `native`: in locale en, Japanese where there is kana, else Chinese."""
    if locale != "en" or not native or script_of(native) is not Script.HAN:
        return locale
    return "ja" if kana or has_kana(native) else "zh"


def is_placeholder(text: str) -> bool:
    """Whether a name stands for no name. `text` is folded in width."""
    if len(text) > _PLACEHOLDER_MAX:
        return all_same(text)
    letters = letters_of(fold_kana(fold_accents(text)))
    return text.lower() in _BLANKS or letters in _PLACEHOLDERS or (len(letters) > 2 and all_same(letters))


@dataclass(frozen=True, slots=True)
class Written:
    """How one part of a name is written in the columns of a row; None where a column has nothing."""

    native: str | None
    kana: str | None
    roman: str | None


def name_of(written: Written, part: Part, locale: str) -> Name | Unusable | None:
    """The normal form of one part of a name.

    The reading comes from the kana, else from the romanised column, else from the name itself. A name with no reading
    keeps its native form.

    Raises MissingExtra if the reading needs a dictionary that is not installed.
    """
    parts = [fold_width(text) if text else "" for text in (written.native, written.kana, written.roman)]
    usable = [text if text and letters_of(text) and not is_placeholder(text) else "" for text in parts]
    if not any(usable):
        return None if not any(parts) else PLACEHOLDER if any(is_placeholder(text) for text in parts) else NO_LETTERS
    native, kana, roman = usable
    native = without_native_title(native)
    language = locale_of(locale, native, kana)
    source = next(text for text in (kana, roman, native) if text)
    read = _read(without_native_title(source), part, language)
    return Name(read.roman, _native_of(native, kana, language), read.middle)


def _native_of(native: str, kana: str, locale: str) -> str | None:
    for text in (native, kana):
        if text and script_of(text) is not Script.LATIN:
            return native_key(fold_kana(letters_of(text.casefold())), locale) or None
    return None


def _read(text: str, part: Part, locale: str) -> Name:
    script = script_of(text)
    if script is Script.LATIN:
        words = words_of(text)
        if not words:
            return Name(None)
        return latin_given(words, locale) if part == "given" else latin_family(words, locale)
    if script is Script.KANA:
        return Name(canonical_romaji(_latin_letters(romaji(fold_kana(letters_of(text))))))
    if script is Script.HAN:
        return Name(_han(native_key(letters_of(text), locale), part, locale))
    return Name(letters_of(text.casefold()))


def _han(text: str, part: Part, locale: str) -> str | None:
    if locale == "zh":
        return fold_latin(_latin_letters(chinese_reading(text, part)), locale) or None
    reading = japanese_reading(text, part)
    return canonical_romaji(_latin_letters(romaji(reading))) or None if reading else None


def _latin_letters(text: str) -> str:
    return "".join(char for char in fold_accents(text) if "a" <= char <= "z")


@cache
def surname_rank(language: str) -> dict[str, int]:
    """The romanised common family names of a language ('ja' or 'zh'), the more common the lower."""
    ranks: dict[str, int] = {}
    for rank, reading in enumerate(table(f"surnames_{language}.tsv").values()):
        ranks.setdefault(reading, rank)
    return ranks
