"""Explanations: bits that add up, names of fields and states, and never a value."""

import numpy as np
import pytest

from identity.adapters.links_memory import LinkStoreMemory
from identity.adapters.members_memory import MemberStoreMemory
from identity.adapters.system import SystemEntropy
from identity.errors import InvalidChange
from identity.explain import Band, PairExplanation
from identity.hub_keys import HubKeys
from identity.ids import EntityId, RecordId
from identity.model import shipped_model
from identity.recipes import shipped_recipes
from identity.resolver import Arrival, Change, Resolver
from identity.secret import SecretKey
from identity.tokens import CmacTokeniser, EdgeTokens
from identity.variants import VariantColumn, VariantTable

KEYS = HubKeys(*(SecretKey(bytes([number]) * 32) for number in (1, 2, 3)))
BANK, SHOP = EntityId("bank"), EntityId("shop")
PEOPLE = [
    {"g": "hanako", "gp": "HNK", "f": "yamada", "fp": "YMT", "d": "1990-04-05", "p": "1500001", "a": "jingumae 1-2-3"},
    {"g": "hanako", "gp": "HNK", "f": "yamada", "fp": "YMT", "d": "1990-04-05", "p": "1500001", "a": "jingumae 1-2-3"},
    {"g": "taro", "gp": "TR", "f": "yamada", "fp": "YMT", "d": "1990-04-05", "p": "1500001", "a": "jingumae 1-2-3"},
]


def tokens() -> EdgeTokens:
    columns = {}
    for name in PEOPLE[0]:
        values = tuple(sorted({person[name] for person in PEOPLE}))
        columns[name] = VariantColumn(values, np.array([values.index(person[name]) for person in PEOPLE], np.int32))
    variants = VariantTable(rows=len(PEOPLE), columns=columns, unusable={})
    return CmacTokeniser(SecretKey(b"k" * 32)).tokenise(variants, shipped_recipes())


@pytest.fixture
def resolver() -> Resolver:
    hub = Resolver(LinkStoreMemory(KEYS), MemberStoreMemory(), model=shipped_model(), entropy=SystemEntropy())
    made = tokens()
    entities = (BANK, SHOP, SHOP)
    arrivals = [
        Arrival(RecordId(10 + row), entities[row], frozenset({BANK, SHOP}), made.of_row(row))
        for row in range(len(PEOPLE))
    ]
    hub.apply(Change(arrivals), at=1)
    return hub


def explained(resolver: Resolver, *records: int) -> PairExplanation:
    (explanation,) = resolver.explain([RecordId(record) for record in records])
    return explanation


def test_the_waterfall_adds_up(resolver: Resolver) -> None:
    for pair in ((10, 11), (10, 12)):
        found = explained(resolver, *pair)
        assert found.prior_bits + sum(field.bits for field in found.fields) + found.household_bits == pytest.approx(
            found.bits
        )


def test_one_person_is_told_by_fields_states_and_recipes(resolver: Resolver) -> None:
    found = explained(resolver, 10, 11)
    assert (found.left, found.right) == (10, 11)
    assert found.linked
    assert {field.field: field.state for field in found.fields} == {
        "given_name": "exact", "family_name": "exact", "birth_date": "exact", "place": "postcode", "address": "exact"
    }  # fmt: skip
    assert "gp fp d" in found.recipes


def test_a_twin_is_not_linked(resolver: Resolver) -> None:
    found = explained(resolver, 10, 12)
    assert not found.linked
    assert found.household_bits < -5
    assert found.banded().band is Band.WEAK


def test_who_is_no_steward_sees_a_band_and_nothing_else(resolver: Resolver) -> None:
    banded = explained(resolver, 10, 11).banded()
    assert banded.band is Band.STRONG
    assert banded.__slots__ == ("left", "right", "band")


def test_no_value_is_in_an_explanation(resolver: Resolver) -> None:
    text = repr(resolver.explain([RecordId(record) for record in (10, 11, 12)]))
    for person in PEOPLE:
        assert not [value for value in person.values() if value in text]


def test_pairs_that_may_not_be_linked_are_left_out(resolver: Resolver) -> None:
    resolver.apply(Change(permissions={RecordId(10): frozenset({BANK})}), at=2)
    assert {(pair.left, pair.right) for pair in resolver.explain([RecordId(n) for n in (10, 11, 12)])} == {(11, 12)}


def test_unknown_records_have_no_explanation_and_too_many_are_refused(resolver: Resolver) -> None:
    assert resolver.explain([RecordId(10), RecordId(999)]) == ()
    with pytest.raises(InvalidChange):
        resolver.explain([RecordId(number) for number in range(51)])


def test_a_record_comes_once_in_a_change() -> None:
    with pytest.raises(InvalidChange):
        Change(departures=[RecordId(1)], withdrawals=[RecordId(1)])
