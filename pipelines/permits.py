"""From what a batch says about permissions to the events that the ledger lacks."""

from collections.abc import Sequence
from typing import Final

from consent.ledger import STOPS, ConsentEvent, State, event_id
from identity.ids import EntityId, Instant, RecordId
from pipelines.batch import EdgeConsent
from pipelines.contract import Terms

_DAY_MICROSECONDS: Final = 86_400 * 1_000_000


def due_events(
    record: RecordId,
    entity: EntityId,
    source: str,
    consents: Sequence[EdgeConsent],
    *,
    known: Sequence[ConsentEvent],
    at: Instant,
) -> list[ConsentEvent]:
    """The events by which the ledger comes to say of `record` what `consents` say; none where it does already.

    `known` are the record's events in the ledger's order. Only those of the same `source` are compared: one source
    never ends what another said. A permission that the source no longer states is withdrawn, since unknown is no, and
    the ones that it still states are given again after it, since a withdrawal ends every grant in its cone.
    Ids follow from the record, the scope, the state and the event before, so telling the same twice adds nothing.
    """
    last = {event.source: event for event in known if event.source.startswith(f"{source}#")}
    stated = {f"{source}#{consent.terms.item}": consent for consent in consents}
    dropped = [event for item, event in last.items() if item not in stated and event.state is State.GIVEN]
    events = [_withdrawn(event, at) for event in dropped]
    for item, consent in stated.items():
        before = last.get(item)
        renewed = bool(dropped) and consent.state is State.GIVEN
        if renewed or before is None or not _says(before, consent):
            events.append(_event(record, entity, item, consent, before=before, at=at, renewed=renewed))
    return events


def _says(event: ConsentEvent, consent: EdgeConsent) -> bool:
    """Whether `event` already says what `consent` does."""
    terms = consent.terms
    same_state = event.state is consent.state or {event.state, consent.state} == {State.WITHDRAWN, State.REFUSED}
    return (
        same_state
        and (consent.valid_from is None or consent.valid_from <= event.valid_from)
        and (event.notice, event.jurisdiction, event.separate) == (terms.notice, terms.jurisdiction, terms.separate)
        and event.expires_at == _expiry(terms, event.state, event.valid_from)
    )


def _event(
    record: RecordId,
    entity: EntityId,
    item: str,
    consent: EdgeConsent,
    *,
    before: ConsentEvent | None,
    at: Instant,
    renewed: bool,
) -> ConsentEvent:
    terms, state = consent.terms, consent.state
    since = at if consent.valid_from is None or renewed else consent.valid_from
    if before is not None and before.state is State.GIVEN and state in STOPS:
        # who had permitted and now refuses has withdrawn, and no older date may let the grant outlive that
        state = State.WITHDRAWN if state is State.REFUSED else state
        since = max(since, before.valid_from)
    return ConsentEvent(
        id=event_id(entity, record, item, state, since if consent.valid_from else "", before.id if before else ""),
        record=record,
        controller=entity,
        recipients=terms.recipients,
        purpose=terms.purpose,
        categories=terms.categories,
        operations=terms.operations,
        state=state,
        basis=terms.basis,
        valid_from=since,
        expires_at=_expiry(terms, state, since),
        known_at=at,
        jurisdiction=terms.jurisdiction,
        separate=terms.separate,
        notice=terms.notice,
        evidence="",
        source=item,
    )


def _withdrawn(event: ConsentEvent, at: Instant) -> ConsentEvent:
    """The end of a grant, an instant before `at`, so that what is given at `at` comes after it."""
    since = max(at - 1, event.valid_from)
    return ConsentEvent(
        id=event_id(event.controller, event.record, event.source, State.WITHDRAWN, event.id),
        record=event.record,
        controller=event.controller,
        recipients=event.recipients,
        purpose=event.purpose,
        categories=event.categories,
        operations=event.operations,
        state=State.WITHDRAWN,
        basis=event.basis,
        valid_from=since,
        expires_at=None,
        known_at=at,
        jurisdiction=event.jurisdiction,
        separate=event.separate,
        notice=event.notice,
        evidence="",
        source=event.source,
    )


def _expiry(terms: Terms, state: State, since: Instant) -> Instant | None:
    if terms.expires_days is None or state is not State.GIVEN:
        return None
    return since + terms.expires_days * _DAY_MICROSECONDS
