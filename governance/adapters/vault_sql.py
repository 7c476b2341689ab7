"""The vault's rows in SQL, on SQLite and PostgreSQL."""

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, bindparam, delete, insert, select

from governance.adapters.tables import vault
from governance.vault import SealedRecord, pack, unpack
from identity.adapters.bulk import insert_rows
from identity.ids import EntityId, RecordId

_CHUNK = 500
_AMONG = vault.c.record.in_(bindparam("among", expanding=True))


class VaultSql:
    """A VaultStore inside somebody else's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, rows: Sequence[SealedRecord]) -> None:
        """Stores the rows, each in place of what that record of that entity had; of two for one record, the later."""
        latest = {(row.entity, row.record): row for row in rows}
        if not latest:
            return
        for entity in {row.entity for row in latest.values()}:
            self._forget(entity, [row.record for row in latest.values() if row.entity == entity])
        insert_rows(
            self._connection,
            insert(vault),
            [
                {"entity": row.entity, "record": row.record, "epoch": row.epoch, "sealed": pack(row.fields)}
                for row in latest.values()
            ],
        )

    def get(self, entity: EntityId, records: Sequence[RecordId]) -> dict[RecordId, SealedRecord]:
        """The rows that exist, of that entity only. Raises VaultUnreadable for a damaged row."""
        query = select(vault.c.record, vault.c.epoch, vault.c.sealed).where(vault.c.entity == entity, _AMONG)
        found: dict[RecordId, SealedRecord] = {}
        for chunk in _chunks(records):
            for record, epoch, sealed in self._connection.execute(query, {"among": chunk}):
                found[RecordId(record)] = SealedRecord(entity, RecordId(record), unpack(bytes(sealed)), epoch)
        return found

    def remove(self, records: Sequence[RecordId]) -> int:
        """Deletes the rows of these records, and tells how many there were."""
        return sum(
            self._connection.execute(delete(vault).where(_AMONG), {"among": chunk}).rowcount
            for chunk in _chunks(records)
        )

    def _forget(self, entity: EntityId, records: Sequence[RecordId]) -> None:
        for chunk in _chunks(records):
            self._connection.execute(delete(vault).where(vault.c.entity == entity, _AMONG), {"among": chunk})


def _chunks(records: Sequence[RecordId]) -> Iterator[list[RecordId]]:
    for at in range(0, len(records), _CHUNK):
        yield list(records[at : at + _CHUNK])
