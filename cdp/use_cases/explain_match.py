"""Why records are one person: evidence in bits for stewards, a band for others, journalled like any read."""

from dataclasses import dataclass

from cdp.errors import ReadRefused
from cdp.telemetry import span
from cdp.use_cases.read_profile import (
    Operation,
    Reader,
    commitments_of,
    opened,
    records_of,
    refused_purpose,
    request_of,
)
from cdp.wiring import Application, Hub
from governance.actors import Role
from governance.gate import Decision, Gate, Refusal
from identity.explain import PairExplanation
from identity.ids import RecordId, SuperId


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
    """How the records of one person hold together. No values, no keys, no records of companies outside the match."""

    pseudonym: str
    records: int
    pairs: tuple[PairEvidence, ...]
    journal_index: int


def explain(app: Application, reader: Reader, pseudonym: str) -> Explanation:
    """The evidence behind the person that `pseudonym` names.

    Raises UnknownPseudonym for what is absent or not the caller's, ReadRefused when the purpose is not permitted.
    """
    with span("gate.explain", purpose=reader.purpose, recipient=reader.recipient), app.hub(writes=True) as hub:
        outcome = refused_purpose(app, hub, reader, Operation.EXPLAIN)
        if outcome is None:
            return _explained(app, hub, reader, opened(app, hub, reader, pseudonym))
    raise ReadRefused(outcome.decision.reason, journal_index=outcome.leaf)


def evidence(hub: Hub, records: tuple[RecordId, ...], *, steward: bool) -> tuple[PairEvidence, ...]:
    """The evidence between `records`, each named by its company."""
    entities = {record: ref.entity for record, ref in hub.stores.refs.of(records).items()}
    return tuple(
        _shown(pair, entities[pair.left], entities[pair.right], steward=steward)
        for pair in hub.resolver.explain(records)
    )


def _explained(app: Application, hub: Hub, reader: Reader, super_id: SuperId) -> Explanation:
    records = records_of(hub, super_id, reader.recipient)
    pseudonym, commitments = commitments_of(app, reader, super_id)
    decision = Decision(request_of(app, reader, Operation.EXPLAIN), True, "permitted", app.policy(hub).version)
    grant = Gate(hub.journal).grant(decision, commitments)
    assert not isinstance(grant, Refusal)  # noqa: S101  the decision allows
    pairs = evidence(hub, records, steward=Role.STEWARD in reader.client.roles)
    return Explanation(pseudonym, len(records), pairs, grant.leaf)


def _shown(pair: PairExplanation, left: str, right: str, *, steward: bool) -> PairEvidence:
    band = str(pair.banded().band)
    if not steward:
        return PairEvidence(left, right, band)
    fields = [FieldEvidence(item.field, item.state, round(item.bits, 1)) for item in pair.fields]
    fields += [FieldEvidence("prior", "two people at random", round(pair.prior_bits, 1))]
    if pair.household_bits:
        fields += [FieldEvidence("household and cap", "taken away", round(pair.household_bits, 1))]
    return PairEvidence(left, right, band, round(pair.bits, 1), len(pair.recipes), tuple(fields))
