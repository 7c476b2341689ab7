"""Why records are one person: evidence in bits for stewards, a band for others, journalled like any read."""

from dataclasses import dataclass

from cdp.telemetry import span
from cdp.use_cases.read_profile import (
    Operation,
    Reader,
    error_of,
    names_of,
    opened,
    preview,
    records_of,
    refused_purpose,
    tell_metrics,
)
from cdp.wiring import Application, Hub
from governance.actors import Role
from governance.gate import Decision, Gate, Refusal
from identity.explain import PairExplanation
from identity.ids import EntityId, RecordId, SuperId


@dataclass(frozen=True, slots=True)
class FieldEvidence:
    """What one field says: its state (exact, sound, different…) and how many bits for (or against) one person."""

    field: str
    state: str
    bits: float


@dataclass(frozen=True, slots=True)
class PairEvidence:
    """Two records, named by their companies alone. Stewards see bits by field; others the band and nothing else."""

    left: str
    right: str
    band: str
    bits: float | None = None
    match_keys: int | None = None
    fields: tuple[FieldEvidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanation:
    """How the records of one person hold together. No values, no keys.

    Of other companies only those are named, and their records counted, of which a read would show a fact.
    """

    pseudonym: str
    records: int
    pairs: tuple[PairEvidence, ...]
    journal_index: int


def explain(app: Application, reader: Reader, pseudonym: str) -> Explanation:
    """The evidence behind the person that `pseudonym` names.

    Decided like a read, by policy, agreement and consent. Raises UnknownPseudonym for what is absent or not the
    caller's; ReadRefused, once journalled, for what a read would be refused.
    """
    with span("gate.explain", purpose=reader.purpose, recipient=reader.recipient), app.hub(writes=True) as hub:
        refused = refused_purpose(app, hub, reader, Operation.EXPLAIN)
        answer = refused or _explained(app, hub, reader, opened(app, hub, reader, pseudonym))
    # Told and raised only now: the transaction that holds the leaf is committed.
    tell_metrics(answer.decision)
    if isinstance(answer, Refusal):
        raise error_of(answer)
    return answer.explanation


def evidence(hub: Hub, records: tuple[RecordId, ...], *, steward: bool) -> tuple[PairEvidence, ...]:
    """The evidence between `records`, each named by its company."""
    entities = {record: ref.entity for record, ref in hub.stores.refs.of(records).items()}
    return tuple(
        _shown(pair, entities[pair.left], entities[pair.right], steward=steward)
        for pair in hub.resolver.explain(records)
    )


@dataclass(frozen=True, slots=True)
class _Answer:
    """An explanation that was allowed."""

    decision: Decision
    explanation: Explanation


def _explained(app: Application, hub: Hub, reader: Reader, super_id: SuperId) -> _Answer | Refusal:
    decision = preview(app, hub, reader, super_id, Operation.EXPLAIN)
    shown = _shown_records(hub, reader, super_id, decision) if decision.allowed else {}
    (name,) = names_of(app, reader, [super_id])
    (outcome,) = Gate(hub.journal).grant_all([name.case(decision, named=frozenset(shown.values()))])
    if isinstance(outcome, Refusal):
        return outcome
    pairs = evidence(hub, tuple(shown), steward=Role.STEWARD in reader.client.roles)
    return _Answer(decision, Explanation(name.pseudonym, len(shown), pairs, outcome.leaf))


def _shown_records(hub: Hub, reader: Reader, super_id: SuperId, decision: Decision) -> dict[RecordId, EntityId]:
    """The recipient's own records of the person, and those of each company that the decision releases a trait of.

    That another company has a record of the person is a disclosure by itself, to a steward as to anybody.
    """
    companies = {reader.recipient, *(one.trait.controller for one in decision.released)}
    refs = hub.stores.refs.of(records_of(hub, super_id, reader.recipient))
    return {record: ref.entity for record, ref in sorted(refs.items()) if ref.entity in companies}


def _shown(pair: PairExplanation, left: str, right: str, *, steward: bool) -> PairEvidence:
    band = str(pair.banded().band)
    if not steward:
        return PairEvidence(left, right, band)
    fields = [FieldEvidence(item.field, item.state, round(item.bits, 1)) for item in pair.fields]
    fields += [FieldEvidence("prior", "two people at random", round(pair.prior_bits, 1))]
    if pair.household_bits:
        fields += [FieldEvidence("household and cap", "taken away", round(pair.household_bits, 1))]
    return PairEvidence(left, right, band, round(pair.bits, 1), len(pair.recipes), tuple(fields))
