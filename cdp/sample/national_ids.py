"""National identifiers with valid check digits, drawn at random: they are nobody's on purpose."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp.sample.addresses import join
from cdp.sample.dates import compact, written
from cdp.sample.draws import Days, Ints, between
from cdp.sample.names import Origin

_MY_NUMBER = np.array([6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
_RESIDENT = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_TAIWAN = np.array([1, 9, 8, 7, 6, 5, 4, 3, 2, 1])
_REGIONS = ("310104", "310115", "110105", "440106", "330106", "320102")
_LETTERS = {"A": 10, "B": 11, "D": 13, "E": 14, "F": 15, "H": 17}


def national_ids(rng: np.random.Generator, origin: Ints, sex: Ints, birth: Days) -> Any:
    """My Number, China's resident identity number or Taiwan's, by origin; null for the rest. Text, (n,)."""
    size = len(origin)
    kinds = (_my_numbers(rng, size), _residents(rng, sex, birth), _taiwanese(rng, sex))
    found: Any = pa.nulls(size, pa.string())
    for key, texts in zip((Origin.JAPAN, Origin.CHINA, Origin.TAIWAN), kinds, strict=True):
        found = pc.if_else(pa.array(origin == key), texts, found)
    return found


def _my_numbers(rng: np.random.Generator, size: int) -> Any:
    """Source: Order of the Ministry of Internal Affairs no. 85 of 2014, article 5: weights 2-7, 2-6 from the right."""
    digits = between(rng, 0, 9, size=size * 11).reshape(size, 11)
    left = (digits * _MY_NUMBER).sum(axis=1) % 11
    return _text(np.column_stack([digits, np.where(left <= 1, 0, 11 - left)]))


def _residents(rng: np.random.Generator, sex: Ints, birth: Days) -> Any:
    """Source: GB 11643-1999, check sign by ISO 7064 MOD 11-2; the last digit of the sequence is odd for men."""
    size = len(sex)
    region = pa.array(_REGIONS, pa.string()).take(pa.array(between(rng, 0, len(_REGIONS) - 1, size=size)))
    order = between(rng, 0, 499, size=size) * 2 + (sex == 0)
    body = join(region, written(birth, compact), pc.utf8_lpad(pa.array(order).cast(pa.string()), 3, "0"))
    digits = _digits(body, 17)
    signs = pa.array(list("10X98765432"), pa.string())
    return join(body, signs.take(pa.array((digits * _RESIDENT).sum(axis=1) % 11)))


def _taiwanese(rng: np.random.Generator, sex: Ints) -> Any:
    """Source: Taiwan's household registration: letter as two digits, weights 1, 9-1, and a sum that 10 divides."""
    size = len(sex)
    pick = between(rng, 0, len(_LETTERS) - 1, size=size)
    letter = pa.array(list(_LETTERS), pa.string()).take(pa.array(pick))
    area = np.array(list(_LETTERS.values()))[pick]
    digits = np.column_stack([sex + 1, between(rng, 0, 9, size=size * 7).reshape(size, 7)])
    weighed = (np.column_stack([area // 10, area % 10, digits]) * _TAIWAN).sum(axis=1)
    return join(letter, _text(np.column_stack([digits, (10 - weighed % 10) % 10])))


def _text(digits: Ints) -> Any:
    """(n, k) digits as text of k signs."""
    width = digits.shape[1]
    number = (digits * 10 ** np.arange(width - 1, -1, -1)).sum(axis=1)
    return pc.utf8_lpad(pa.array(number).cast(pa.string()), width, "0")


def _digits(texts: Any, width: int) -> Ints:
    number = texts.cast(pa.int64()).to_numpy(zero_copy_only=False)
    return np.stack([number // 10**place % 10 for place in range(width - 1, -1, -1)], axis=1)
