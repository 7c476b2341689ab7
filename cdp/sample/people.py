"""The invented people: names, families, homes, and what has changed in their lives."""

from dataclasses import dataclass

import numpy as np

from cdp.sample.draws import Days, Flags, Ints, Urn, between, chance, stream
from cdp.sample.homes import Homes, homes_of
from cdp.sample.names import SEXES, NameList, Origin, lexicon, pool_of
from cdp.sample.phones import Phones, mobiles
from cdp.sample.population import Population

_NEVER = np.datetime64("NaT", "D")
_YEAR = 365.25


@dataclass(frozen=True, slots=True)
class People:
    """People, column by column, each (n,). Codes of names point into `lexicon()`, homes into `homes`.

    A value with `_before` held until the day in `wed`, `moved` or `changed`; NaT there means that it never changed.
    """

    origin: Ints
    sex: Ints
    birth: Days
    household: Ints
    family: Ints
    family_before: Ints
    wed: Days
    given: Ints
    middle: Ints
    """Western people only, else -1."""
    homes: Homes
    home: Ints
    home_before: Ints
    moved: Days
    mobile: Phones
    mobile_before: Phones
    changed: Days

    def __len__(self) -> int:
        return len(self.origin)

    def lived_at(self, person: Ints, day: Days) -> Ints:
        """The home of each `person` on `day`."""
        return np.where(day < self.moved[person], self.home_before[person], self.home[person])

    def named(self, person: Ints, day: Days) -> Ints:
        """The family name of each `person` on `day`."""
        return np.where(day < self.wed[person], self.family_before[person], self.family[person])

    def called_on(self, person: Ints, day: Days) -> Phones:
        """The mobile number of each `person` on `day`."""
        return self.mobile.take(person).or_else(self.mobile_before.take(person), day < self.changed[person])


@dataclass(frozen=True, slots=True)
class _Households:
    """Who lives with whom: household and place in it (0 head, 1 partner, then children or siblings), each (n,)."""

    count: int
    of: Ints
    place: Ints


def people_of(population: Population, count: int) -> People:
    """`count` people, whole households but for the last."""
    rng = stream(population.seed, "people")
    together = _households(rng, population, count)
    origin_of = Urn.of(list(population.origin_shares)).draw(rng, together.count)
    origin = origin_of[together.of]
    sex, birth = _sexes(rng, together), _births(rng, population, together)
    family, before, wed = _families(rng, population, together, (origin, sex, birth))
    homes, former, moved_house = _homes(rng, population, origin_of)
    moved = moved_house[together.of]
    place = np.arange(together.count)[together.of]
    country = homes.country[place]
    return People(
        origin=origin,
        sex=sex,
        birth=birth,
        household=together.of,
        family=family,
        family_before=before,
        wed=wed,
        given=_names(rng, lexicon().givens, origin, sex),
        middle=_middles(rng, origin, sex),
        homes=homes,
        home=place,
        home_before=former[together.of],
        moved=moved,
        mobile=mobiles(rng, country),
        mobile_before=mobiles(rng, country),
        changed=_some_days(rng, population, 0.12, count, years=8.0),
    )


def _households(rng: np.random.Generator, population: Population, count: int) -> _Households:
    sizes = 1 + Urn.of(list(population.household_sizes)).draw(rng, count)
    ends = np.cumsum(sizes)
    households = int(np.searchsorted(ends, count)) + 1
    of = np.repeat(np.arange(households), sizes[:households])[:count]
    place = np.arange(count) - (ends - sizes)[of]
    return _Households(households, of, place)


def _sexes(rng: np.random.Generator, together: _Households) -> Ints:
    """0 male, 1 female; most partners are of the other sex than the head."""
    drawn = chance(rng, 0.5, len(together.of)).astype(np.int64)
    head = drawn[np.maximum(np.arange(len(drawn)) - 1, 0)]
    partner = (together.place == 1) & chance(rng, 0.97, len(drawn))
    return np.where(partner, 1 - head, drawn)


def _births(rng: np.random.Generator, population: Population, together: _Households) -> Days:
    """Heads are 22 to 84; children are 20 to 38 years younger, or siblings of a head too young for adult children."""
    size = len(together.of)
    ages = 22 + 62 * (0.35 * rng.random(together.count) + 0.65 * rng.beta(2.0, 2.6, together.count))
    head = ages[together.of]
    partner = head + rng.normal(0.0, 3.5, size)
    child = head - 20 - 18 * rng.random(size)
    sibling = head + rng.normal(0.0, 5.0, size)
    young = np.where(child >= 18.2, child, sibling)
    age = np.select([together.place == 0, together.place == 1], [head, partner], young)
    days = (np.clip(age, 18.2, 92.0) * _YEAR).astype(np.int64)
    twin = (together.place == 3) & chance(rng, 0.02, size)
    days = np.where(twin, np.roll(days, 1), days)
    born: Days = population.day - days.astype("timedelta64[D]")
    return born


def _names(rng: np.random.Generator, names: NameList, origin: Ints, sex: Ints | None = None) -> Ints:
    """An entry for each, from the pool of the person's origin, and sex where given."""
    found = np.zeros(len(origin), dtype=np.int64)
    for key in Origin:
        for place, letter in enumerate(SEXES if sex is not None else ("",)):
            rows = np.flatnonzero((origin == key) & (True if sex is None else sex == place))
            found[rows] = names.pools[pool_of(key, letter)].draw(rng, len(rows))
    return found


def _middles(rng: np.random.Generator, origin: Ints, sex: Ints) -> Ints:
    drawn = _names(rng, lexicon().givens, np.full(len(origin), Origin.WEST), sex)
    return np.where((origin == Origin.WEST) & chance(rng, 0.45, len(origin)), drawn, -1)


def _families(
    rng: np.random.Generator, population: Population, together: _Households, who: tuple[Ints, Ints, Days]
) -> tuple[Ints, Ints, Days]:
    """Family names now and before a wedding, and the day of it.

    A household shares its head's name, but Chinese and Taiwanese partners keep their own, as do some others.
    """
    origin, sex, birth = who
    size = len(origin)
    own = _names(rng, lexicon().families, origin)
    heads = np.searchsorted(together.of, np.arange(together.count))
    shared = own[heads][together.of]
    partner = together.place == 1
    takes = np.isin(origin, (Origin.JAPAN, Origin.WEST)) & chance(rng, population.married_name_share, size)
    family = np.where(partner & ~takes, own, shared)
    alone = (together.place == 0) & (sex == 1) & np.isin(origin, (Origin.JAPAN, Origin.WEST)) & chance(rng, 0.25, size)
    renamed = (partner & takes) | alone
    wed = birth + ((22 + 13 * rng.random(size)) * _YEAR).astype(np.int64).astype("timedelta64[D]")
    happened = renamed & (wed < population.day)
    before = np.where(renamed, np.where(alone, _names(rng, lexicon().families, origin), own), family)
    return family, np.where(happened, before, family), np.where(happened, wed, _NEVER)


def _homes(rng: np.random.Generator, population: Population, origin: Ints) -> tuple[Homes, Ints, Days]:
    """Homes of all households and then their former ones; the index of the former; the day of the move."""
    count = len(origin)
    abroad = rng.random(count) < np.array(population.abroad_shares)[origin]
    moved = _some_days(rng, population, population.moved_share, count, years=9.0)
    twice = np.concatenate([origin, origin])
    homes = homes_of(rng, twice, np.concatenate([abroad, abroad]))
    former = np.where(np.isnat(moved), np.arange(count), np.arange(count) + count)
    return homes, former, moved


def _some_days(rng: np.random.Generator, population: Population, share: float, count: int, *, years: float) -> Days:
    """A day within the last `years` for about `share` of `count`, NaT for the rest."""
    back = between(rng, 1, int(years * _YEAR), size=count).astype("timedelta64[D]")
    happened: Flags = chance(rng, share, count)
    return np.where(happened, population.day - back, _NEVER)
