"""What a person permits: writing it down, acting on it at once, and telling how it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from cdp.errors import InvalidRequest, NotPermitted
from cdp.telemetry import span
from cdp.use_cases.people import absent, book_of, newest_of, person_of
from cdp.wiring import Application, Hub
from consent.ledger import STOPS, ConsentEvent, State, checked, event_id
from consent.permission import Question
from consent.receipt import receipt_of
from governance.actors import Client
from identity.ids import EntityId, Instant, RecordId, entity_id
from identity.links import LinkBlock
from identity.refs import DIGEST_BYTES
from identity.resolver import Change
from pipelines.contract import Terms
from pipelines.landing import LinkRules, known_entities

_DAY = 86_400 * 1_000_000
_FORGOTTEN = bytes(DIGEST_BYTES)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What recording did: events that were new, and records whose linking changed with them."""

    events: int
    relinked: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How one question stands by what one company was told, and the receipts of the customer's events."""

    allowed: bool
    state: str
    reason: str
    agreement: str | None
    receipts: tuple[dict[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """What one person said, of one record of the teller: named by keyed hash (hex) or by source key."""

    ref: str | None
    source_key: str | None
    terms: Terms
    state: State
    valid_from: Instant | None = None
    evidence: str = ""


def entity(text: str) -> EntityId:
    """The entity that `text` names. Raises InvalidIdentifier."""
    return entity_id(text)


def tell(app: Application, hub: Hub, client: Client, key: str, told: Sequence[Told]) -> Recorded:
    """Append what people said, and re-decide in the same transaction with whom their records may be linked.

    A record that may no longer be linked loses its tokens and gets a fresh super-ID before this returns; its next
    delivery is not taken for unchanged. Raises NotFound for a record that is not the caller's, UnknownPurpose,
    UnknownCategory, InvalidEvent; then nothing is recorded.
    """
    about = [_record(app, hub, client, one.ref, one.source_key) for one in told]
    now = newest_of(person_of(app, hub, sorted(set(about))), or_now=app.clock.now())
    events = [
        checked(_event(client, one, record, id_=event_id(client.id, key, number), now=now), app.trees)
        for number, (one, record) in enumerate(zip(told, about, strict=True))
    ]
    with span("store.consents", rows=len(events)):
        new = hub.stores.ledger.append(events)
        stored = hub.stores.links.open(np.array(sorted({event.record for event in events}), dtype=np.int64))
        change = _relinked(app, hub, stored, now)
        hub.resolver.apply(change, at=now)
        _forget_contents(hub, [*change.withdrawals, *_without_tokens(stored, change.permissions)])
    return Recorded(new, len(change.permissions), len(change.withdrawals))


def standing(app: Application, client: Client, ref: str | None, source_key: str | None, question: Question) -> Standing:
    """How `question` stands for one of the caller's customers now: the meet over the caller's records of that person.

    What the person told the recipient itself is judged at the read, and not said here: it would disclose that they
    are a customer there, to somebody who states no purpose of reading and leaves no entry in the journal.
    Raises NotPermitted for a purpose that the client may not state, NotFound for a record that is not the caller's.
    """
    if not client.may_state(question.purpose):
        raise NotPermitted("your client may not state this purpose", remedy="ask your operator")
    with app.hub(writes=False) as hub:
        record = _record(app, hub, client, ref, source_key)
        person = person_of(app, hub, _own_records(hub, client, record))
        answer = person.answer(
            question,
            record=record,
            agreements=book_of(app, hub),
            at=newest_of(person, or_now=app.clock.now()),
        )
    own = person.records[record][1]
    receipts = tuple(receipt_of(event, app.trees, principal="the customer asked about") for event in own)
    return Standing(answer.allowed, str(answer.state), answer.reason, answer.agreement, receipts)


def _own_records(hub: Hub, client: Client, record: RecordId) -> list[RecordId]:
    """The caller's records that are the same person as `record`."""
    super_id = hub.stores.members.current([record])[record]
    refs = hub.stores.refs.of(hub.stores.members.members([super_id])[super_id])
    return sorted(one for one, ref in refs.items() if ref.entity == client.entity)


def _record(app: Application, hub: Hub, client: Client, ref: str | None, source_key: str | None) -> RecordId:
    if (ref is None) == (source_key is None):
        raise InvalidRequest("a record is named by ref or by source_key", remedy="give one of the two")
    reference = bytes.fromhex(ref) if ref else app.reference(client.entity, source_key or "")
    found = hub.stores.refs.find(client.entity, [reference]).get(reference)
    if found is None:
        raise absent()
    return found.record


def _event(client: Client, told: Told, record: RecordId, *, id_: str, now: Instant) -> ConsentEvent:
    terms = told.terms
    since = now if told.valid_from is None else told.valid_from
    if told.state in STOPS:
        since = min(since, now)  # a no is never for later: whoever is told of one must be able to rely on it
    expires = None
    if terms.expires_days is not None and told.state is State.GIVEN:
        expires = since + terms.expires_days * _DAY
    return ConsentEvent(
        id=id_,
        record=record,
        controller=client.entity,
        recipients=terms.recipients,
        purpose=terms.purpose,
        categories=terms.categories,
        operations=terms.operations,
        state=told.state,
        basis=terms.basis,
        valid_from=since,
        expires_at=expires,
        known_at=now,
        jurisdiction=terms.jurisdiction,
        separate=terms.separate,
        notice=terms.notice,
        evidence=told.evidence,
        source=f"api:{client.id}",
    )


def _forget_contents(hub: Hub, records: Sequence[RecordId]) -> None:
    """Make the next delivery of `records` count as changed: their tokens are gone and would have to come again."""
    known = hub.stores.refs.of(records)
    hub.stores.refs.bind([replace(ref, content=_FORGOTTEN) for ref in known.values()])


def _without_tokens(stored: LinkBlock, records: Iterable[RecordId]) -> list[RecordId]:
    """Those of `records` that may be linked from now on and have nothing stored to be linked by."""
    empty = set(stored.record[stored.counts == 0].tolist())
    return [record for record in records if record in empty]


def _relinked(app: Application, hub: Hub, stored: LinkBlock, now: Instant) -> Change:
    """What the ledger now says of linking, where the index says otherwise.

    INVARIANT: compared with what is stored and not with what the ledger said before: a permission that expired left
    its tokens behind, and a record that never had any keeps its super-ID.
    """
    records = [RecordId(record) for record in stored.record.tolist()]
    events = hub.stores.ledger.of_records(records)
    rules = LinkRules(book_of(app, hub), known_entities(hub.stores), trees=app.trees, at=now)
    withdrawals, permissions = [], {}
    for row, record in enumerate(records):
        stance = stored.stance_of(row)
        allowed = rules.of(stance.entity, events[record])
        if allowed and allowed != stance.linkable_with:
            permissions[record] = allowed
        elif not allowed and (stance.linkable_with or stored.counts[row]):
            withdrawals.append(record)
    return Change(withdrawals=withdrawals, permissions=permissions)
