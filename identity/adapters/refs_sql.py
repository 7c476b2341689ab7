"""Which record a hashed source key stands for, in SQL."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, func, insert, select

from identity.adapters.bulk import insert_rows
from identity.adapters.keysets import bound, chunked, keyset
from identity.adapters.tables import refs as table
from identity.ids import EntityId, RecordId
from identity.refs import Ref


class RefStoreSql:
    """The RefStore on SQLite or PostgreSQL, inside the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, entity: EntityId, refs: Sequence[bytes]) -> dict[bytes, Ref]:
        """Those of `refs` that are bound."""
        found = (
            _ref(row)
            for keys in chunked(refs)
            for row in self._connection.execute(_FOUND, {"entity": entity, "refs": keys})
        )
        return {ref.ref: ref for ref in found}

    def bind(self, rows: Sequence[Ref]) -> None:
        """Binds refs to records, in place of what was bound under the same entity and ref."""
        if not rows:
            return
        gone = delete(table).where(table.c.entity == bindparam("e"), table.c.ref == bindparam("r"))
        self._connection.execute(gone, [{"e": row.entity, "r": row.ref} for row in rows])
        ordered = sorted(rows, key=lambda row: (row.entity, row.ref))
        written = [
            {"entity": row.entity, "ref": row.ref, "record": row.record, "content": row.content} for row in ordered
        ]
        insert_rows(self._connection, insert(table), written)

    def of(self, records: Sequence[RecordId]) -> dict[RecordId, Ref]:
        """The refs of those records that have one."""
        if not records:
            return {}
        rows = self._connection.execute(_of(self._connection.dialect.name), bound(self._connection, records)).all()
        return {ref.record: ref for ref in map(_ref, rows)}

    def by_entity(self) -> dict[EntityId, int]:
        """How many records each entity has; entities without any are absent."""
        query = select(table.c.entity, func.count()).group_by(table.c.entity)
        return {EntityId(entity): count for entity, count in self._connection.execute(query).all()}

    def remove(self, records: Sequence[RecordId]) -> None:
        """Forgets the refs of these records; unknown ones are passed over."""
        if records:
            gone = delete(table).where(table.c.record == bindparam("r"))
            self._connection.execute(gone, [{"r": record} for record in records])


_COLUMNS = (table.c.entity, table.c.ref, table.c.record, table.c.content)
_FOUND = select(*_COLUMNS).where(
    table.c.entity == bindparam("entity"), table.c.ref.in_(bindparam("refs", expanding=True))
)


def _ref(row: Any) -> Ref:
    return Ref(entity=EntityId(row[0]), ref=bytes(row[1]), record=RecordId(row[2]), content=bytes(row[3]))


@cache
def _of(dialect: str) -> Select[Any]:
    keys = keyset(dialect)
    return select(*_COLUMNS).join_from(keys, table, table.c.record == keys.c.value)
