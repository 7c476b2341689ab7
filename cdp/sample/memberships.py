"""Who is a customer of which company, since when, and when the company last heard of them."""

from dataclasses import dataclass

import numpy as np

from cdp.sample.draws import Days, Ints, Urn, between, chance, stream
from cdp.sample.population import ENTITIES, Population

_AGE_DAYS_MAX = 12 * 365


@dataclass(frozen=True, slots=True)
class Members:
    """The records of one company in the order of registration, each (n,): whose, since when, and last updated when."""

    person: Ints
    since: Days
    updated: Days

    def __len__(self) -> int:
        return len(self.person)


@dataclass(frozen=True, slots=True)
class Memberships:
    """The records of every company, by ENTITIES, and how many people there are in all."""

    people: int
    members: tuple[Members, ...]


def memberships_of(population: Population) -> Memberships:
    """Exactly `population.records` records; people are customers of 1 to 6 companies, a few twice of one."""
    rng = stream(population.seed, "memberships")
    ceiling = population.records
    liking = rng.gamma(1.4, 1.0 / 1.4, ceiling)
    weights = np.array(population.entity_weights)
    joined = rng.random((ceiling, len(ENTITIES))) < 1 - np.exp(-liking[:, None] * weights)
    fallback = Urn.of(list(weights)).draw(rng, ceiling)
    lonely = ~joined.any(axis=1)
    joined[np.flatnonzero(lonely), fallback[lonely]] = True
    again = joined & (rng.random(joined.shape) < population.repeated_share)
    times = _first(joined.astype(np.int64) + again, population.records)
    people = int(np.flatnonzero(times.sum(axis=1)).max()) + 1
    return Memberships(
        people, tuple(_members(population, times[:people, place], place) for place in range(len(ENTITIES)))
    )


def _first(times: Ints, records: int) -> Ints:
    """`times` cut off after `records` records, counted person by person."""
    flat = np.cumsum(times.ravel())
    kept = np.clip(times.ravel() - np.maximum(flat - records, 0), 0, None)
    return kept.reshape(times.shape)


def _members(population: Population, times: Ints, place: int) -> Members:
    rng = stream(population.seed, "members", ENTITIES[place])
    person = np.repeat(np.arange(len(times)), times)
    count = len(person)
    age = between(rng, 1, _AGE_DAYS_MAX, size=count)
    silent = (age * rng.random(count) ** 2.0).astype(np.int64)
    fresh = chance(rng, 0.25, count)
    order = np.argsort(-age, kind="stable")
    since = population.day - age.astype("timedelta64[D]")
    updated = population.day - np.where(fresh, np.minimum(age, 20), silent).astype("timedelta64[D]")
    return Members(person[order], since[order], updated[order])
