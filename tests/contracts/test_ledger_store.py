"""The contract of every ConsentLedger: in memory, on SQLite and on PostgreSQL."""

from dataclasses import fields, replace

import pytest
from consent_examples import an_event
from sqlalchemy import Connection

from consent.adapters.ledger_memory import LedgerMemory
from consent.adapters.ledger_sql import LedgerSql
from consent.adapters.tables import events as table
from consent.basis import LegalBasis, Operation
from consent.errors import ConflictingEvent
from consent.ledger import STORABLE, ConsentEvent, State
from consent.ports import ConsentLedger
from identity.ids import RecordId

A, B, C = RecordId(2**63 - 1), RecordId(1), RecordId(2)


class LedgerContract:
    """What holds for every ledger."""

    @pytest.fixture
    def ledger(self) -> ConsentLedger:
        raise AssertionError("each adapter's suite brings its own store")

    def test_an_event_comes_back_as_it_was_told(self, ledger: ConsentLedger) -> None:
        told = [
            an_event(state, number, record=A, basis=basis, separate=number % 2 == 0, recipients={"*", "shop"})
            for number, (state, basis) in enumerate(zip(sorted(STORABLE), LegalBasis, strict=False))
        ]
        rich = an_event(
            at=99,
            record=A,
            expires_at=2**62,
            known_at=-5,
            categories={"user.contact.email", "user.behavior"},
            operations={Operation.LINK, Operation.SHARE},
            notice="お知らせ",
            evidence="",
            bundle="b",
            reference="r",
            signal="Sec-GPC: 1",
        )
        assert ledger.append([*told, rich]) == len(told) + 1
        assert ledger.of_records([A]) == {A: (*told, rich)}

    def test_the_same_event_again_changes_nothing(self, ledger: ConsentLedger) -> None:
        event = an_event(record=A, known_at=5)
        later = replace(event, known_at=9)
        assert [ledger.append([event, event]), ledger.append([later]), ledger.append([event])] == [1, 0, 0]
        assert ledger.of_records([A])[A] == (event,)

    def test_an_id_that_stands_for_something_else_is_refused_and_nothing_is_added(self, ledger: ConsentLedger) -> None:
        event = an_event("withdrawn", record=A)
        other = an_event("given", id=event.id, record=A)
        ledger.append([event])
        with pytest.raises(ConflictingEvent):
            ledger.append([an_event(record=B), other])
        with pytest.raises(ConflictingEvent):
            ledger.append([replace(event, id="f" * 32), replace(other, id="f" * 32)])
        assert ledger.of_records([A, B]) == {A: (event,), B: ()}

    def test_every_record_asked_for_is_answered_in_a_fixed_order(self, ledger: ConsentLedger) -> None:
        events = [an_event(at=at, known_at=known, record=record) for record in (A, B) for at, known in ((2, 1), (1, 9))]
        ledger.append(events)
        assert ledger.of_records([B, C, A, B]) == {B: (events[3], events[2]), C: (), A: (events[1], events[0])}
        assert ledger.of_records([]) == {}
        assert ledger.append([]) == 0

    def test_the_ledger_is_read_on_from_any_event(self, ledger: ConsentLedger) -> None:
        events = [an_event(record=B, known_at=known) for known in (1, 2, 2, 2, 3)]
        ledger.append(reversed(events))
        assert ledger.since(1) == tuple(events)
        assert ledger.since(1, after=events[0].id) == tuple(events[1:])
        assert ledger.since(0, limit=2) == tuple(events[:2])
        assert ledger.since(2, after=events[2].id) == tuple(events[3:])
        assert ledger.since(3, after=events[4].id) == ()

    def test_an_erasure_takes_the_records_events_and_no_others(self, ledger: ConsentLedger) -> None:
        kept = an_event(record=B)
        ledger.append([an_event(record=A), an_event(record=A), kept])
        assert ledger.erase([A, C, A]) == 2
        assert ledger.of_records([A, B]) == {A: (), B: (kept,)}
        assert ledger.since(-1) == (kept,)
        assert ledger.erase([]) == 0

    def test_thousands_of_records_are_looked_up_at_once(self, ledger: ConsentLedger) -> None:
        shape = an_event(State.GIVEN)
        events = [replace(shape, id=f"{number:032x}", record=RecordId(2**62 + number)) for number in range(6000)]
        assert ledger.append(events) == 6000
        found = ledger.of_records([event.record for event in events])
        assert found == {event.record: (event,) for event in events}
        assert ledger.append(events) == 0


class TestLedgerMemory(LedgerContract):
    @pytest.fixture
    def ledger(self) -> ConsentLedger:
        return LedgerMemory()


class TestLedgerSql(LedgerContract):
    @pytest.fixture
    def ledger(self, sql_connection: Connection) -> ConsentLedger:
        return LedgerSql(sql_connection)


def test_the_columns_stand_in_the_order_of_the_fields() -> None:
    assert [column.name for column in table.columns] == [field.name for field in fields(ConsentEvent)]
