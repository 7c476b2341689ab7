"""Where people live: invented street numbers in real cities of Japan, and in Taipei, Shanghai, London and Sydney."""

from dataclasses import dataclass
from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cdp.sample.draws import Ints, Urn, between, chance
from cdp.sample.names import Origin
from cdp.sample.tables import table


class Country(IntEnum):
    """Countries with addresses of their own form."""

    JP = 0
    TW = 1
    CN = 2
    GB = 3
    AU = 4


_FOREIGN: dict[Origin, tuple[Country, ...]] = {
    Origin.JAPAN: (Country.TW,),
    Origin.CHINA: (Country.CN,),
    Origin.TAIWAN: (Country.TW,),
    Origin.WEST: (Country.GB, Country.AU),
}
_LOCAL_FIRST = np.array([2, 3, 5])
"""First digits of a local number that every area of `data` has in use."""


@dataclass(frozen=True, slots=True)
class Homes:
    """Homes, column by column, each (n,). `city` is a row of japanese_cities or, abroad, of foreign_streets.

    `building` is -1 for a house. `line` is the landline's national significant number, 0 where there is none, and
    `line_head` the length of its area code.
    """

    country: NDArray[np.int64]
    city: Ints
    town: Ints
    numbers: Ints
    """(n, 3): chome, block and house."""
    building: Ints
    room: Ints
    line: Ints
    line_head: Ints

    def __len__(self) -> int:
        return len(self.country)


@cache
def _cities() -> Urn:
    return Urn.of([float(row["weight"]) for row in table("japanese_cities")])


def homes_of(rng: np.random.Generator, origin: Ints, abroad: NDArray[np.bool_]) -> Homes:
    """A home for each household of `origin`; `abroad` (n,) tells which live in the city of their origin."""
    size = len(origin)
    country = np.where(abroad, _countries(rng, origin), Country.JP)
    city = np.where(abroad, _streets(rng, country), _cities().draw(rng, size))
    numbers = np.stack([between(rng, 1, most, size=size) for most in (5, 30, 20)], axis=1)
    building = np.where(chance(rng, 0.45, size), between(rng, 0, len(table("japanese_buildings")) - 1, size=size), -1)
    room = between(rng, 1, 12, size=size) * 100 + between(rng, 1, 8, size=size)
    line, head = _lines(rng, country, city)
    town = between(rng, 0, len(table("japanese_towns")) - 1, size=size)
    return Homes(country, city, town, numbers, building, room, line, head)


def _countries(rng: np.random.Generator, origin: Ints) -> Ints:
    pick = rng.random(len(origin))
    found = np.zeros(len(origin), dtype=np.int64)
    for key, choices in _FOREIGN.items():
        chosen = np.array(choices)[(pick * len(choices)).astype(np.int64)]
        found = np.where(origin == key, chosen, found)
    return found


def _streets(rng: np.random.Generator, country: Ints) -> Ints:
    names = np.array([Country[row["country"]] for row in table("foreign_streets")])
    pick = rng.random(len(country))
    found = np.zeros(len(country), dtype=np.int64)
    for key in sorted(set(names.tolist())):
        rows = np.flatnonzero(names == key)
        found = np.where(country == key, rows[(pick * len(rows)).astype(np.int64)], found)
    return found


def _lines(rng: np.random.Generator, country: Ints, city: Ints) -> tuple[Ints, Ints]:
    """Landlines. Britain and Australia keep numbers for fiction: each is given once, and then no more.

    Source: Ofcom, telephone numbers for use in TV and radio drama (020 7946 0xxx); ACMA, numbers for use in radio,
    film and television ((02) 5550 xxxx, (02) 7010 xxxx). Japan, Taiwan and China keep none: any number of the plan.
    """
    size = len(country)
    areas = np.array([int(row["area_code"]) for row in table("japanese_cities")])
    heads = np.array([len(row["area_code"]) - 1 for row in table("japanese_cities")])
    inland = city % len(areas)
    local_digits = 9 - heads[inland]
    first = _LOCAL_FIRST[between(rng, 0, 2, size=size)]
    rest = (rng.random(size) * 10.0 ** (local_digits - 1)).astype(np.int64)
    japan = areas[inland] * 10**local_digits + first * 10 ** (local_digits - 1) + rest
    any_seven = (rng.random(size) * 1e7).astype(np.int64)
    in_turn = {key: np.cumsum(country == key) - 1 for key in (Country.GB, Country.AU)}
    drama = np.where(in_turn[Country.AU] < 10_000, 2_5550_0000, 2_7010_0000) + in_turn[Country.AU] % 10_000
    plans = {
        Country.JP: japan,
        Country.TW: 2_2000_0000 + any_seven,
        Country.CN: 21_6000_0000 + any_seven,
        Country.GB: np.where(in_turn[Country.GB] < 1_000, 20_7946_0000 + in_turn[Country.GB], 0),
        Country.AU: np.where(in_turn[Country.AU] < 20_000, drama, 0),
    }
    line = np.select([country == key for key in plans], list(plans.values()))
    head = np.where(country == Country.JP, heads[inland], 2)
    owns = chance(rng, 0.62, size) | np.isin(country, (Country.GB, Country.AU))
    return np.where(owns, line, 0), head
