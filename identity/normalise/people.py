"""The names of all rows: given and family name from the columns that there are, and their variants."""

from collections.abc import Callable, Mapping

from identity.fields import FieldKind
from identity.normalise.columns import Coded, Tally, combine, derive, spread
from identity.normalise.full_names import FullName, split
from identity.normalise.han import Part
from identity.normalise.names import Name, Written, is_placeholder, name_of, words_of
from identity.normalise.sound import sound_of
from identity.normalise.text import fold_width
from identity.normalise.unusable import PLACEHOLDER, Unusable

_LETTER: dict[Part, str] = {"given": "g", "family": "f"}
_FULL = (FieldKind.FULL_NAME, FieldKind.FULL_NAME_KANA, FieldKind.FULL_NAME_ROMAN)
_PARTS: dict[Part, tuple[FieldKind, FieldKind, FieldKind]] = {
    "given": (FieldKind.GIVEN_NAME, FieldKind.GIVEN_NAME_KANA, FieldKind.GIVEN_NAME_ROMAN),
    "family": (FieldKind.FAMILY_NAME, FieldKind.FAMILY_NAME_KANA, FieldKind.FAMILY_NAME_ROMAN),
}


def name_variants(columns: Mapping[FieldKind, Coded], locale: Coded, tally: Tally) -> dict[str, Coded]:
    """The variants g… f… gf m of every row.

    A column of its own for a part of the name wins over the part of a full name in the same row.

    Raises MissingExtra if a name's reading needs a dictionary that is not installed.
    """
    absent = Coded.missing(len(locale.codes))
    written = {kind: columns.get(kind, absent) for kinds in _PARTS.values() for kind in kinds}
    for place, kind in enumerate(_FULL):
        if kind in columns:
            split_parts = _split_column(columns, kind, locale, tally)
            for part, kinds in _PARTS.items():
                written[kinds[place]] = written[kinds[place]].or_else(split_parts[part])
    names = {part: _names(part, [written[kind] for kind in kinds], locale, tally) for part, kinds in _PARTS.items()}
    given, family = names["given"], names["family"]
    variants = {**given, **family, "gf": _pair(given["g"], family["f"])}
    middle = _middle(columns, tally)
    variants["m"] = middle.or_else(given["m"]) if middle else given["m"]
    return variants


def _split_column(
    columns: Mapping[FieldKind, Coded], kind: FieldKind, locale: Coded, tally: Tally
) -> dict[Part, Coded]:
    kana = columns.get(FieldKind.FULL_NAME_KANA, Coded.missing(len(locale.codes)))
    tuples, codes = combine([columns[kind], kana, locale])
    parts = [split(full, str(language), reading) if full else None for full, reading, language in tuples]
    tally.count(kind, parts, codes)
    names = [part if isinstance(part, FullName) else FullName(None, None) for part in parts]
    return {
        "given": spread([name.given for name in names], codes),
        "family": spread([name.family for name in names], codes),
    }


def _names(part: Part, written: list[Coded], locale: Coded, tally: Tally) -> dict[str, Coded]:
    tuples, codes = combine([*written, locale])
    found = [name_of(Written(native, kana, roman), part, str(language)) for native, kana, roman, language in tuples]
    tally.count(_PARTS[part][0], found, codes)
    names = [name if isinstance(name, Name) else Name(None) for name in found]
    letter = _LETTER[part]
    exact = spread([name.roman for name in names], codes)
    variants = {letter + suffix: derive(exact, rule) for suffix, rule in _RULES.items()}
    variants[letter + "k"] = spread([name.native for name in names], codes)
    if part == "given":
        variants["m"] = spread([name.middle for name in names], codes)
        variants["g1"] = derive(exact, lambda name: name[:1])
    return variants


_RULES: dict[str, Callable[[str], str | None]] = {
    "": lambda name: name,
    "p": sound_of,
    "a": lambda name: name[:3],
    "z": lambda name: name[-3:],
}


def _pair(given: Coded, family: Coded) -> Coded:
    tuples, codes = combine([given, family])
    return spread([_unordered(one, two) if one and two else None for one, two in tuples], codes)


def _unordered(one: str, two: str) -> str:
    return f"{one}|{two}" if one <= two else f"{two}|{one}"


def _middle(columns: Mapping[FieldKind, Coded], tally: Tally) -> Coded | None:
    column = columns.get(FieldKind.MIDDLE_NAME)
    if column is None:
        return None
    initials = [_initial(text) for text in column.values]
    tally.count(FieldKind.MIDDLE_NAME, initials, column.codes)
    return spread([found if isinstance(found, str) else None for found in initials], column.codes)


def _initial(text: str) -> str | Unusable | None:
    folded = fold_width(text)
    if not folded:
        return None
    words = words_of(folded)
    return PLACEHOLDER if is_placeholder(folded) or not words else words[0][0]
