"""A full name in one column, split into family and given name."""

import re
from dataclasses import dataclass

from identity.normalise.han import entries, simplified
from identity.normalise.kana import canonical_romaji, romaji
from identity.normalise.names import fold_latin, is_placeholder, locale_of, surname_rank, without_native_title, words_of
from identity.normalise.text import Script, fold_old_kanji, fold_width, has_kana, letters_of, script_of, table, word_set
from identity.normalise.unusable import PLACEHOLDER, Unusable

NOT_SPLIT = Unusable("not-split")
"""A full name without a space whose family name we cannot tell from the given name."""

_SUFFIXES = word_set("suffix")
_UNRANKED = 1 << 30
_FAMILY_CHARACTERS_MAX = 5
_NATIVE_GAP = re.compile(r"[\s,、]+")
_FOREIGN_GAP = re.compile("[・·=＝]")


@dataclass(frozen=True, slots=True)
class FullName:
    """The two parts of a full name, each as it was written; a single name is a given name."""

    given: str | None
    family: str | None


def split(text: str, locale: str, kana: str | None) -> FullName | Unusable | None:
    """The parts of a full name: family first in native script, 'given family' or 'Family, Given' in Latin.

    A native name without a space is split by the family names that are known; a Latin name in Japanese or Chinese data
    by the romanised ones, else it is taken as given-first. `kana` is the row's kana, which tells Japanese from Chinese.

    Raises MissingExtra if the split needs a dictionary that is not installed.
    """
    name = without_native_title(fold_width(text))
    if not name:
        return None
    if is_placeholder(name):
        return PLACEHOLDER
    script = script_of(name)
    if script is Script.LATIN:
        return _latin(name, locale)
    if _FOREIGN_GAP.search(name) and script is Script.KANA:
        given, *rest = _FOREIGN_GAP.split(name)
        return FullName(given or None, rest[-1] if rest else None)
    parts = [part for part in _NATIVE_GAP.split(name) if letters_of(part)]
    if len(parts) > 1:
        return FullName("".join(parts[1:]), parts[0])
    if script is Script.OTHER:
        return NOT_SPLIT
    return _unspaced(letters_of(name), script, locale_of(locale, name, kana))


def _latin(name: str, locale: str) -> FullName | Unusable:
    parts = [part for part in (words_of(piece) for piece in name.split(",")) if part and part[0] not in _SUFFIXES]
    if len(parts) > 1:
        return FullName(" ".join(parts[1]), " ".join(parts[0]))
    if not parts:
        return NOT_SPLIT
    words = parts[0]
    if len(words) == 1:
        return FullName(words[0], None)
    if locale != "en" and _family_stands_first(words, locale):
        return FullName(" ".join(words[1:]), words[0])
    return _given_first(words)


def _given_first(words: list[str]) -> FullName:
    """The last word is the family name; what stands between is middle names and particles."""
    return FullName(" ".join(words[:-1]), words[-1])


def _family_stands_first(words: list[str], locale: str) -> bool:
    languages = (locale, "zh" if locale == "ja" else "ja")
    for language in languages:
        ranks = surname_rank(language)
        first, last = (ranks.get(fold_latin(word, language), _UNRANKED) for word in (words[0], words[-1]))
        if first != last:
            return first < last
    return False


def _unspaced(name: str, script: Script, locale: str) -> FullName | Unusable:
    if len(name) < 2:
        return NOT_SPLIT
    if script is Script.KANA:
        length = _kana_family_length(name)
    elif locale == "zh" and not has_kana(name):
        length = 2 if len(name) > 2 and simplified(name)[:2] in table("surnames_zh.tsv") else 1
    else:
        length = _japanese_family_length(fold_old_kanji(name))
    return FullName(name[length:], name[:length]) if length else NOT_SPLIT


def _kana_family_length(name: str) -> int:
    """The longest beginning that reads as a common family name and leaves two kana or more; 0 if there is none."""
    ranks = surname_rank("ja")
    for length in range(len(name) - 2, 1, -1):
        if name[length] not in "ーッャュョァィゥェォンっゃゅょん" and canonical_romaji(romaji(name[:length])) in ranks:
            return length
    return 0


def _japanese_family_length(name: str) -> int:
    """The cut whose two sides are best known as a family and a given name; without any, after two characters."""
    lengths = range(1, min(len(name), _FAMILY_CHARACTERS_MAX + 1))
    evidence, length = max((_evidence(name[:length], name[length:]), length) for length in lengths)
    return length if evidence else min(2, len(name) - 1)


def _evidence(family: str, given: str) -> int:
    known = 2 if family in table("surnames_ja.tsv") else int(bool(entries(family, "family")))
    return 0 if not known else known + 2 * bool(entries(given, "given"))
