"""Membership of records in SQL, bitemporal."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select

from identity.adapters.bulk import insert_rows
from identity.adapters.keysets import bound, chunked, keyset
from identity.adapters.tables import members as table
from identity.ids import FOREVER, Instant, RecordId, SuperId
from identity.membership import Membership, moved
from identity.super_ids import Moved

_COLUMNS = ("record", "super_id", "valid_from", "valid_to", "known_from", "known_to")
_NOW = (table.c.valid_to == FOREVER, table.c.known_to == FOREVER)
_AMONG = table.c.super_id.in_(bindparam("ids", expanding=True))
_MEMBERS = select(table.c.super_id, table.c.record).where(_AMONG, *_NOW).order_by(table.c.record)
_BORN = select(table.c.super_id, func.min(table.c.valid_from)).where(_AMONG).group_by(table.c.super_id)


class MemberStoreSql:
    """The MemberStore on SQLite or PostgreSQL, inside the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current(self, records: Sequence[RecordId]) -> dict[RecordId, SuperId]:
        """The super-IDs of those records that have one now."""
        return {row.record: row.super_id for row in self._believed(records) if row.is_current()}

    def members(self, super_ids: Sequence[SuperId]) -> dict[SuperId, tuple[RecordId, ...]]:
        """The records, ascending, of those super-IDs that have any now."""
        found: dict[SuperId, list[RecordId]] = {}
        for keys in chunked(super_ids):
            for super_id, record in self._connection.execute(_MEMBERS, {"ids": keys}):
                found.setdefault(SuperId(bytes(super_id)), []).append(RecordId(record))
        return {super_id: tuple(records) for super_id, records in found.items()}

    def born(self, super_ids: Sequence[SuperId]) -> dict[SuperId, Instant]:
        """When each super-ID was first given, for those ever given."""
        return {
            SuperId(bytes(super_id)): first
            for keys in chunked(super_ids)
            for super_id, first in self._connection.execute(_BORN, {"ids": keys})
        }

    def as_of(self, record: RecordId, valid_at: Instant, known_at: Instant) -> SuperId | None:
        """The super-ID that `record` had at `valid_at`, as it was known at `known_at`."""
        query = select(table.c.super_id).where(
            table.c.record == record,
            table.c.valid_from <= valid_at,
            table.c.valid_to > valid_at,
            table.c.known_from <= known_at,
            table.c.known_to > known_at,
        )
        found = self._connection.execute(query).scalar()
        return None if found is None else SuperId(bytes(found))

    def move(self, moves: Sequence[Moved], at: Instant) -> None:
        """Gives each record (distinct) its `after` from `at` on; None ends its membership."""
        believed: dict[RecordId, list[Membership]] = {}
        for row in self._believed([move.record for move in moves]):
            believed.setdefault(row.record, []).append(row)
        plans = [moved(move.record, believed.get(move.record, ()), move.after, at=at) for move in moves]
        removed = [row for plan in plans for row in plan.removed]
        if removed:
            gone = delete(table).where(
                table.c.record == bindparam("r"),
                table.c.valid_from == bindparam("v"),
                table.c.known_from == bindparam("k"),
            )
            keys = [{"r": row.record, "v": row.valid_from, "k": row.known_from} for row in removed]
            self._connection.execute(gone, keys)
        written = [row for plan in plans for row in plan.written]
        if written:
            rows = [{name: getattr(row, name) for name in _COLUMNS} for row in written]
            insert_rows(self._connection, insert(table), rows)

    def _believed(self, records: Sequence[RecordId]) -> list[Membership]:
        """The rows of `records` that we still hold true, past ones among them."""
        if not records:
            return []
        rows = self._connection.execute(_rows(self._connection.dialect.name), bound(self._connection, records)).all()
        return [Membership(RecordId(row[0]), SuperId(bytes(row[1])), *row[2:]) for row in rows]


@cache
def _rows(dialect: str) -> Select[Any]:
    keys = keyset(dialect)
    rows = select(*(table.c[name] for name in _COLUMNS)).join_from(keys, table, table.c.record == keys.c.value)
    return rows.where(table.c.known_to == FOREVER)
