"""Tokens and tags of records in SQL, sealed so that the tables alone say nothing of who holds what."""

import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Connection,
    LargeBinary,
    Select,
    bindparam,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY

from identity.adapters.bulk import insert_rows
from identity.adapters.keysets import bound, keyset
from identity.adapters.tables import records as records_table
from identity.adapters.tables import tokens as tokens_table
from identity.errors import BrokenSeal
from identity.hub_keys import HANDLE_BYTES, HubKeys, index_values, open_handles, rekey, seal_handles
from identity.ids import EntityId, RecordId
from identity.link_payload import entity_of, pack, pack_stance, restanced, unpack
from identity.links import Holders, LinkBlock, LinkRecord, Stance, token_columns

_NONCE_BYTES = 12
_GREATEST_HANDLE = b"\xff" * HANDLE_BYTES


class LinkStoreSql:
    """The LinkStore on SQLite or PostgreSQL, inside the transaction of `connection`.

    At rest: (index value of the token, handle) sorted by token, where a handle is a record's number under the handle
    key, different for each recipe; and per record one row sealed with AES-256-GCM under the record key, bound to its
    number.
    Random 96-bit nonces: re-key the rows before 2^32 writes (NIST SP 800-38D §8.3).
    """

    def __init__(self, connection: Connection, keys: HubKeys) -> None:
        self._connection = connection
        self._keys = keys
        self._seal = AESGCM(keys.record.reveal())

    def put(self, records: Sequence[LinkRecord]) -> None:
        """Stores records with their edge tokens, in place of what was stored of them."""
        if not records:
            return
        self.remove([one.record for one in records])
        recipe, token, tags = token_columns([one.tokens for one in records])
        token = rekey(token, self._keys.token)
        counts = np.array([len(one.tokens) for one in records])
        owner = np.repeat(np.array([one.record for one in records], dtype=np.int64), counts)
        self._write_index(index_values(token), seal_handles(owner, recipe, self._keys.handle))
        ends = np.cumsum(counts).tolist()
        sealed = []
        for one, start, stop in zip(records, [0, *ends[:-1]], ends, strict=True):
            stance = pack_stance(Stance(one.entity, one.linkable_with))
            rows = (part[start:stop].tobytes() for part in (recipe, token, tags))
            payload = pack(stance, **dict(zip(("recipe", "token", "tags"), rows, strict=True)))
            sealed.append(self._sealed(one.record, payload))
        self._write_records(sealed)

    def permit(self, permissions: Mapping[RecordId, frozenset[EntityId]]) -> None:
        """Sets whom stored records may link with, tokens unchanged; unknown records are passed over."""
        if not permissions:
            return
        changed = []
        for record, payload in self._payloads(list(permissions)):
            stance = Stance(entity_of(payload), permissions[RecordId(record)])
            changed.append(self._sealed(record, restanced(payload, pack_stance(stance))))
        self._delete_records([row["record"] for row in changed])
        self._write_records(changed)

    def remove(self, records: Sequence[RecordId]) -> None:
        """Removes everything of these records; unknown ones are passed over."""
        block = self.open(np.array(records, dtype=np.int64))
        if not len(block):
            return
        owner = np.repeat(block.record, block.counts)
        handles = seal_handles(owner, block.recipe, self._keys.handle)
        if len(owner):
            gone = delete(tokens_table).where(
                tokens_table.c.token == bindparam("t"), tokens_table.c.handle == bindparam("h")
            )
            self._connection.execute(gone, [{"t": t, "h": h} for t, h in _index_rows(block.index, handles)])
        self._delete_records(block.record.tolist())

    def open(self, records: NDArray[np.int64]) -> LinkBlock:
        """Those of `records` (distinct) that are stored, in any order.

        Raises BrokenSeal when a row was not sealed for this record under this key.
        """
        return unpack(self._payloads(records.tolist()))

    def holders(self, tokens: NDArray[np.int64], *, up_to: int) -> Holders:
        """Who holds these index values (distinct): of each that two or more records hold, `up_to` holders at most."""
        if not len(tokens):
            return Holders(np.zeros(0, np.int64), np.zeros(0, np.int64))
        statement = _holders(self._connection.dialect.name)
        # Ascending, so that the walk through the index is one pass.
        keys = bound(self._connection, np.sort(tokens).tolist())
        rows = self._connection.execute(statement, {**keys, "last": up_to - 1}).all()
        token = np.fromiter((row[0] for row in rows), dtype=np.int64, count=len(rows))
        record = open_handles(b"".join([row[1] for row in rows]), self._keys.handle)
        order = np.argsort(token, kind="stable")
        return Holders(token[order], record[order])

    def _payloads(self, records: Sequence[int]) -> list[tuple[int, bytes]]:
        if not records:
            return []
        statement = _sealed_rows(self._connection.dialect.name)
        rows = self._connection.execute(statement, bound(self._connection, records)).all()
        return [(record, self._opened(record, bytes(sealed))) for record, sealed in rows]

    def _sealed(self, record: int, payload: bytes) -> dict[str, Any]:
        nonce = os.urandom(_NONCE_BYTES)
        return {"record": record, "sealed": nonce + self._seal.encrypt(nonce, payload, record.to_bytes(8, "big"))}

    def _opened(self, record: int, sealed: bytes) -> bytes:
        try:
            return self._seal.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], record.to_bytes(8, "big"))
        except InvalidTag as fault:
            raise BrokenSeal(
                "a stored record does not open",
                why="it was sealed under another key or for another record",
                remedy="restore the hub's keys that belong to this database",
            ) from fault

    def _write_index(self, index: NDArray[np.int64], handles: NDArray[np.uint8]) -> None:
        if not len(index):
            return
        rows = _index_rows(index, handles)
        if self._connection.dialect.name == "postgresql":
            token, handle = ([row[side] for row in rows] for side in (0, 1))
            self._connection.execute(_unnested_index_insert(), {"tokens": token, "handles": handle})
        else:
            self._connection.exec_driver_sql("INSERT INTO identity_tokens (token, handle) VALUES (?, ?)", rows)

    def _write_records(self, rows: Sequence[dict[str, Any]]) -> None:
        if rows:
            # Sorted by number, which is random: the order of arrival is not to be seen, and pages are filled once.
            insert_rows(self._connection, insert(records_table), sorted(rows, key=lambda row: int(row["record"])))

    def _delete_records(self, records: Sequence[int]) -> None:
        if records:
            gone = delete(records_table).where(records_table.c.record == bindparam("r"))
            self._connection.execute(gone, [{"r": record} for record in records])


def _index_rows(index: NDArray[np.int64], handles: NDArray[np.uint8]) -> list[tuple[int, bytes]]:
    """(token, handle), ascending by token: nothing is left of the order in which a record's tokens came."""
    order = np.argsort(index)
    raw = handles[order].tobytes()
    each = (raw[start : start + HANDLE_BYTES] for start in range(0, len(raw), HANDLE_BYTES))
    return list(zip(index[order].tolist(), each, strict=True))


@cache
def _sealed_rows(dialect: str) -> Select[Any]:
    keys = keyset(dialect)
    return select(records_table.c.record, records_table.c.sealed).join_from(
        keys, records_table, records_table.c.record == keys.c.value
    )


@cache
def _holders(dialect: str) -> Select[Any]:
    """Most tokens of a newcomer are its own alone: those end at the first probe, and nothing of them is sent."""
    keys = keyset(dialect)
    crowd, rows = tokens_table.alias("crowd"), tokens_table
    nth = select(crowd.c.handle).where(crowd.c.token == keys.c.value).order_by(crowd.c.handle).limit(1).correlate(keys)
    last = nth.offset(bindparam("last")).scalar_subquery()
    return (
        select(rows.c.token, rows.c.handle)
        .join_from(keys, rows, rows.c.token == keys.c.value)
        .where(exists(nth.offset(1)), rows.c.handle <= func.coalesce(last, literal(_GREATEST_HANDLE)))
    )


@cache
def _unnested_index_insert() -> Any:
    rows = (
        func.unnest(bindparam("tokens", type_=ARRAY(BigInteger)), bindparam("handles", type_=ARRAY(LargeBinary)))
        .table_valued(column("token", BigInteger), column("handle", LargeBinary))
        .render_derived()
    )
    return insert(tokens_table).from_select(["token", "handle"], select(rows.c.token, rows.c.handle))
