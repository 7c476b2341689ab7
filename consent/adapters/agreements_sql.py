"""Agreements in SQL, inside somebody else's transaction."""

from typing import Any

from sqlalchemy import Connection, Row, insert, select

from consent.adapters.set_text import joined, operations, words
from consent.adapters.tables import agreements as table
from consent.agreements import Agreement, ended_version, next_version
from consent.basis import LegalBasis
from identity.ids import EntityId, Instant


class AgreementsSql:
    """An AgreementStore on SQLite and PostgreSQL. It never commits.

    Two transactions that change one agreement at once meet at the primary key, and the later one fails.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def record(self, agreement: Agreement) -> Agreement:
        """See AgreementStore."""
        latest = self._latest(agreement.id)
        return self._keep(latest, next_version(latest, agreement))

    def all(self) -> tuple[Agreement, ...]:
        """See AgreementStore."""
        rows = self._connection.execute(select(table))
        return tuple(sorted(map(_agreement_of, rows), key=lambda one: (one.id, one.version)))

    def end(self, agreement: str, at: Instant, *, known_at: Instant | None = None) -> Agreement:
        """See AgreementStore."""
        latest = self._latest(agreement)
        return self._keep(latest, ended_version(latest, at, at if known_at is None else known_at))

    def _latest(self, id_: str) -> Agreement | None:
        query = select(table).where(table.c.id == id_).order_by(table.c.version.desc()).limit(1)
        row = self._connection.execute(query).first()
        return None if row is None else _agreement_of(row)

    def _keep(self, latest: Agreement | None, agreement: Agreement) -> Agreement:
        if agreement != latest:
            self._connection.execute(insert(table), [_row_of(agreement)])
        return agreement


def _row_of(agreement: Agreement) -> dict[str, Any]:
    return {
        "id": agreement.id,
        "version": agreement.version,
        "controller": agreement.controller,
        "recipient": agreement.recipient,
        "operations": joined(agreement.operations),
        "purposes": joined(agreement.purposes),
        "categories": joined(agreement.categories),
        "basis": agreement.basis.value,
        "starts": agreement.starts,
        "ends": agreement.ends,
        "reference": agreement.reference,
        "known_at": agreement.known_at,
    }


def _agreement_of(row: Row[Any]) -> Agreement:
    return Agreement(
        id=row.id,
        version=row.version,
        controller=EntityId(row.controller),
        recipient=row.recipient,
        operations=operations(row.operations),
        purposes=words(row.purposes),
        categories=words(row.categories),
        basis=LegalBasis(row.basis),
        starts=row.starts,
        ends=row.ends,
        reference=row.reference,
        known_at=row.known_at,
    )
