"""The gate: decides a read by policy, agreement and consent, journals it, and only then grants it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from consent.agreements import AgreementBook
from consent.basis import LegalBasis, Operation
from consent.ledger import STOPS
from consent.permission import Permission, PersonConsent
from consent.question import Question
from governance.disclosure import Released, Strength, TraitRef, Withheld, tellable
from governance.grant import MINT, Grant
from governance.journal.leaf import JSON, LEAF_VERSION, at_text, canonical
from governance.policy import PolicyTable
from governance.ports import LeafSink
from identity.ids import EntityId, Instant, RecordId

TRAITS_MAX: Final = 400
"""Different traits of one person in one decision, so that its leaf fits the journal; beyond, the read is refused."""

PURPOSE_NOT_PERMITTED: Final = "purpose-not-permitted"
TOO_MANY_TRAITS: Final = "too-many-traits"


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """Who asks, for whom, why and when. `known_at` None: by all that is known; otherwise as it was known then.

    `operation` names the kind of read in the journal, such as `read` or `batch-read`; `trace` is 32 hex digits or
    empty.
    """

    client: str
    recipient: EntityId
    purpose: str
    at: Instant
    known_at: Instant | None = None
    operation: str = "read"
    trace: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate will do with a read, and why; a value, with no effect by itself.

    Refused (`allowed` False) means that the purpose is not permitted to this recipient at all, or that the person
    forbids the recipient itself this purpose. Otherwise the read is allowed, possibly with nothing released.
    """

    request: ReadRequest
    allowed: bool
    reason: str
    policy: str
    released: tuple[Released, ...] = ()
    withheld: tuple[Withheld, ...] = ()
    events: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.allowed and self.released:
            raise ValueError("a refused read releases nothing")

    @property
    def told(self) -> tuple[Withheld, ...]:
        """What is withheld and the recipient may know to exist."""
        return tellable(self.request.recipient, self.released, self.withheld)[0]

    @property
    def untold(self) -> tuple[Withheld, ...]:
        """What is withheld without a word to the recipient, its officers included."""
        return tellable(self.request.recipient, self.released, self.withheld)[1]


@dataclass(frozen=True, slots=True)
class Commitments:
    """What stands in the journal for the person and their pseudonym: 64 hex digits each, or empty for nobody.

    `event` gives what stands there for the id of a consent event: one event may permit two recipients, whose officers
    must not find their entries about one person by it. `untold` gives what stands for the rows that the recipient may
    not be told of; None where no person was decided on. See `governance.commitments.commit`.
    """

    subject: str = ""
    pseudonym: str = ""
    event: Callable[[str], str] = str
    untold: Callable[[bytes], str] | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A refused read, journalled at `leaf`. A value and no exception, so that the transaction keeps its leaf."""

    decision: Decision
    leaf: int


def decide(
    request: ReadRequest,
    traits: Sequence[TraitRef],
    *,
    person: PersonConsent,
    agreements: AgreementBook,
    policy: PolicyTable,
) -> Decision:
    """Which of `traits`, all of one person, the recipient may see, at which strength, and why not the others.

    A trait is released iff policy rules a strength for it, and consent (with an agreement, where it is another
    company's) permits `use` of one's own or `share` of another's. Pure: the same arguments give the same decision.
    """
    if not policy.may_read_at_all(request.recipient, request.purpose):
        return refuse(request, PURPOSE_NOT_PERMITTED, policy=policy)
    if len({(trait.controller, trait.name, trait.category, trait.kind) for trait in traits}) > TRAITS_MAX:
        return refuse(request, TOO_MANY_TRAITS, policy=policy)
    answers = _Answers(request, person, agreements)
    outcomes = [_decide_trait(request, trait, answers, policy) for trait in traits]
    released = tuple(one for one in outcomes if isinstance(one, Released))
    withheld = tuple(one for one in outcomes if isinstance(one, Withheld))
    forbidden = None if released else _forbidden_at_recipient(request, answers, policy)
    if forbidden is not None:
        return refuse(request, forbidden.reason, policy=policy, events=forbidden.events)
    reason = "permitted" if released else "nothing-permitted"
    return Decision(request, True, reason, policy.version, released, withheld)


def refuse(request: ReadRequest, reason: str, *, policy: PolicyTable, events: tuple[str, ...] = ()) -> Decision:
    """The decision to refuse as a whole. It names no trait, since what exists is not the recipient's to know."""
    return Decision(request, False, reason, policy.version, events=events)


class _Answers:
    """Consent's answers to one request, each found once: many traits ask the same question."""

    def __init__(self, request: ReadRequest, person: PersonConsent, agreements: AgreementBook) -> None:
        self._request = request
        self._person = person
        self._agreements = agreements
        self._found: dict[tuple[RecordId, EntityId, str], Permission] = {}
        self._bases = {event.id: event.basis for _, events in person.records.values() for event in events}

    def of(self, record: RecordId, controller: EntityId, category: str) -> Permission:
        key = (record, controller, category)
        known = self._found.get(key)
        if known is None:
            known = self._found[key] = self._ask(record, controller, category)
        return known

    def records_of(self, controller: EntityId) -> list[RecordId]:
        return sorted(record for record, (owner, _) in self._person.records.items() if owner == controller)

    def bases(self, events: Sequence[str]) -> tuple[LegalBasis, ...]:
        return tuple(sorted({self._bases[event] for event in events if event in self._bases}))

    def _ask(self, record: RecordId, controller: EntityId, category: str) -> Permission:
        request = self._request
        operation = Operation.USE if controller == request.recipient else Operation.SHARE
        question = Question(controller, request.recipient, request.purpose, category, operation)
        return self._person.answer(
            question, record=record, agreements=self._agreements, at=request.at, known_at=request.known_at
        )


def _decide_trait(request: ReadRequest, trait: TraitRef, answers: _Answers, policy: PolicyTable) -> Released | Withheld:
    ruling = policy.ruling(
        recipient=request.recipient,
        purpose=request.purpose,
        controller=trait.controller,
        category=trait.category,
        kind=trait.kind,
    )
    if ruling.strength is Strength.NONE:
        return Withheld(trait, ruling.reason, policies=ruling.policies)
    answer = answers.of(trait.record, trait.controller, trait.category)
    if not answer.allowed:
        return Withheld(trait, answer.reason, events=answer.events)
    return Released(
        trait, ruling.strength, answer.events, answer.agreement, ruling.policies, answers.bases(answer.events)
    )


def _forbidden_at_recipient(request: ReadRequest, answers: _Answers, policy: PolicyTable) -> Permission | None:
    """The person's own no to the recipient, if it covers every category; asked only when nothing is released.

    A no to some categories withholds those alone, so each narrowest category is asked by itself.
    """
    first = None
    for record in answers.records_of(request.recipient)[:1]:
        for category in policy.narrowest_categories:
            answer = answers.of(record, request.recipient, category)
            if answer.state not in STOPS:
                return None
            first = first or answer
    return first


@dataclass(frozen=True, slots=True)
class Case:
    """One decided read on its way into the journal.

    `epochs` names the key epochs used; `named` the companies that the answer names beside those of the traits told.
    """

    decision: Decision
    commitments: Commitments
    epochs: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    named: frozenset[EntityId] = frozenset()


class Gate:
    """Turns decisions into grants, with the journal between: no journal, no grant."""

    def __init__(self, sink: LeafSink) -> None:
        self._sink = sink

    def grant(
        self, decision: Decision, commitments: Commitments, *, epochs: Mapping[str, int] = MappingProxyType({})
    ) -> Grant | Refusal:
        """The grant that `decision` allows, or its refusal; both journalled by the time this returns.

        `epochs` names the key epochs used. Whatever the journal raises passes through, and nothing is granted. The
        answer may leave once the transaction of the journal is durable.
        """
        return self.grant_all([Case(decision, commitments, epochs)])[0]

    def grant_all(self, cases: Sequence[Case]) -> tuple[Grant | Refusal, ...]:
        """As `grant`, for many reads in one append: all are journalled, or none is and none is granted."""
        if not cases:
            return ()
        places = self._sink.append([leaf_of(case) for case in cases])
        if len(places) != len(cases):
            raise RuntimeError("the journal took another number of leaves than it was given")
        return tuple(_outcome(case.decision, leaf) for case, leaf in zip(cases, places, strict=True))


def _outcome(decision: Decision, leaf: int) -> Grant | Refusal:
    if not decision.allowed:
        return Refusal(decision, leaf)
    return Grant(
        MINT,
        recipient=decision.request.recipient,
        purpose=decision.request.purpose,
        released=decision.released,
        policy=decision.policy,
        leaf=leaf,
    )


def leaf_of(case: Case) -> dict[str, JSON]:
    """The journal's leaf for a decided read: names, reasons and commitments, never a value or a record's id.

    INVARIANT: it names no more than the answer does. The recipient's officer reads it, so the rows that the answer
    keeps silent about stand here as one commitment, which the hub can check when it takes the decision again.
    """
    decision, request = case.decision, case.decision.request
    traits = [one.trait for one in decision.released] + [one.trait for one in decision.told]
    events = {*decision.events, *(event for one in decision.released for event in one.events)}
    return {
        "v": LEAF_VERSION,
        "at": at_text(request.at),
        "operation": request.operation,
        "client": request.client,
        "recipient": request.recipient,
        "purpose": request.purpose,
        "legal_basis": sorted({basis.value for one in decision.released for basis in one.bases}),
        "entities": sorted({trait.controller for trait in traits} | case.named),
        "subject": case.commitments.subject,
        "pseudonym": case.commitments.pseudonym,
        "attributes": _unique({**_named(one.trait), "strength": one.strength.label} for one in decision.released),
        "withheld": _withheld(decision.told),
        "untold": _untold(case),
        "consent_events": sorted(map(case.commitments.event, events)),
        "agreements": sorted({one.agreement for one in decision.released if one.agreement}),
        "policy": decision.policy,
        "decision": "allow" if decision.allowed else "refuse",
        "reason": decision.reason,
        "epochs": dict(case.epochs),
        "trace": request.trace,
    }


def untold_rows(decision: Decision) -> bytes:
    """What the leaf's `untold` commits to, as canonical JSON: the rows kept silent about, and when.

    With the instant in it, two entries about one person do not show whether what they keep silent about changed.
    """
    return canonical({"at": at_text(decision.request.at), "rows": _withheld(decision.untold)})


def _untold(case: Case) -> str:
    # Committed to when there are no such rows too: an empty field would tell that nobody else knows the person.
    if case.commitments.untold is not None:
        return case.commitments.untold(untold_rows(case.decision))
    if case.decision.untold:
        raise ValueError("rows are kept silent about, and nothing commits to them")
    return ""


def _withheld(rows: Iterable[Withheld]) -> list[dict[str, str]]:
    return _unique({**_named(one.trait), "reason": one.reason} for one in rows)


def _named(trait: TraitRef) -> dict[str, str]:
    return {
        "controller": trait.controller,
        "name": trait.name,
        "category": trait.category,
        "kind": trait.kind.value,
    }


def _unique(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """Each row once, sorted: two records of one company may hold the same trait."""
    return [dict(row) for row in sorted({tuple(sorted(row.items())) for row in rows})]
