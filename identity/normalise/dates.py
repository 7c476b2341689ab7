"""Birth dates in every notation that has one meaning; the others are named unusable."""

import re
from datetime import date
from typing import Final, Literal

from identity.normalise.numerals import digits_before
from identity.normalise.text import fold_width
from identity.normalise.unusable import MALFORMED, PLACEHOLDER, Outcome, Unusable

DateOrder = Literal["dmy", "mdy", "ymd"]

AMBIGUOUS = Unusable("ambiguous-date")
TWO_DIGIT_YEAR = Unusable("two-digit-year")
NOT_A_DATE = Unusable("not-a-date")
FUTURE = Unusable("future-date")
IMPLAUSIBLE = Unusable("implausible-date")

_YEAR_MIN, _YEAR_MAX = 1000, 2100
_PLACEHOLDERS = {
    *((1900, 1, 1), (1, 1, 1), (9999, 12, 31), (9999, 1, 1), (0, 0, 0), (1111, 11, 11), (2222, 2, 2)),
    *((1899, 12, 30), (1899, 12, 31), (1753, 1, 1), (1901, 1, 1), (1800, 1, 1), (1000, 1, 1)),
}
# first year, last year (a date in the overlap may be written in either)
# Source: 元号法 (1979) and the proclamations of each era
_ERAS: Final = {
    "明治": (1868, 1912),
    "大正": (1912, 1926),
    "昭和": (1926, 1989),
    "平成": (1989, 2019),
    "令和": (2019, _YEAR_MAX),
}
_ERA_LETTERS = {"m": "明治", "t": "大正", "s": "昭和", "h": "平成", "r": "令和"}
_MONTHS = {
    name: place
    for place, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}

_SEP = r"\s*[-/.年月日號号\s]\s*"
_TIME = re.compile(r"(?<=\d)[t\s]+\d{1,2}:\d{2}.*\Z")
_YMD = re.compile(rf"(\d{{4}}){_SEP}(\d{{1,2}}){_SEP}(\d{{1,2}})日?\Z")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})\Z")
_ERA = re.compile(rf"(明治|大正|昭和|平成|令和|[mtshr])\.?\s*(\d{{1,2}}){_SEP}(\d{{1,2}}){_SEP}(\d{{1,2}})日?\Z")
_ROC = re.compile(rf"(?:民[國国]|roc)\s*(\d{{1,3}}){_SEP}(\d{{1,2}}){_SEP}(\d{{1,2}})日?\Z")
_NUMERIC = re.compile(rf"(\d{{1,2}}){_SEP}(\d{{1,2}}){_SEP}(\d{{4}})\Z")
_SHORT = re.compile(rf"\d{{1,2}}{_SEP}\d{{1,2}}{_SEP}\d{{1,2}}\Z")
_NAMED_FIRST = re.compile(r"([a-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\Z")
_NAMED_SECOND = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[\s-]+([a-z]{3,9})\.?,?[\s-]+(\d{4})\Z")

Parts = tuple[int, int, int]


def birth_date(text: str, *, order: DateOrder | None, today: date | None) -> Outcome:
    """The variants d ym md yd y of a date.

    `order` says how a file writes dates whose year stands last; without it, only those that can be read in one way are
    taken. A date after `today` is unusable; without `today`, one after 2100.
    """
    folded = fold_width(text).casefold()
    if not folded:
        return None
    folded = digits_before(folded.replace("元年", "1年"), "[年月日]")
    parts = _parts(_TIME.sub("", folded), order)
    if isinstance(parts, Unusable):
        return parts
    return _checked(parts, today)


def _checked(parts: Parts, today: date | None) -> Outcome:
    if parts in _PLACEHOLDERS:
        return PLACEHOLDER
    year, month, day = parts
    try:
        found = date(year, month, day)
    except ValueError:
        return NOT_A_DATE
    if found > (today or date(_YEAR_MAX, 1, 1)):
        return FUTURE
    if year < _YEAR_MIN:
        return IMPLAUSIBLE
    iso = found.isoformat()
    return {"d": iso, "ym": iso[:7], "md": iso[5:], "yd": f"{iso[:4]}-{iso[8:]}", "y": iso[:4]}


def _parts(text: str, order: DateOrder | None) -> Parts | Unusable:
    for pattern in (_YMD, _COMPACT):
        if found := pattern.match(text):
            return int(found[1]), int(found[2]), int(found[3])
    if found := _ERA.match(text):
        return _of_era(_ERA_LETTERS.get(found[1], found[1]), int(found[2]), int(found[3]), int(found[4]))
    if found := _ROC.match(text):
        return int(found[1]) + 1911, int(found[2]), int(found[3])
    if found := _NUMERIC.match(text):
        return _year_last(int(found[1]), int(found[2]), int(found[3]), order)
    return _named(text)


def _of_era(era: str, year: int, month: int, day: int) -> Parts | Unusable:
    first, last = _ERAS[era]
    western = first + year - 1
    return (western, month, day) if first <= western <= last else NOT_A_DATE


def _year_last(one: int, two: int, year: int, order: DateOrder | None) -> Parts | Unusable:
    if order == "mdy":
        return year, one, two
    if order == "dmy" or one > 12 or one == two:
        return year, two, one
    return (year, one, two) if two > 12 else AMBIGUOUS


def _named(text: str) -> Parts | Unusable:
    if found := _NAMED_FIRST.match(text):
        month, day, year = found[1], found[2], found[3]
    elif found := _NAMED_SECOND.match(text):
        day, month, year = found[1], found[2], found[3]
    else:
        return TWO_DIGIT_YEAR if _SHORT.match(text) else MALFORMED
    place = _MONTHS.get(month[:3])
    return MALFORMED if place is None else (int(year), place, int(day))
