"""Kanji numerals to digits, where they are numbers and not part of a name."""

import re
from functools import cache

_DIGITS = {char: number for number, char in enumerate("〇一二三四五六七八九")} | {
    "零": 0,
    "壱": 1,
    "弐": 2,
    "参": 3,
    "元": 1,
}
_UNITS = {"十": 10, "百": 100, "千": 1000, "廿": 20}
NUMERALS = "〇零一二三四五六七八九十百千廿壱弐参"
"""The characters of a kanji numeral, for patterns."""


def number_of(numeral: str) -> int:
    """The value of a kanji numeral, by units (二十三) or by places (二三)."""
    if not any(char in _UNITS for char in numeral):
        return int("".join(str(_DIGITS[char]) for char in numeral))
    total, digit = 0, 0
    for char in numeral:
        if char == "廿":
            total += 20
        elif char in _UNITS:
            total += (digit or 1) * _UNITS[char]
            digit = 0
        else:
            digit = _DIGITS[char]
    return total + digit


@cache
def _before(counters: str) -> re.Pattern[str]:
    return re.compile(f"[{NUMERALS}]+(?={counters})")


def digits_before(text: str, counters: str) -> str:
    """`text` with each kanji numeral that stands right before one of `counters` (a pattern) in digits."""
    return text if text.isascii() else _before(counters).sub(lambda found: str(number_of(found.group())), text)
