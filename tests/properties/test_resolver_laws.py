"""Laws of the resolver, on histories that Hypothesis invents, against a slow and obvious oracle."""

import random
from collections.abc import Iterator
from dataclasses import replace
from itertools import count

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from resolver_oracle import Kept, partition_of, persons
from sqlalchemy import Connection, create_engine

from identity.adapters.links_memory import LinkStoreMemory
from identity.adapters.links_sql import LinkStoreSql
from identity.adapters.members_memory import MemberStoreMemory
from identity.adapters.members_sql import MemberStoreSql
from identity.adapters.tables import metadata
from identity.hub_keys import HubKeys
from identity.ids import EntityId, RecordId, SuperId
from identity.judgements import Judgements, pair_of
from identity.model import Model, shipped_model
from identity.ports import LinkStore, MemberStore
from identity.resolver import Arrival, Change, Outcome, Resolver, ResolverLimits
from identity.secret import SecretKey
from identity.tokens import TokenRow
from identity.variants import VARIANT_NAMES

KEYS = HubKeys(*(SecretKey(bytes([number]) * 32) for number in (1, 2, 3)))
ENTITIES = tuple(map(EntityId, ("bank", "card", "shop")))
EVERYBODY = frozenset(ENTITIES)
CAP = 3
RECORDS = tuple(RecordId(number * 7919 % 1000 + 1) for number in range(10))
# A tiny group: priors are weak, so that a few agreements put pairs on either side of the threshold.
MODEL = replace(shipped_model(100), _memo={})
TELLING = ("g", "f", "d", "p", "a", "t", "i")


class CountingEntropy:
    """Bytes that never repeat."""

    _numbers = count(1)

    def random_bytes(self, count: int) -> bytes:
        return next(self._numbers).to_bytes(count, "big")


@st.composite
def token_rows(draw: st.DrawFn) -> TokenRow:
    """Tokens out of a tiny space, so that records share many, buckets overflow, and fields agree by halves."""
    recipes = sorted(draw(st.sets(st.integers(1, 5), max_size=4)))
    values = [draw(st.integers(0, 2)) for _ in recipes]
    fields = [draw(st.sampled_from((0, 1, 1, 1, 2))) for _ in TELLING]
    tags = np.zeros((len(recipes), len(VARIANT_NAMES)), np.uint8)
    for name, tag in zip(TELLING, fields, strict=True):
        tags[:, VARIANT_NAMES.index(name)] = tag
    token = np.zeros((len(recipes), 16), np.uint8)
    token[:, 0], token[:, 1] = recipes, values
    return TokenRow(np.array(recipes, np.uint8), token, tags)


stances = st.tuples(
    st.sampled_from(ENTITIES), st.sampled_from((EVERYBODY, EVERYBODY, EVERYBODY, frozenset(ENTITIES[:2])))
)
kept = st.builds(lambda stance, tokens: Kept(*stance, tokens), stances, token_rows())


@st.composite
def changes(draw: st.DrawFn) -> Change:
    """A change to a few records, each in one role."""
    records = draw(st.lists(st.sampled_from(RECORDS), unique=True, min_size=1, max_size=6))
    arrivals, departures, withdrawals, permissions = [], [], [], {}
    for record in records:
        match draw(st.sampled_from(("arrive", "arrive", "arrive", "depart", "withdraw", "permit"))):
            case "arrive":
                one = draw(kept)
                arrivals.append(Arrival(record, one.entity, one.linkable_with, one.tokens))
            case "depart":
                departures.append(record)
            case "withdraw":
                withdrawals.append(record)
            case _:
                permissions[record] = draw(st.sampled_from((EVERYBODY, frozenset(ENTITIES[1:]), frozenset())))
    return Change(arrivals, departures, withdrawals, permissions)


def after(state: dict[RecordId, Kept], change: Change) -> dict[RecordId, Kept]:
    """The set of records once `change` has happened."""
    now = {record: one for record, one in state.items() if record not in change.departures}
    now |= {one.record: Kept(one.entity, one.linkable_with, one.tokens) for one in change.arrivals}
    for record, others in change.permissions.items():
        if record in now:
            now[record] = replace(now[record], linkable_with=others)
    cleared = [*change.withdrawals, *(record for record, others in change.permissions.items() if not others)]
    for record in cleared:
        if record in now:
            now[record] = Kept(now[record].entity, frozenset(), TokenRow.empty())
    return now


def oracle(state: dict[RecordId, Kept], judgements: Judgements = Judgements()) -> set[frozenset[RecordId]]:
    return persons(state, model=MODEL, keys=KEYS, token_records_max=CAP, judgements=judgements)


def resolver(
    links: LinkStore, members: MemberStore, model: Model = MODEL, judgements: Judgements | None = None
) -> Resolver:
    limits = ResolverLimits(token_records_max=CAP)
    return Resolver(links, members, model=model, entropy=CountingEntropy(), limits=limits, judgements=judgements)


@pytest.fixture(scope="module")
def sqlite() -> Iterator[Connection]:
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        metadata.create_all(connection)
        connection.commit()
        yield connection
    engine.dispose()


@given(st.lists(changes(), max_size=6))
@settings(max_examples=150)
def test_after_any_history_the_persons_are_those_of_the_set(history: list[Change]) -> None:
    members, state = MemberStoreMemory(), {}
    hub = resolver(LinkStoreMemory(KEYS), members)
    for at, change in enumerate(history, 1):
        hub.apply(change, at=at)
        state = after(state, change)
        assert partition_of(members.current(list(state)), list(state)) == oracle(state)


@given(history=st.lists(changes(), max_size=4))
@settings(max_examples=80)
def test_sqlite_and_memory_give_the_same_super_ids_at_every_step(sqlite: Connection, history: list[Change]) -> None:
    memory, sql = MemberStoreMemory(), MemberStoreSql(sqlite)
    hubs = resolver(LinkStoreMemory(KEYS), memory), resolver(LinkStoreSql(sqlite, KEYS), sql)
    with sqlite.begin() as transaction:
        for at, change in enumerate(history, 1):
            outcomes = [hub.apply(change, at=at) for hub in hubs]
            assert _without_ids(outcomes[0]) == _without_ids(outcomes[1])
            current = memory.current(RECORDS), sql.current(RECORDS)
            assert partition_of(current[0], list(current[0])) == partition_of(current[1], list(current[1]))
        transaction.rollback()


@given(st.dictionaries(st.sampled_from(RECORDS), kept, min_size=2), st.randoms(use_true_random=False))
@settings(max_examples=80)
def test_one_batch_and_one_by_one_give_the_same_persons(state: dict[RecordId, Kept], rng: random.Random) -> None:
    arrivals = [Arrival(record, one.entity, one.linkable_with, one.tokens) for record, one in state.items()]
    whole, single = MemberStoreMemory(), MemberStoreMemory()
    resolver(LinkStoreMemory(KEYS), whole).apply(Change(arrivals), at=1)
    hub = resolver(LinkStoreMemory(KEYS), single)
    for at, arrival in enumerate(rng.sample(arrivals, len(arrivals)), 1):
        hub.apply(Change([arrival]), at=at)
    assert partition_of(whole.current(list(state)), list(state)) == partition_of(
        single.current(list(state)), list(state)
    )


@given(st.dictionaries(st.sampled_from(RECORDS), kept, min_size=2))
@settings(max_examples=80)
def test_the_random_numbers_of_records_decide_nothing(state: dict[RecordId, Kept]) -> None:
    """Ties go by content: turn the order of the numbers round, and the same records are together."""
    contents = {
        (one.entity, one.linkable_with, one.tokens.token.tobytes(), one.tokens.tags.tobytes()) for one in state.values()
    }
    assume(len(contents) == len(state))  # only wholly equal records may be told apart by number
    turned = {record: RecordId(2000 - record) for record in state}
    found = []
    for name in ({record: record for record in state}, turned):
        members = MemberStoreMemory()
        arrivals = [Arrival(name[record], one.entity, one.linkable_with, one.tokens) for record, one in state.items()]
        resolver(LinkStoreMemory(KEYS), members).apply(Change(arrivals), at=1)
        found.append(
            partition_of({record: members.current([name[record]])[name[record]] for record in state}, list(state))
        )
    assert found[0] == found[1]


@given(st.dictionaries(st.sampled_from(RECORDS), kept, min_size=2), st.data())
@settings(max_examples=80)
def test_judgements_made_later_give_the_persons_of_judgements_made_first(
    state: dict[RecordId, Kept], data: st.DataObject
) -> None:
    pairs = st.lists(st.sampled_from(sorted(state)), min_size=2, max_size=2, unique=True).map(
        lambda ends: pair_of(*ends)
    )
    forbidden = frozenset(data.draw(st.lists(pairs, max_size=3)))
    judgements = Judgements(forbidden, frozenset(data.draw(st.lists(pairs, max_size=2))) - forbidden)
    links, members = LinkStoreMemory(KEYS), MemberStoreMemory()
    arrivals = [Arrival(record, one.entity, one.linkable_with, one.tokens) for record, one in state.items()]
    resolver(links, members).apply(Change(arrivals), at=1)
    judged = sorted({record for pair in judgements.forbidden | judgements.forced for record in pair})
    resolver(links, members, judgements=judgements).apply(Change(judged=judged), at=2)
    assert partition_of(members.current(list(state)), list(state)) == oracle(state, judgements)
    resolver(links, members).apply(Change(judged=judged), at=3)
    assert partition_of(members.current(list(state)), list(state)) == oracle(state)


@given(st.lists(changes(), max_size=6))
@settings(max_examples=80)
def test_no_permission_no_common_super_id(history: list[Change]) -> None:
    members, state = MemberStoreMemory(), {}
    hub = resolver(LinkStoreMemory(KEYS), members)
    for at, change in enumerate(history, 1):
        hub.apply(change, at=at)
        state = after(state, change)
    for person in partition_of(members.current(list(state)), list(state)):
        for one in person:
            assert all(state[other].entity in state[one].linkable_with for other in person - {one})


@given(st.lists(changes(), max_size=6))
@settings(max_examples=80)
def test_a_super_id_is_never_used_again_and_a_withdrawn_record_has_one_of_its_own(history: list[Change]) -> None:
    members = MemberStoreMemory()
    hub = resolver(LinkStoreMemory(KEYS), members)
    dead: set[SuperId] = set()
    before: dict[RecordId, SuperId] = {}
    for at, change in enumerate(history, 1):
        outcome = hub.apply(change, at=at)
        now = members.current(RECORDS)
        dead |= set(before.values()) - set(now.values())
        assert dead.isdisjoint(now.values())
        for record in change.withdrawals:
            if record in before:
                assert now[record] not in before.values()
                assert list(now.values()).count(now[record]) == 1
        assert {move.record: (move.before, move.after) for move in outcome.moved} == {
            record: (before.get(record), now.get(record))
            for record in before.keys() | now.keys()
            if before.get(record) != now.get(record)
        }
        before = now


@given(st.lists(changes(), max_size=6))
@settings(max_examples=150)
def test_what_was_known_then_can_still_be_read(history: list[Change]) -> None:
    members = MemberStoreMemory()
    hub = resolver(LinkStoreMemory(KEYS), members)
    snapshots = []
    for at, change in enumerate(history, 1):
        hub.apply(change, at=at * 10)
        snapshots.append((at * 10, members.current(RECORDS)))
    for instant, current in snapshots:
        assert {
            record: super_id for record in RECORDS if (super_id := members.as_of(record, instant, instant)) is not None
        } == current


def _without_ids(outcome: Outcome) -> object:
    moved = [(move.record, move.before is None, move.after is None) for move in outcome.moved]
    return moved, len(outcome.merged), len(outcome.split), outcome.pairs_compared
