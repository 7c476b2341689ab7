"""The kinds of identifier that we look for, and the check digits that tell them from other numbers."""

import datetime as dt
from enum import StrEnum
from typing import Final


class PiiKind(StrEnum):
    """What a finding is; the value stands in reports and in place of redacted text."""

    EMAIL = "email"
    PHONE = "phone"
    CREDIT_CARD = "credit-card"
    MY_NUMBER = "my-number"
    CHINA_RESIDENT_ID = "china-resident-id"
    TAIWAN_ID = "taiwan-id"
    KOREA_RRN = "korea-rrn"


CHANCE: Final[dict[PiiKind, float]] = {
    PiiKind.CREDIT_CARD: 0.1,
    PiiKind.MY_NUMBER: 0.1,
    PiiKind.CHINA_RESIDENT_ID: 0.05,
    PiiKind.TAIWAN_ID: 0.1,
    PiiKind.KOREA_RRN: 0.05,
}
"""How often a number of the right shape passes without being one; a kind that is not here has no check digit."""

_MY_NUMBER_WEIGHTS: Final = (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_CHINA_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHINA_CHECKS: Final = "10X98765432"
_CHINA_PROVINCES: Final = frozenset(
    [*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66), 71, 81, 82, 83]
)
_TAIWAN_LETTERS: Final = "ABCDEFGHJKLMNPQRSTUVXYWZIO"
"""The letter at place n stands for n + 10."""

_TAIWAN_WEIGHTS: Final = (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)
_CARD_PREFIXES: Final = ("2", "3", "4", "5", "6")


def is_credit_card(text: str) -> bool:
    """Whether the digits of `text` are a payment card's: 13 to 19, a card's first digit, and the Luhn check.

    Source: ISO/IEC 7812-1, annex B.
    """
    digits = _digits(text)
    if not 13 <= len(digits) <= 19 or str(digits[0]) not in _CARD_PREFIXES or len(set(digits)) == 1:
        return False
    doubled = (digit * 2 - 9 if digit > 4 else digit * 2 for digit in digits[-2::-2])
    return (sum(digits[-1::-2]) + sum(doubled)) % 10 == 0


def is_my_number(text: str) -> bool:
    """Whether the digits of `text` are an individual's My Number: 12, with the check digit.

    Source: Japan, Ordinance of the Ministry of Internal Affairs and Communications No. 85 of 2014, Art. 5.
    """
    digits = _digits(text)
    if len(digits) != 12 or len(set(digits)) == 1:
        return False
    left = sum(digit * weight for digit, weight in zip(digits, _MY_NUMBER_WEIGHTS, strict=False)) % 11
    return digits[11] == (0 if left <= 1 else 11 - left)


def is_china_resident_id(text: str) -> bool:
    """Whether `text` is a Chinese resident identity number: province, birth date, and the check of MOD 11-2.

    Source: GB 11643-1999; ISO 7064.
    """
    if len(text) != 18 or not text.isascii() or not text[:17].isdigit() or int(text[:2]) not in _CHINA_PROVINCES:
        return False
    if not _is_date(text[6:14]):
        return False
    left = sum(int(digit) * weight for digit, weight in zip(text, _CHINA_WEIGHTS, strict=False)) % 11
    return text[17].upper() == _CHINA_CHECKS[left]


def is_taiwan_id(text: str) -> bool:
    """Whether `text` is a Taiwanese national or resident identity number: letter, sex or class, and the check digit.

    Source: the rules of the Household Registration Act and of the National Immigration Agency (2021 resident numbers).
    """
    if len(text) != 10 or not text.isascii() or not text[1:].isdigit() or text[1] not in "1289":
        return False
    if text[0].upper() not in _TAIWAN_LETTERS:
        return False
    region = _TAIWAN_LETTERS.index(text[0].upper()) + 10
    digits = (region // 10, region % 10, *(int(digit) for digit in text[1:]))
    return sum(digit * weight for digit, weight in zip(digits, _TAIWAN_WEIGHTS, strict=True)) % 10 == 0


def _digits(text: str) -> list[int]:
    return [int(char) for char in text if "0" <= char <= "9"]


def _is_date(text: str) -> bool:
    try:
        born = dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return born.year >= 1850
