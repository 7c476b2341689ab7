"""What a person permits: writing it down, acting on it at once, and telling how it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cdp.errors import NotFound
from cdp.telemetry import span
from cdp.use_cases.people import absent, book_of, person_of
from cdp.wiring import Application, Hub
from consent.ledger import ConsentEvent, checked
from consent.linking import linkable_with
from consent.permission import Permission, Question
from consent.receipt import receipt_of
from identity.ids import EntityId, RecordId
from identity.resolver import Change


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording did: events that were new, and records whose linking changed with them."""

    events: int
    relinked: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How one question stands for one customer, and the receipts of the events behind it."""

    allowed: bool
    state: str
    reason: str
    agreement: str | None
    receipts: tuple[dict[str, Any], ...]


def record_of(hub: Hub, entity: EntityId, reference: bytes) -> RecordId:
    """The hub's id of an entity's own record. Raises NotFound."""
    found = hub.stores.refs.find(entity, [reference]).get(reference)
    if found is None:
        raise absent()
    return found.record


def record(app: Application, hub: Hub, events: Sequence[ConsentEvent]) -> Recorded:
    """Append `events` and re-decide, in the same transaction, with whom their records may be linked.

    A record that may no longer be linked loses its tokens and gets a fresh super-ID before this returns.
    Raises UnknownPurpose, UnknownCategory, ConflictingEvent; then nothing is recorded.
    """
    with span("store.consents", rows=len(events)):
        new = hub.stores.ledger.append([checked(event, app.trees) for event in events])
        change = _relinked(app, hub, sorted({event.record for event in events}))
        hub.resolver.apply(change, at=app.clock.now())
        return Recorded(new, len(change.permissions), len(change.withdrawals))


def standing(app: Application, hub: Hub, question: Question, record_id: RecordId) -> Standing:
    """How `question` stands for the person of `record_id` now: the meet over all records that are that person."""
    super_id = hub.stores.members.current([record_id]).get(record_id)
    if super_id is None:
        raise absent()
    records = hub.stores.members.members([super_id])[super_id]
    person = person_of(app, hub, records)
    answer: Permission = person.answer(
        question, record=record_id, agreements=book_of(app, hub), at=app.clock.now()
    )
    own = hub.stores.ledger.of_records([record_id])[record_id]
    receipts = tuple(receipt_of(event, app.trees, principal="your-customer") for event in own)
    return Standing(answer.allowed, str(answer.state), answer.reason, answer.agreement, receipts)


def _relinked(app: Application, hub: Hub, records: Sequence[RecordId]) -> Change:
    refs = hub.stores.refs.of(records)
    if len(refs) < len(records):
        raise NotFound("an event names a record that is not here", remedy="deliver the record first")
    entities = list(hub.stores.refs.by_entity())
    book, now = book_of(app, hub), app.clock.now()
    events = hub.stores.ledger.of_records(records)
    allowed = {
        record_: linkable_with(events[record_], refs[record_].entity, book, entities, now, app.trees)
        for record_ in records
    }
    return Change(
        withdrawals=[record_ for record_, entities_ in allowed.items() if not entities_],
        permissions={record_: entities_ for record_, entities_ in allowed.items() if entities_},
    )
