"""Reading a resolved profile: pseudonym or own reference in, traits at the strength granted out, journalled between."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from cdp.errors import NotFound, ReadRefused, TooLarge
from cdp.telemetry import span
from cdp.use_cases.masks import specs_for
from cdp.use_cases.people import absent, book_of, person_of
from cdp.wiring import Application, Hub
from consent.permission import REASONS
from governance.actors import Client
from governance.commitments import commit
from governance.disclosure import Value, Withheld, mask
from governance.errors import UnknownPseudonym
from governance.gate import Commitments, Decision, Gate, ReadRequest, Refusal, decide, refuse
from governance.grant import Grant
from identity.ids import EntityId, RecordId, SuperId

PURPOSE_NOT_THE_CLIENTS = "purpose-not-permitted-to-client"


class Operation(StrEnum):
    """What kind of read it was, as the journal names it."""

    READ = "read"
    BATCH = "batch-read"
    EXPLAIN = "explain"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, for what purpose, under which trace."""

    client: Client
    purpose: str
    trace: str = ""

    @property
    def recipient(self) -> EntityId:
        """The legal entity that would receive the answer."""
        return self.client.entity


@dataclass(frozen=True, slots=True)
class ShownTrait:
    """One trait as the recipient may see it: the company it comes from, and how clearly it is shown."""

    name: str
    category: str
    kind: str
    source: str
    strength: str
    value: Value


@dataclass(frozen=True, slots=True)
class WithheldTrait:
    """One trait that exists and is not shown, with the reason."""

    name: str
    category: str
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Profile:
    """The answer to a read under this recipient's pseudonym for this purpose; leaf `journal_index` proves it."""

    pseudonym: str
    recipient: str
    purpose: str
    facts: tuple[ShownTrait, ...]
    withheld: tuple[WithheldTrait, ...]
    journal_index: int


@dataclass(frozen=True, slots=True)
class BatchItem:
    """One pseudonym's outcome in a batch: a profile, or why there is none."""

    pseudonym: str
    profile: Profile | None = None
    problem: str | None = None
    reason: str | None = None
    journal_index: int | None = None


def by_pseudonym(app: Application, reader: Reader, pseudonym: str) -> Profile:
    """The profile behind a pseudonym of this recipient for this purpose.

    Raises UnknownPseudonym alike for what is absent, forged or another's; ReadRefused, once the refusal is journalled.
    """
    return _alone(app, reader, lambda hub: opened(app, hub, reader, pseudonym))


def by_source_key(app: Application, reader: Reader, source_key: str) -> Profile:
    """The profile of the caller's own customer, named by the caller's own source key.

    The hub hashes the key with that entity's own key and forgets it. Raises NotFound; ReadRefused, once journalled.
    """
    reference = app.reference(reader.recipient, source_key)

    def find(hub: Hub) -> SuperId:
        found = hub.stores.refs.find(reader.recipient, [reference]).get(reference)
        if found is None:
            raise absent()
        return hub.stores.members.current([found.record])[found.record]

    return _alone(app, reader, find)


def batch(app: Application, reader: Reader, pseudonyms: Sequence[str]) -> tuple[BatchItem, ...]:
    """Many profiles in one transaction: each has its own decision and leaf, and one's refusal is not another's.

    Raises TooLarge beyond `batch_profiles_max`; ReadRefused when the purpose is refused to this recipient as a whole.
    """
    limit = app.settings.batch_profiles_max
    if len(pseudonyms) > limit:
        raise TooLarge(f"more than {limit} pseudonyms in one request", remedy="send them in several requests")
    watched = span("gate.batch", purpose=reader.purpose, recipient=reader.recipient, profiles=len(pseudonyms))
    with watched, app.hub(writes=True) as hub:
        refused = refused_purpose(app, hub, reader, Operation.BATCH)
        items = () if refused else tuple(_item(app, hub, reader, pseudonym) for pseudonym in pseudonyms)
    if refused:
        raise _error(refused)
    return items


def opened(app: Application, hub: Hub, reader: Reader, pseudonym: str) -> SuperId:
    """The person behind a pseudonym, if the recipient knows them itself. Raises UnknownPseudonym otherwise."""
    super_id = app.pseudonyms.open(pseudonym, recipient=reader.recipient, purpose=reader.purpose)
    if not records_of(hub, super_id, reader.recipient):
        raise UnknownPseudonym(
            "no such pseudonym",
            why="it is not one of this recipient for this purpose, or it has expired",
            remedy="use a pseudonym that was issued to you for this purpose",
        )
    return super_id


def records_of(hub: Hub, super_id: SuperId, recipient: EntityId) -> tuple[RecordId, ...]:
    """All records of the person, or none when the recipient has no record of them: not yours looks like absent."""
    records = hub.stores.members.members([super_id]).get(super_id, ())
    refs = hub.stores.refs.of(records)
    return tuple(records) if any(ref.entity == recipient for ref in refs.values()) else ()


def request_of(app: Application, reader: Reader, operation: Operation) -> ReadRequest:
    """The gate's form of what `reader` asks now."""
    return ReadRequest(
        client=reader.client.id,
        recipient=reader.recipient,
        purpose=reader.purpose,
        at=app.clock.now(),
        operation=operation,
        trace=reader.trace,
    )


def refused_purpose(app: Application, hub: Hub, reader: Reader, operation: Operation) -> Refusal | None:
    """The journalled refusal of a purpose that this client or recipient may not state, whoever the person is."""
    request = request_of(app, reader, operation)
    if not reader.client.may_state(reader.purpose):
        decision = refuse(request, PURPOSE_NOT_THE_CLIENTS, policy=app.policy(hub))
    elif not app.policy(hub).may_read_at_all(reader.recipient, reader.purpose):
        decision = refuse(request, "purpose-not-permitted", policy=app.policy(hub))
    else:
        return None
    outcome = Gate(hub.journal).grant(decision, Commitments())
    assert isinstance(outcome, Refusal)  # noqa: S101  a refusing decision never becomes a grant
    return outcome


def commitments_of(app: Application, reader: Reader, super_id: SuperId) -> tuple[str, Commitments]:
    """The recipient's pseudonym of a person, and what the journal may hold of both.

    Commitments are of one recipient: with the same ones in everybody's entries, two companies' officers would join
    their pseudonyms. The hub, which holds the audit key, finds a person's entries by each recipient's.
    """
    pseudonym = app.pseudonyms.issue(super_id, recipient=reader.recipient, purpose=reader.purpose)
    with app.data_keys() as keys:
        audit = keys.ensure([bytes(super_id)], AUDIT_USE)[bytes(super_id)]

    def own(kind: str, value: str | bytes) -> str:
        return commit(audit, f"{kind}/{reader.recipient}", value)

    return pseudonym, Commitments(own("subject", super_id), own("pseudonym", pseudonym), partial(own, "event"))


AUDIT_USE = "audit"
"""The use under which a person's audit key is kept; shredding it unties the journal from them."""


def _alone(app: Application, reader: Reader, find: Callable[[Hub], SuperId]) -> Profile:
    with span("gate.read", purpose=reader.purpose, recipient=reader.recipient) as watched:
        with app.hub(writes=True) as hub:
            outcome = refused_purpose(app, hub, reader, Operation.READ) or _read(
                app, hub, reader, find(hub), Operation.READ
            )
        watched.note(decision="refuse" if isinstance(outcome, Refusal) else "allow")
    # Raised only now: the transaction that holds the refusal's leaf is committed.
    if isinstance(outcome, Refusal):
        raise _error(outcome)
    return outcome


def _item(app: Application, hub: Hub, reader: Reader, pseudonym: str) -> BatchItem:
    try:
        super_id = opened(app, hub, reader, pseudonym)
    except (UnknownPseudonym, NotFound) as error:
        return BatchItem(pseudonym, problem=error.code)
    outcome = _read(app, hub, reader, super_id, Operation.BATCH)
    if isinstance(outcome, Refusal):
        return BatchItem(
            pseudonym, problem=ReadRefused.code, reason=outcome.decision.reason, journal_index=outcome.leaf
        )
    return BatchItem(pseudonym, profile=outcome, journal_index=outcome.journal_index)


def preview(
    app: Application, hub: Hub, reader: Reader, super_id: SuperId, operation: Operation = Operation.READ
) -> Decision:
    """What a read would be decided to, without a value, a grant or an entry: for the hub's own eyes only."""
    records = records_of(hub, super_id, reader.recipient)
    return decide(
        request_of(app, reader, operation),
        hub.facts.headers(records),
        person=person_of(app, hub, records),
        agreements=book_of(app, hub),
        policy=app.policy(hub),
    )


def _read(app: Application, hub: Hub, reader: Reader, super_id: SuperId, operation: Operation) -> Profile | Refusal:
    decision = preview(app, hub, reader, super_id, operation)
    pseudonym, commitments = commitments_of(app, reader, super_id)
    outcome = Gate(hub.journal).grant(decision, commitments)
    if isinstance(outcome, Refusal):
        return outcome
    return _profile(app, hub, reader, pseudonym=pseudonym, decision=decision, grant=outcome)


def _profile(
    app: Application, hub: Hub, reader: Reader, *, pseudonym: str, decision: Decision, grant: Grant
) -> Profile:
    values, specs = hub.facts.values(grant), specs_for(hub, grant.released)
    key = app.hub_key(f"trait-tokens/{reader.recipient}/{reader.purpose}")
    shown = tuple(
        ShownTrait(
            name=item.trait.name,
            category=item.trait.category,
            kind=str(item.trait.kind),
            source=item.trait.controller,
            strength=item.strength.label,
            value=mask(
                values[item.trait],
                item.strength,
                specs.get((item.trait.controller, item.trait.name)),
                key=key,
            ),
        )
        for item in decision.released
    )
    withheld = tuple(
        WithheldTrait(item.trait.name, item.trait.category, item.trait.controller, item.reason)
        for item in decision.withheld
        if _may_be_told(item, reader.recipient)
    )
    return Profile(pseudonym, reader.recipient, reader.purpose, shown, withheld, grant.leaf)


def _may_be_told(item: Withheld, recipient: EntityId) -> bool:
    """Whether the recipient may learn that the trait exists: that another company knows the person is a disclosure too.

    It may for its own traits, and for another company's when an agreement between the two covers the trait, so that
    only the person's choice is in the way. All of `withheld` stands in the journal.
    """
    return item.trait.controller == recipient or item.reason in REASONS.values()


def _error(refusal: Refusal) -> ReadRefused:
    return ReadRefused(refusal.decision.reason, journal_index=refusal.leaf)
