"""Questions about all persons at once: how many, the largest, and every record with its person."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import Connection, func, select

from identity.adapters.tables import members as table
from identity.ids import FOREVER, RecordId, SuperId

_NOW = (table.c.valid_to == FOREVER, table.c.known_to == FOREVER)
_BATCH = 10_000


class CensusSql:
    """Reads memberships as they are now, inside the transaction of `connection`."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def persons(self) -> int:
        """How many persons there are."""
        count = self._connection.execute(select(func.count(table.c.super_id.distinct())).where(*_NOW)).scalar()
        return int(count or 0)

    def largest(self, *, limit: int) -> list[tuple[SuperId, tuple[RecordId, ...]]]:
        """The `limit` persons with the most records, the largest first, ties by super-ID, each with its records."""
        biggest = (
            select(table.c.super_id, func.count().label("records"))
            .where(*_NOW)
            .group_by(table.c.super_id)
            .order_by(func.count().desc(), table.c.super_id)
            .limit(limit)
            .subquery()
        )
        query = (
            select(table.c.super_id, table.c.record)
            .join(biggest, biggest.c.super_id == table.c.super_id)
            .where(*_NOW)
            .order_by(biggest.c.records.desc(), table.c.super_id, table.c.record)
        )
        return _grouped(self._connection.execute(query))

    def of_size(self, records: int, *, limit: int) -> list[tuple[SuperId, tuple[RecordId, ...]]]:
        """Up to `limit` persons with exactly so many records, by super-ID, each with its records."""
        sized = (
            select(table.c.super_id)
            .where(*_NOW)
            .group_by(table.c.super_id)
            .having(func.count() == records)
            .order_by(table.c.super_id)
            .limit(limit)
            .subquery()
        )
        query = select(table.c.super_id, table.c.record).join(sized, sized.c.super_id == table.c.super_id).where(*_NOW)
        return _grouped(self._connection.execute(query.order_by(table.c.super_id, table.c.record)))

    def everyone(self) -> Iterator[tuple[SuperId, RecordId]]:
        """Every record with its person, in the order of persons; read in batches, so it may be many."""
        query = select(table.c.super_id, table.c.record).where(*_NOW).order_by(table.c.super_id, table.c.record)
        for super_id, record in self._connection.execution_options(yield_per=_BATCH).execute(query):
            yield SuperId(bytes(super_id)), RecordId(record)


def _grouped(rows: Iterable[Any]) -> list[tuple[SuperId, tuple[RecordId, ...]]]:
    found: dict[SuperId, list[RecordId]] = {}
    for super_id, record in rows:
        found.setdefault(SuperId(bytes(super_id)), []).append(RecordId(record))
    return [(super_id, tuple(records)) for super_id, records in found.items()]
