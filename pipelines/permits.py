"""From what a batch says about permissions to the events that the ledger lacks."""

from collections.abc import Sequence
from typing import Final

from consent.ledger import ANY_CATEGORY, EVERYONE, STOPS, ConsentEvent, State, event_id
from consent.trees import Trees
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
    trees: Trees,
) -> list[ConsentEvent]:
    """The events by which the ledger comes to say of `record` what `consents` say; none where it does already.

    `known` are the record's events in the ledger's order. Only those of the same `source` are compared: one source
    never ends what another said. A permission that the source no longer states is withdrawn, since unknown is no, and
    the ones that it still states are given again after it, since a withdrawal ends every grant in its cone. Neither
    that nor a changed notice nor a new rule gives again what was denied over another source: see `_overruled`.
    Ids follow from the record, the scope, the state and the event before, so telling the same twice adds nothing.
    """
    last = {event.source: event for event in known if event.source.startswith(f"{source}#")}
    stated = {f"{source}#{consent.terms.item}": consent for consent in consents}
    dropped = [event for item, event in last.items() if item not in stated and event.state is State.GIVEN]
    events = [_withdrawn(event, at) for event in dropped]
    for item, consent in stated.items():
        before = last.get(item)
        overruled = consent.state is State.GIVEN and _overruled(consent, before, known, source=source, trees=trees)
        if overruled and consent.valid_from is None:
            continue  # a dated yes keeps its own date, and the fold sees that the no is later
        renewed = bool(dropped) and consent.state is State.GIVEN and not overruled
        if renewed or before is None or not _says(before, consent):
            events.append(_event(record, entity, item, consent, before=before, at=at, renewed=renewed))
    return events


def _overruled(
    consent: EdgeConsent,
    before: ConsentEvent | None,
    known: Sequence[ConsentEvent],
    *,
    source: str,
    trees: Trees,
) -> bool:
    """Whether another source holds a no that touches this grant, and this one tells no newer word of the person.

    INVARIANT: repeating a permission is no statement of the person's; only a yes after this source's own no, or one
    dated after the other no, is. What a source merely stopped stating is nobody's word: restated, it is a repetition,
    and another source may state it for the first time, but none gives again by repeating what that ended.
    """
    ended = {_end_id(event) for event in known if event.state is State.GIVEN}
    if consent.valid_from is None and before is not None and before.state in STOPS and before.id not in ended:
        return False
    repeats = before is not None and before.state is State.GIVEN
    return any(
        event.state in STOPS
        and not event.source.startswith(f"{source}#")
        and (repeats or event.id not in ended)
        and (consent.valid_from is None or consent.valid_from <= event.valid_from)
        and _touches(event, consent.terms, trees)
        for event in known
    )


def _touches(event: ConsentEvent, terms: Terms, trees: Trees) -> bool:
    """Whether a refusal takes any part out of a grant of these terms."""
    everyone = EVERYONE in event.recipients | terms.recipients
    return (
        bool(event.operations & terms.operations)
        and (everyone or bool(event.recipients & terms.recipients))
        and trees.purposes.refused_part(event.purpose, terms.purpose) is not None
        and any(
            granted == ANY_CATEGORY or trees.categories.refused_part(refused, granted) is not None
            for refused in event.categories
            for granted in terms.categories
        )
    )


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
        id=_end_id(event),
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


def _end_id(event: ConsentEvent) -> str:
    """The id of the withdrawal of a grant that its source no longer states; no other event has it."""
    return event_id(event.controller, event.record, event.source, State.WITHDRAWN, event.id)


def _expiry(terms: Terms, state: State, since: Instant) -> Instant | None:
    if terms.expires_days is None or state is not State.GIVEN:
        return None
    return since + terms.expires_days * _DAY_MICROSECONDS
