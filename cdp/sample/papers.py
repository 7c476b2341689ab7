"""What identifies a person beside name and birth: e-mail addresses, national identifier, card number, employer."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp.sample.addresses import join
from cdp.sample.draws import Ints, Urn, between, chance, stream
from cdp.sample.names import lexicon
from cdp.sample.national_ids import national_ids
from cdp.sample.people import People
from cdp.sample.population import Population
from cdp.sample.tables import table

_DOMAINS = (
    "example.com",
    "mail.example.com",
    "example.jp",
    "mail.example.jp",
    "example.ne.jp",
    "example.net",
    "example.org",
)
_DOMAIN_WEIGHTS = [30.0, 22.0, 16.0, 12.0, 10.0, 6.0, 4.0]
_WORDS = (
    "sakura",
    "neko",
    "hana",
    "umi",
    "sora",
    "yuki",
    "tabi",
    "music",
    "coffee",
    "panda",
    "tiger",
    "lucky",
    "smile",
)


@dataclass(frozen=True, slots=True)
class Papers:
    """By person, text columns (n,): null where a person has none."""

    email: Any
    email_other: Any
    national_id: Any
    card: Any
    employer: Any


def papers_of(population: Population, people: People) -> Papers:
    """The papers of all people. E-mail addresses are under example.com and its like, which nobody can own."""
    rng = stream(population.seed, "papers")
    size = len(people)
    mine = _private(rng, people)
    work = _at_work(rng, people)
    employed = people.birth > population.day - np.timedelta64(65 * 365, "D")
    place = Urn.of([1.0 / (rank + 3) for rank in range(len(table("employers")))]).draw(rng, size)
    employer = pa.array([row["native"] for row in table("employers")], pa.string()).take(pa.array(place))
    nobody = pa.scalar(None, pa.string())
    return Papers(
        email=_shared(rng, people, mine),
        email_other=pc.if_else(pa.array(chance(rng, 0.5, size)), work, _private(rng, people)),
        national_id=national_ids(rng, people.origin, people.sex, people.birth),
        card=pc.if_else(pa.array(chance(rng, 0.55, size)), _cards(rng, size), nobody),
        employer=pc.if_else(pa.array(employed & chance(rng, 0.7, size)), employer, nobody),
    )


def _private(rng: np.random.Generator, people: People) -> Any:
    """Addresses from the name, the name and the year of birth, or a word; the name is that before a wedding."""
    size = len(people)
    family, given = (
        _letters(lexicon().families.passport, people.family_before),
        _letters(lexicon().givens.passport, people.given),
    )
    number = pa.array(between(rng, 1, 9_999, size=size)).cast(pa.string())
    year = pa.array(people.birth.astype("datetime64[Y]").astype(np.int64) % 100).cast(pa.string())
    word = pa.array(_WORDS, pa.string()).take(pa.array(between(rng, 0, len(_WORDS) - 1, size=size)))
    kinds = (
        join(given, ".", family, number),
        join(pc.utf8_slice_codeunits(given, 0, 1), family, year, number),
        join(word, "-", word, number),
        join(family, "_", given, number),
    )
    pick = between(rng, 0, len(kinds) - 1, size=size)
    local = kinds[0]
    for place, kind in enumerate(kinds[1:], start=1):
        local = pc.if_else(pa.array(pick == place), kind, local)
    domain = pa.array(_DOMAINS, pa.string()).take(pa.array(Urn.of(_DOMAIN_WEIGHTS).draw(rng, size)))
    return join(local, "@", domain)


def _at_work(rng: np.random.Generator, people: People) -> Any:
    family, given = (
        _letters(lexicon().families.passport, people.family),
        _letters(lexicon().givens.passport, people.given),
    )
    firm = pa.array(between(rng, 1, 400, size=len(people))).cast(pa.string())
    return join(pc.utf8_slice_codeunits(given, 0, 1), ".", family, "@firm", firm, ".example.co.jp")


def _letters(names: Any, codes: Ints) -> Any:
    plain = pc.replace_substring_regex(pc.utf8_lower(names), "[^a-z]", "")
    return plain.take(pa.array(codes))


def _shared(rng: np.random.Generator, people: People, emails: Any) -> Any:
    """Some partners use the address of the one whom they live with."""
    place = np.arange(len(people)) - np.searchsorted(people.household, people.household)
    shares = (place == 1) & chance(rng, 0.03, len(people))
    return emails.take(pa.array(np.arange(len(people)) - shares))


def _cards(rng: np.random.Generator, size: int) -> Any:
    """Numbers of the card that shop and travel share: 14 digits, one for each person."""
    number = 2_000_0000 * 10**6 + rng.permutation(size) * 997 + 10**6
    return pa.array(number).cast(pa.string())
