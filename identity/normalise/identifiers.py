"""National IDs with their check digits, and numbers of cards and memberships."""

import re
from collections.abc import Callable

from identity.normalise.text import all_same, fold_width, word_set
from identity.normalise.unusable import PLACEHOLDER, TOO_SHORT, Outcome, Unusable

CHECK_DIGIT = Unusable("check-digit")

_LENGTH_MIN = 4
_RUNS = ("01234567890123456789", "98765432109876543210")
_PLACEHOLDERS = word_set("id-placeholder")

_CN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# the letter's number in Taiwan's IDs: 10 for A onward in this order
_TW_LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
_TW_WEIGHTS = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)


def is_my_number(digits: str) -> bool:
    """Whether 12 digits end in the check digit of a Japanese individual number.

    Source: the order on notification cards under the My Number Act (平成26年総務省令第85号), art. 5.
    """
    weights = (2, 3, 4, 5, 6, 7, 2, 3, 4, 5, 6)  # from the right
    total = sum(int(digit) * weight for digit, weight in zip(digits[10::-1], weights, strict=True))
    rest = total % 11
    return int(digits[11]) == (0 if rest <= 1 else 11 - rest)


def is_resident_id(number: str) -> bool:
    """Whether 17 digits and a character end in the check character of a Chinese resident ID.

    Source: GB 11643-1999 (ISO 7064 MOD 11-2).
    """
    total = sum(int(digit) * weight for digit, weight in zip(number[:17], _CN_WEIGHTS, strict=True))
    return number[17] == "10X98765432"[total % 11]


def is_taiwan_id(number: str) -> bool:
    """Whether a letter and 9 digits end in the check digit of a Taiwanese national or (since 2021) resident ID."""
    letter = _TW_LETTERS.index(number[0]) + 10
    digits = [letter // 10, letter % 10, *(int(digit) for digit in number[1:])]
    return sum(digit * weight for digit, weight in zip(digits, _TW_WEIGHTS, strict=True)) % 10 == 0


_CHECKS: dict[str, tuple[re.Pattern[str], Callable[[str], bool]]] = {
    "JP": (re.compile(r"[0-9]{12}\Z"), is_my_number),
    "CN": (re.compile(r"[0-9]{17}[0-9X]\Z"), is_resident_id),
    "TW": (re.compile(r"[A-Z][1289][0-9]{8}\Z"), is_taiwan_id),
}


def _alphanumerics(text: str) -> str:
    return "".join(char for char in fold_width(text).upper() if char.isalnum())


def _against(number: str) -> Unusable | None:
    if number in _PLACEHOLDERS or all_same(number) or any(number in run for run in _RUNS):
        return PLACEHOLDER
    return TOO_SHORT if len(number) < _LENGTH_MIN else None


def national_id(text: str, region: str) -> Outcome:
    """The variants i, ia (first half), iz (the rest). An ID of the shape that `region` issues must pass its check."""
    number = _alphanumerics(text)
    if not number:
        return PLACEHOLDER if fold_width(text) else None
    if reason := _against(number):
        return reason
    shape, holds = _CHECKS.get(region, (None, None))
    if shape and holds and shape.match(number) and not holds(number):
        return CHECK_DIGIT
    half = len(number) // 2
    return {"i": number, "ia": number[:half], "iz": number[half:]}


def loyalty_number(text: str) -> Outcome:
    """The variant l: letters and digits of a card or membership number."""
    number = _alphanumerics(text)
    if not number:
        return PLACEHOLDER if fold_width(text) else None
    return _against(number) or {"l": number}
