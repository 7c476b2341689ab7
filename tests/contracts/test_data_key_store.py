"""The contract of the data-key store, on SQLite and PostgreSQL."""

import time

import pytest
from sqlalchemy import Connection, delete, select, update

from governance.adapters.data_keys_sql import DataKeysSql
from governance.adapters.tables import data_keys
from governance.errors import DamagedKey
from governance.keys import derive
from identity.adapters.system import SystemEntropy
from identity.secret import SecretKey

A, B, C = b"a" * 16, b"b" * 32, b"\x00"
ROOT = SecretKey(b"r" * 32)


def _kek(use: str, epoch: int) -> SecretKey:
    return derive(ROOT, zone="kek", entity="bank", use=use, epoch=epoch)


def _store(connection: Connection, *, epoch: int = 1) -> DataKeysSql:
    return DataKeysSql(connection, _kek, SystemEntropy(), epoch=epoch)


def _raw(keys: dict[bytes, SecretKey]) -> dict[bytes, bytes]:
    return {subject: key.reveal() for subject, key in keys.items()}


def test_a_key_made_once_stays_the_same(sql_connection: Connection) -> None:
    store = _store(sql_connection)
    first = _raw(store.ensure([A, B, A], "vault"))
    assert set(first) == {A, B}
    assert _raw(store.ensure([B, C, A], "vault")) == first | {C: store.get([C], "vault")[C].reveal()}
    assert _raw(store.get([A, B], "vault")) == first


def test_every_subject_and_use_has_a_key_of_its_own(sql_connection: Connection) -> None:
    store = _store(sql_connection)
    keys = [*_raw(store.ensure([A, B, C], "vault")).values(), *_raw(store.ensure([A, B, C], "audit")).values()]
    assert len(set(keys)) == 6
    assert {len(key) for key in keys} == {32}


def test_asking_makes_no_key(sql_connection: Connection) -> None:
    store = _store(sql_connection)
    assert store.get([A], "vault") == {}
    assert store.ensure([], "vault") == {}


def test_a_shredded_key_is_gone_for_every_use_and_never_the_same_again(sql_connection: Connection) -> None:
    store = _store(sql_connection)
    old = _raw(store.ensure([A, B], "vault"))
    store.ensure([A], "audit")
    assert store.shred([A]) == 2
    assert store.shred([A]) == 0
    assert store.get([A], "vault") == store.get([A], "audit") == {}
    assert _raw(store.get([B], "vault")) == {B: old[B]}
    assert store.ensure([A], "vault")[A].reveal() != old[A]


def test_a_row_moved_to_another_subject_or_use_does_not_unwrap(sql_connection: Connection) -> None:
    """Even where one key-encryption key serves every use."""
    store = DataKeysSql(sql_connection, lambda *_: ROOT, SystemEntropy())
    store.ensure([A, B], "vault")
    sql_connection.execute(update(data_keys).where(data_keys.c.subject == A).values(use="audit"))
    with pytest.raises(DamagedKey):
        store.get([A], "audit")
    sql_connection.execute(delete(data_keys).where(data_keys.c.subject == A))
    sql_connection.execute(update(data_keys).where(data_keys.c.subject == B).values(subject=A))
    with pytest.raises(DamagedKey):
        store.ensure([A], "vault")


def test_another_kek_unwraps_nothing(sql_connection: Connection) -> None:
    _store(sql_connection).ensure([A], "vault")
    other = DataKeysSql(sql_connection, lambda *_: SecretKey(b"x" * 32), SystemEntropy())
    with pytest.raises(DamagedKey) as error:
        other.get([A], "vault")
    assert A.decode() not in str(error.value)


def test_nothing_stored_shows_a_key(sql_connection: Connection) -> None:
    key = _store(sql_connection).ensure([A], "vault")[A].reveal()
    assert key not in bytes(sql_connection.execute(select(data_keys.c.wrapped)).scalar_one())


def test_rewrapping_keeps_every_key_and_can_stop_anywhere(sql_connection: Connection) -> None:
    subjects = [number.to_bytes(2, "big") for number in range(25)]
    before = _raw(_store(sql_connection).ensure(subjects, "vault"))
    newer = _store(sql_connection, epoch=2)
    assert newer.rewrap("vault", limit=10) == 10
    assert _raw(newer.get(subjects, "vault")) == before
    assert [newer.rewrap("vault", limit=10) for _ in range(3)] == [10, 5, 0]
    assert set(sql_connection.execute(select(data_keys.c.epoch)).scalars()) == {2}
    assert _raw(newer.get(subjects, "vault")) == before


def test_five_thousand_keys_are_made_in_well_under_a_second(sql_connection: Connection) -> None:
    subjects = [number.to_bytes(16, "big") for number in range(5000)]
    store = _store(sql_connection)
    started = time.perf_counter()
    keys = store.ensure(subjects, "vault")
    assert len(keys) == 5000
    assert time.perf_counter() - started < 1.5  # 0.2 s on an idle machine


@pytest.mark.parametrize("subject", [b"", b"x" * 33])
def test_a_subject_of_another_length_is_refused(sql_connection: Connection, subject: bytes) -> None:
    with pytest.raises(ValueError, match="1 to 32 bytes"):
        _store(sql_connection).ensure([subject], "vault")
