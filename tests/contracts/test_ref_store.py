"""What every RefStore promises: which record stands behind a hashed source key."""

import pytest
from sqlalchemy import Connection

from identity.adapters.refs_memory import RefStoreMemory
from identity.adapters.refs_sql import RefStoreSql
from identity.errors import InvalidIdentifier
from identity.ids import EntityId, RecordId
from identity.ports import RefStore
from identity.refs import Ref

BANK, SHOP = EntityId("bank"), EntityId("shop")


def ref(entity: EntityId, key: int, *, record: int, content: int = 0) -> Ref:
    return Ref(entity, key.to_bytes(32, "big"), RecordId(record), content.to_bytes(32, "big"))


class RefStoreContract:
    """One set of tests for every RefStore."""

    def test_a_key_belongs_to_its_entity(self, store: RefStore) -> None:
        ours, theirs = ref(BANK, 1, record=10), ref(SHOP, 1, record=20)
        store.bind([ours, theirs])
        assert store.find(BANK, [ours.ref, bytes(32)]) == {ours.ref: ours}
        assert store.find(SHOP, [ours.ref]) == {ours.ref: theirs}
        assert store.of([RecordId(20), RecordId(30)]) == {20: theirs}

    def test_binding_again_replaces_the_content(self, store: RefStore) -> None:
        store.bind([ref(BANK, 1, record=10, content=1)])
        changed = ref(BANK, 1, record=10, content=2)
        store.bind([changed])
        assert store.find(BANK, [changed.ref]) == {changed.ref: changed}
        assert store.by_entity() == {BANK: 1}

    def test_records_are_counted_by_entity_and_forgotten_when_removed(self, store: RefStore) -> None:
        store.bind([ref(BANK, 1, record=10), ref(BANK, 2, record=11), ref(SHOP, 1, record=20)])
        assert store.by_entity() == {BANK: 2, SHOP: 1}
        store.remove([RecordId(10), RecordId(20), RecordId(99)])
        assert store.by_entity() == {BANK: 1}

    def test_nothing_asked_nothing_given(self, store: RefStore) -> None:
        store.bind([])
        store.remove([])
        assert store.find(BANK, []) == store.of([]) == store.by_entity() == {}

    def test_more_keys_than_one_statement_takes(self, store: RefStore) -> None:
        rows = [ref(BANK, number, record=number) for number in range(1, 1502)]
        store.bind(rows)
        assert store.find(BANK, [row.ref for row in rows]) == {row.ref: row for row in rows}
        assert len(store.of([row.record for row in rows])) == len(rows)


class TestMemory(RefStoreContract):
    @pytest.fixture
    def store(self) -> RefStore:
        return RefStoreMemory()


class TestSql(RefStoreContract):
    @pytest.fixture
    def store(self, sql_connection: Connection) -> RefStore:
        return RefStoreSql(sql_connection)


def test_a_hash_of_another_length_is_refused() -> None:
    with pytest.raises(InvalidIdentifier):
        Ref(BANK, b"short", RecordId(1), bytes(32))
