"""Phone numbers as each company writes them."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp.sample.addresses import join
from cdp.sample.draws import Ints, between
from cdp.sample.homes import Country

_CALLING = {Country.JP: "81", Country.TW: "886", Country.CN: "86", Country.GB: "44", Country.AU: "61"}


class PhoneStyle(Enum):
    """How a company writes a Japanese number: before the area code, after it, and before the last four digits.

    Numbers of other countries always carry + and the country's code.
    """

    HYPHENS = ("0", "-", "-")
    PLAIN = ("0", "", "")
    BRACKETS = ("(0", ")", "-")
    E164 = ("+81", "", "")
    SPACED = ("+81 ", "-", "-")


@dataclass(frozen=True, slots=True)
class Phones:
    """Numbers, each column (n,): country, national significant number (0 = none), digits of its area code."""

    country: Ints
    number: Ints
    head: Ints

    def take(self, rows: Any) -> "Phones":
        """The numbers at `rows`."""
        return Phones(self.country[rows], self.number[rows], self.head[rows])

    def or_else(self, other: "Phones", chosen: Any) -> "Phones":
        """`other` where `chosen`, row by row, and where there is no number here."""
        use = np.asarray(chosen) | (self.number == 0)
        pairs = [(other.country, self.country), (other.number, self.number), (other.head, self.head)]
        return Phones(*[np.where(use, theirs, own) for theirs, own in pairs])


def mobiles(rng: np.random.Generator, country: Ints) -> Phones:
    """A mobile number for each; none where a country keeps no block of them for fiction that the plan accepts."""
    size = len(country)
    seven = (rng.random(size) * 1e7).astype(np.int64)
    japan = (
        np.array([70, 80, 90])[between(rng, 0, 2, size=size)] * 10**8 + between(rng, 1, 9, size=size) * 10**7 + seven
    )
    taiwan = 900_000_000 + between(rng, 1, 8, size=size) * 10**7 + seven
    china = (
        np.array([138, 139, 150, 186])[between(rng, 0, 3, size=size)] * 10**8
        + seven * 10
        + between(rng, 0, 9, size=size)
    )
    plans = {Country.JP: japan, Country.TW: taiwan, Country.CN: china}
    number = np.select([country == key for key in plans], list(plans.values()), 0)
    return Phones(country, number, np.where(country == Country.JP, 2, 3))


def written(phones: Phones, style: PhoneStyle) -> Any:
    """The numbers as text in `style`; null where there is none."""
    digits = pa.array(phones.number).cast(pa.string())
    start, middle, last = style.value
    found: Any = pa.nulls(len(phones.number), pa.string())
    for head in (1, 2, 3):
        parts = [pc.utf8_slice_codeunits(digits, *cut) for cut in ((0, head), (head, -4), (-4, None))]
        text = join(start, parts[0], middle, parts[1], last, parts[2])
        found = pc.if_else(pa.array(phones.head == head), text, found)
    code = pa.array([_CALLING[country] for country in Country], pa.string()).take(pa.array(phones.country))
    gap = "" if style in (PhoneStyle.PLAIN, PhoneStyle.E164) else " "
    found = pc.if_else(pa.array(phones.country == Country.JP), found, join("+", code, gap, digits))
    return pc.if_else(pa.array(phones.number > 0), found, pa.scalar(None, pa.string()))
