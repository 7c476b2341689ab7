"""The ledger of consent in SQL, inside somebody else's transaction."""

import json
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, Final, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Delete,
    Row,
    Select,
    Text,
    any_,
    bindparam,
    delete,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ARRAY

from consent.adapters.set_text import joined, operations, words
from consent.adapters.tables import events as table
from consent.basis import LegalBasis
from consent.errors import ConflictingEvent
from consent.ledger import ConsentEvent, State, says_the_same
from identity.adapters.bulk import insert_rows
from identity.ids import EntityId, Instant, RecordId

_KEYS_PER_STATEMENT: Final = 5000
_KEYS: Final = "keys"
T = TypeVar("T")


class LedgerSql:
    """A ConsentLedger on SQLite and PostgreSQL. It never commits, and has no statement that updates an event."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, events: Iterable[ConsentEvent]) -> int:
        """See ConsentLedger.

        BUG: two transactions that append the same id with different contents at the same moment do not see each
        other's, and the first to commit wins silently. Ids are made of the content or of randomness, so it takes a
        forger with write access, who could as well write the second event first.
        """
        told: dict[str, ConsentEvent] = {}
        for event in events:
            _refuse_conflict(told.setdefault(event.id, event), event)
        for known in self._select(table.c.id, list(told)):
            _refuse_conflict(known, told.pop(known.id))
        if told:
            dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
            rows = [_row_of(event) for event in told.values()]
            insert_rows(self._connection, dialect.insert(table).on_conflict_do_nothing(), rows)
        return len(told)

    def of_records(self, records: Iterable[RecordId]) -> dict[RecordId, tuple[ConsentEvent, ...]]:
        """See ConsentLedger. One statement per 5,000 records."""
        found: dict[RecordId, list[ConsentEvent]] = {record: [] for record in records}
        for event in self._select(table.c.record, list(found)):
            found[event.record].append(event)
        for held in found.values():
            held.sort(key=lambda event: (event.valid_from, event.known_at, event.id))
        return {record: tuple(held) for record, held in found.items()}

    def since(self, known_at: Instant, *, after: str = "", limit: int = 1000) -> tuple[ConsentEvent, ...]:
        """See ConsentLedger."""
        later = (table.c.known_at > known_at) | ((table.c.known_at == known_at) & (table.c.id > after))
        query = select(table).where(later).order_by(table.c.known_at, table.c.id).limit(limit)
        return tuple(map(_event_of, self._connection.execute(query)))

    def erase(self, records: Iterable[RecordId]) -> int:
        """See ConsentLedger."""
        return sum(
            self._connection.execute(_erasure(self._dialect), self._bound(keys)).rowcount
            for keys in _in_chunks(sorted(set(records)))
        )

    def _select(self, column: Column[Any], keys: Sequence[T]) -> Iterator[ConsentEvent]:
        for chunk in _in_chunks(keys):
            found = self._connection.execute(_selection(self._dialect, column), self._bound(chunk))
            yield from map(_event_of, found)

    @property
    def _dialect(self) -> str:
        return self._connection.dialect.name

    def _bound(self, keys: Sequence[T]) -> dict[str, Any]:
        return {_KEYS: list(keys) if self._dialect == "postgresql" else json.dumps(list(keys))}


@cache
def _selection(dialect: str, column: Column[Any]) -> Select[Any]:
    return select(table).where(_is_one_of(dialect, column))


@cache
def _erasure(dialect: str) -> Delete:
    return delete(table).where(_is_one_of(dialect, table.c.record))


def _is_one_of(dialect: str, column: Column[Any]) -> ColumnElement[bool]:
    """Thousands of keys as one parameter, so that there is one statement to build and to prepare."""
    if dialect == "postgresql":
        return column == any_(bindparam(_KEYS, type_=ARRAY(Text if isinstance(column.type, Text) else BigInteger)))
    listed = func.json_each(bindparam(_KEYS, type_=Text)).table_valued("value")
    return column.in_(select(listed.c.value))


def _refuse_conflict(known: ConsentEvent, told: ConsentEvent) -> None:
    if not says_the_same(known, told):
        raise ConflictingEvent("a consent event has the id of another", remedy="give it an id of its own")


def _in_chunks(keys: Sequence[T]) -> Iterator[Sequence[T]]:
    return (keys[start : start + _KEYS_PER_STATEMENT] for start in range(0, len(keys), _KEYS_PER_STATEMENT))


def _row_of(event: ConsentEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "record": event.record,
        "controller": event.controller,
        "recipients": joined(event.recipients),
        "purpose": event.purpose,
        "categories": joined(event.categories),
        "operations": joined(event.operations),
        "state": event.state.value,
        "basis": event.basis.value,
        "valid_from": event.valid_from,
        "expires_at": event.expires_at,
        "known_at": event.known_at,
        "jurisdiction": event.jurisdiction,
        "separate": event.separate,
        "notice": event.notice,
        "evidence": event.evidence,
        "source": event.source,
        "bundle": event.bundle,
        "reference": event.reference,
        "signal": event.signal,
    }


def _event_of(row: Row[Any]) -> ConsentEvent:
    """INVARIANT: the columns stand in the order of the event's fields (a test holds it)."""
    values: tuple[Any, ...] = tuple(row)
    id_, record, controller, recipients, purpose, categories, allowed, state, basis, *rest = values
    return ConsentEvent(
        id_,
        RecordId(record),
        EntityId(controller),
        words(recipients),
        purpose,
        words(categories),
        operations(allowed),
        State(state),
        LegalBasis(basis),
        *rest,
    )
