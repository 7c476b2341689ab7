"""Reading a resolved profile: pseudonym or own reference in, traits at the strength granted out, journalled between."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from cdp.errors import NotFound, ReadRefused, TooLarge
from cdp.telemetry import Counted, count, span
from cdp.use_cases.masks import specs_for
from cdp.use_cases.people import absent, book_of, newest_of, person_of
from cdp.wiring import Application, Hub
from consent.agreements import AgreementBook
from governance.actors import Client
from governance.commitments import commit
from governance.disclosure import Value, mask
from governance.errors import UnknownPseudonym
from governance.gate import Case, Commitments, Decision, Gate, ReadRequest, Refusal, decide, refuse
from governance.grant import Grant
from governance.pseudonyms import epoch_of
from identity.ids import EntityId, Instant, RecordId, SuperId
from identity.secret import SecretKey

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
    """One trait that exists and is not shown, with the reason: one's own, or of a company that another fact names."""

    name: str
    category: str
    source: str
    reason: str


@dataclass(frozen=True, slots=True)
class Profile:
    """The answer to a read under this recipient's pseudonym for this purpose; leaf `journal_index` proves it.

    `withheld` keeps silent about companies that no fact of the answer comes from, and so does that leaf.
    """

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
        found = [None if refused else _opened_or_why(app, hub, reader, one) for one in pseudonyms]
        persons = [one for one in found if isinstance(one, bytes)]
        answers = _read(app, hub, reader, persons, Operation.BATCH)
    tell_metrics(refused.decision if refused else None, *(answer.decision for answer in answers))
    if refused:
        raise error_of(refused)
    rest = iter(answers)
    return tuple(
        _item(pseudonym, next(rest) if isinstance(one, bytes) else one)
        for pseudonym, one in zip(pseudonyms, found, strict=True)
    )


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


def request_of(reader: Reader, operation: Operation, *, at: Instant) -> ReadRequest:
    """The gate's form of what `reader` asks."""
    return ReadRequest(
        client=reader.client.id,
        recipient=reader.recipient,
        purpose=reader.purpose,
        at=at,
        operation=operation,
        trace=reader.trace,
    )


def refused_purpose(app: Application, hub: Hub, reader: Reader, operation: Operation) -> Refusal | None:
    """The journalled refusal of a purpose that this client or recipient may not state, whoever the person is."""
    request = request_of(reader, operation, at=app.clock.now())
    if not reader.client.may_state(reader.purpose):
        decision = refuse(request, PURPOSE_NOT_THE_CLIENTS, policy=app.policy(hub))
    elif not app.policy(hub).may_read_at_all(reader.recipient, reader.purpose):
        decision = refuse(request, "purpose-not-permitted", policy=app.policy(hub))
    else:
        return None
    outcome = Gate(hub.journal).grant(decision, Commitments())
    assert isinstance(outcome, Refusal)  # noqa: S101  a refusing decision never becomes a grant
    return outcome


@dataclass(frozen=True, slots=True)
class Named:
    """A person as the recipient calls them, and what the journal may hold of both."""

    pseudonym: str
    commitments: Commitments

    def case(self, decision: Decision, *, named: frozenset[EntityId] = frozenset()) -> Case:
        """`decision` on its way into the journal, with the epoch of the pseudonym's key; `named` as in `Case`."""
        return Case(decision, self.commitments, {"pseudonym": epoch_of(self.pseudonym)}, named)


def names_of(app: Application, reader: Reader, persons: Sequence[SuperId]) -> list[Named]:
    """What the recipient calls each of `persons`, and the commitments, in their order.

    Commitments are of one recipient: with the same ones in everybody's entries, two companies' officers would join
    their pseudonyms. The hub, which holds the audit key, finds a person's entries by each recipient's.
    """
    if not persons:
        return []
    with app.data_keys() as keys:
        audit = keys.ensure([bytes(person) for person in persons], AUDIT_USE)
    return [_named(app, reader, person, audit[bytes(person)]) for person in persons]


AUDIT_USE = "audit"
"""The use under which a person's audit key is kept; shredding it unties the journal from them."""


def tell_metrics(*decisions: Decision | None) -> None:
    """Count what was decided; called once the transaction that holds the leaves is committed."""
    for one in filter(None, decisions):
        whose = {"recipient": one.request.recipient, "purpose": one.request.purpose}
        verdict = "allow" if one.allowed else "refuse"
        count(Counted.GATE_DECISIONS, decision=verdict, reason=one.reason, operation=one.request.operation, **whose)
        for strength, number in Counter(item.strength.label for item in one.released).items():
            count(Counted.GATE_TRAITS, number, decision="release", strength=strength, **whose)
        for reason, number in Counter(item.reason for item in one.withheld).items():
            count(Counted.GATE_TRAITS, number, decision="withhold", reason=reason, **whose)


def error_of(refusal: Refusal) -> ReadRefused:
    """What to raise once the transaction that holds the refusal's leaf is committed."""
    return ReadRefused(refusal.decision.reason, journal_index=refusal.leaf)


def _named(app: Application, reader: Reader, person: SuperId, audit: SecretKey) -> Named:
    pseudonym = app.pseudonyms.issue(person, recipient=reader.recipient, purpose=reader.purpose)

    def own(kind: str, value: str | bytes) -> str:
        return commit(audit, f"{kind}/{reader.recipient}", value)

    return Named(
        pseudonym,
        Commitments(own("subject", person), own("pseudonym", pseudonym), partial(own, "event"), partial(own, "untold")),
    )


def _alone(app: Application, reader: Reader, find: Callable[[Hub], SuperId]) -> Profile:
    with span("gate.read", purpose=reader.purpose, recipient=reader.recipient) as watched:
        with app.hub(writes=True) as hub:
            answer: _Answer | Refusal | None = refused_purpose(app, hub, reader, Operation.READ)
            if answer is None:
                (answer,) = _read(app, hub, reader, [find(hub)], Operation.READ)
        watched.note(decision="refuse" if isinstance(answer, Refusal) else "allow")
    # Told and raised only now: the transaction that holds the leaf is committed.
    tell_metrics(answer.decision)
    if isinstance(answer, Refusal):
        raise error_of(answer)
    return answer.profile


def _opened_or_why(app: Application, hub: Hub, reader: Reader, pseudonym: str) -> SuperId | str:
    try:
        return opened(app, hub, reader, pseudonym)
    except (UnknownPseudonym, NotFound) as error:
        return error.code


def _item(pseudonym: str, answer: "_Answer | Refusal | str | None") -> BatchItem:
    if isinstance(answer, Refusal):
        reason = answer.decision.reason
        return BatchItem(pseudonym, problem=ReadRefused.code, reason=reason, journal_index=answer.leaf)
    if isinstance(answer, _Answer):
        return BatchItem(pseudonym, profile=answer.profile, journal_index=answer.profile.journal_index)
    return BatchItem(pseudonym, problem=answer)


def preview(
    app: Application,
    hub: Hub,
    reader: Reader,
    super_id: SuperId,
    operation: Operation = Operation.READ,
    *,
    agreements: AgreementBook | None = None,
) -> Decision:
    """What a read would be decided to, without a value, a grant or an entry: for the hub's own eyes only.

    `agreements`: those of the transaction, where they are at hand already.
    """
    records = records_of(hub, super_id, reader.recipient)
    person = person_of(app, hub, records)
    return decide(
        request_of(reader, operation, at=newest_of(person, or_now=app.clock.now())),
        hub.facts.headers(records),
        person=person,
        agreements=agreements or book_of(app, hub),
        policy=app.policy(hub),
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    """A read that was allowed."""

    decision: Decision
    profile: Profile


def _read(
    app: Application, hub: Hub, reader: Reader, persons: Sequence[SuperId], operation: Operation
) -> list[_Answer | Refusal]:
    """Each person's own decision and leaf, with one look at the agreements, one at the keys, and one append."""
    if not persons:
        return []
    agreements = book_of(app, hub)
    decisions = [preview(app, hub, reader, person, operation, agreements=agreements) for person in persons]
    names = names_of(app, reader, persons)
    outcomes = Gate(hub.journal).grant_all([one.case(each) for one, each in zip(names, decisions, strict=True)])
    return [
        outcome
        if isinstance(outcome, Refusal)
        else _Answer(decision, _profile(app, hub, reader, pseudonym=one.pseudonym, decision=decision, grant=outcome))
        for one, decision, outcome in zip(names, decisions, outcomes, strict=True)
    ]


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
        for item in decision.told
    )
    return Profile(pseudonym, reader.recipient, reader.purpose, shown, withheld, grant.leaf)
