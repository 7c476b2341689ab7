"""The contract of the vault's store, on SQLite and PostgreSQL."""

import time

import pytest
from sqlalchemy import Connection, insert

from governance.adapters.tables import vault as vault_table
from governance.adapters.vault_sql import VaultSql
from governance.errors import VaultUnreadable
from governance.vault import SealedRecord, Vault
from identity.adapters.system import SystemEntropy
from identity.ids import EntityId, RecordId
from identity.secret import SecretKey

BANK, SHOP = EntityId("bank"), EntityId("shop")
ONE, TWO = RecordId(2**63 - 1), RecordId(7)


def test_rows_come_back_as_they_were_put(sql_connection: Connection) -> None:
    store = VaultSql(sql_connection)
    rows = [SealedRecord(BANK, ONE, {"email": b"\x00\xff", "phone": b""}, 3), SealedRecord(BANK, TWO, {})]
    store.put(rows)
    assert store.get(BANK, [ONE, TWO, RecordId(8)]) == {ONE: rows[0], TWO: rows[1]}


def test_a_row_takes_the_place_of_the_older_one(sql_connection: Connection) -> None:
    store = VaultSql(sql_connection)
    store.put([SealedRecord(BANK, ONE, {"a": b"1", "b": b"2"})])
    store.put([SealedRecord(BANK, ONE, {"a": b"3"}), SealedRecord(BANK, ONE, {"a": b"4"}, 2)])
    assert store.get(BANK, [ONE]) == {ONE: SealedRecord(BANK, ONE, {"a": b"4"}, 2)}


def test_an_entity_is_given_its_own_rows_only(sql_connection: Connection) -> None:
    store = VaultSql(sql_connection)
    store.put([SealedRecord(BANK, ONE, {"a": b"1"}), SealedRecord(SHOP, ONE, {"a": b"2"})])
    assert store.get(SHOP, [ONE, TWO]) == {ONE: SealedRecord(SHOP, ONE, {"a": b"2"})}
    store.put([SealedRecord(SHOP, ONE, {"a": b"3"})])
    assert store.get(BANK, [ONE])[ONE].fields == {"a": b"1"}


def test_removed_rows_are_gone(sql_connection: Connection) -> None:
    store = VaultSql(sql_connection)
    store.put([SealedRecord(BANK, RecordId(number), {"a": b"1"}) for number in range(1200)])
    assert store.remove([RecordId(number) for number in range(1, 1300)]) == 1199
    assert set(store.get(BANK, [RecordId(number) for number in range(1200)])) == {RecordId(0)}
    assert store.remove([]) == 0


def test_a_damaged_row_is_told_as_such(sql_connection: Connection) -> None:
    sql_connection.execute(insert(vault_table), [{"entity": BANK, "record": 1, "epoch": 1, "sealed": b"\x01\x05ab"}])
    with pytest.raises(VaultUnreadable):
        VaultSql(sql_connection).get(BANK, [RecordId(1)])


def test_five_thousand_records_of_ten_fields_are_sealed_and_stored_within_two_seconds(
    sql_connection: Connection,
) -> None:
    """The target is 20,000 in 2 s; a quarter of it is allowed the whole time, so that a busy machine passes."""
    entropy = SystemEntropy()
    vault, key = Vault(entropy), SecretKey(entropy.random_bytes(32))
    fields = {f"field_{number}": "some value of usual length" for number in range(10)}
    started = time.perf_counter()
    rows = [
        SealedRecord(BANK, RecordId(number), vault.seal(BANK, RecordId(number), fields, key)) for number in range(5000)
    ]
    VaultSql(sql_connection).put(rows)
    assert time.perf_counter() - started < 2
