"""What every MemberStore promises: who is who now, and who was who as we knew it then."""

import pytest
from sqlalchemy import Connection

from identity.adapters.members_memory import MemberStoreMemory
from identity.adapters.members_sql import MemberStoreSql
from identity.ids import RecordId, SuperId
from identity.ports import MemberStore
from identity.super_ids import Moved

A, B, C = (SuperId(bytes([letter]) * 16) for letter in b"abc")
ONE, TWO = RecordId(1), RecordId(2**63 - 1)


def move(store: MemberStore, at: int, **to: SuperId | None) -> None:
    names = {"one": ONE, "two": TWO}
    records = [names[name] for name in to]
    before = store.current(records)
    store.move([Moved(names[name], before.get(names[name]), after) for name, after in to.items()], at)


class MemberStoreContract:
    """One set of tests for every MemberStore."""

    def test_a_move_is_current(self, store: MemberStore) -> None:
        move(store, 10, one=A, two=A)
        move(store, 20, two=B)
        assert store.current([ONE, TWO, RecordId(3)]) == {ONE: A, TWO: B}
        assert store.members([A, B, C]) == {A: (ONE,), B: (TWO,)}

    def test_a_record_that_left_has_none(self, store: MemberStore) -> None:
        move(store, 10, one=A, two=A)
        move(store, 20, one=None)
        assert store.current([ONE, TWO]) == {TWO: A}
        assert store.members([A]) == {A: (TWO,)}

    def test_the_past_stays_as_it_was_known(self, store: MemberStore) -> None:
        move(store, 10, one=A)
        move(store, 20, one=B)
        move(store, 30, one=None)
        known_now = [store.as_of(ONE, valid_at, 99) for valid_at in (9, 10, 19, 20, 29, 30)]
        assert known_now == [None, A, A, B, B, None]
        assert [store.as_of(ONE, 25, known_at) for known_at in (9, 15, 25, 35)] == [None, A, B, B]
        assert store.as_of(RecordId(5), 25, 99) is None

    def test_two_moves_at_one_instant_leave_the_last(self, store: MemberStore) -> None:
        move(store, 10, one=A)
        move(store, 10, one=B)
        move(store, 20, one=C)
        move(store, 20, one=None)
        assert store.current([ONE]) == {}
        assert [store.as_of(ONE, instant, instant) for instant in (10, 19, 20)] == [B, B, None]

    def test_a_clock_that_steps_back_rewrites_nothing(self, store: MemberStore) -> None:
        move(store, 20, one=A)
        move(store, 10, one=B)
        assert store.current([ONE]) == {ONE: B}
        assert [store.as_of(ONE, instant, instant) for instant in (10, 15, 20)] == [None, None, B]
        move(store, 30, one=None)
        move(store, 5, one=C)
        assert [store.as_of(ONE, instant, 99) for instant in (20, 29, 30)] == [B, B, C]

    def test_a_super_id_was_born_when_it_was_first_given(self, store: MemberStore) -> None:
        move(store, 10, one=A)
        move(store, 20, one=B, two=A)
        move(store, 30, two=B)
        assert store.born([A, B, C]) == {A: 10, B: 20}

    def test_nothing_asked_nothing_given(self, store: MemberStore) -> None:
        store.move([], 10)
        assert store.current([]) == store.members([]) == store.born([]) == {}

    def test_more_records_than_one_statement_takes(self, store: MemberStore) -> None:
        records = [RecordId(number) for number in range(1, 1502)]
        supers = {record: SuperId(record.to_bytes(16, "big")) for record in records}
        store.move([Moved(record, None, supers[record]) for record in records], 10)
        assert store.current(records) == supers
        assert store.members(list(supers.values())) == {super_id: (record,) for record, super_id in supers.items()}
        assert len(store.born(list(supers.values()))) == len(records)


class TestMemory(MemberStoreContract):
    @pytest.fixture
    def store(self) -> MemberStore:
        return MemberStoreMemory()


class TestSql(MemberStoreContract):
    @pytest.fixture
    def store(self, sql_connection: Connection) -> MemberStore:
        return MemberStoreSql(sql_connection)
