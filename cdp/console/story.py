"""The demonstration's story: finds a telling customer and reads them as two companies would, through the real gate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cdp.errors import NotFound, ReadRefused
from cdp.telemetry import current_trace_id, span
from cdp.use_cases import read_profile
from cdp.use_cases.explain_match import PairEvidence, evidence
from cdp.use_cases.read_profile import Profile, Reader, preview
from cdp.wiring import Application, Hub
from governance.actors import ANY_PURPOSE, Client, Role
from governance.gate import PURPOSE_NOT_PERMITTED
from governance.journal.errors import JournalError
from governance.journal.journal import Entry
from governance.journal.merkle import leaf_hash
from governance.journal.note import open_note
from governance.journal.proofs import verify_inclusion
from identity.ids import EntityId, RecordId, SuperId

PURPOSE = "marketing"
_COMPANIES = 3
_SCAN = 600
_RICH = 7
_BITS_FULL = 24.0
_BAR_HALF = 60.0
_SHOWN = ("at", "client", "recipient", "purpose", "decision", "reason", "operation", "subject", "pseudonym", "policy")


@dataclass(frozen=True, slots=True)
class Customer:
    """One person of the group: their records and whose they are."""

    super_id: SuperId
    records: tuple[RecordId, ...]
    entities: tuple[EntityId, ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: a customer, the two companies that read them, and who is refused for which purpose."""

    customer: Customer
    readers: tuple[EntityId, ...]
    refused: tuple[EntityId, str]


def tell(app: Application, cast: Cast | None = None) -> dict[str, Any]:
    """All that the page shows. Reading it is reading profiles: each telling adds three entries to the journal.

    `cast`: who plays, from `cast_of`; found now when None. Raises NotFound when nobody in this home can play.
    """
    with span("http.story"):
        cast = cast or cast_of(app)
        reads = [_allowed(app, cast.customer, entity) for entity in cast.readers]
        refusal = _refused(app, cast)
        indexes = [read.journal_index for read in reads] + [refusal["journal_index"]]
        with app.hub(writes=False) as hub:
            return {
                "purpose": PURPOSE,
                "totals": _totals(hub),
                "companies": list(_companies(app, hub, cast.customer)),
                "evidence": [_pair(pair) for pair in _strongest(hub, cast.customer)],
                "reads": [_read(read) for read in reads],
                "refusal": refusal,
                **_proofs(app, hub, indexes),
            }


def cast_of(app: Application) -> Cast:
    """A customer of three companies whom two may read with facts of more than one company, and the third may not read.

    Decides without disclosing, so nothing is journalled. Raises NotFound when there is none.
    """
    best: tuple[int, Cast] | None = None
    with app.hub(writes=False) as hub:
        for customer in _known_by_three(hub):
            found = _parts(app, hub, customer)
            if found is not None and (best is None or found[0] > best[0]):
                best = found
            if best is not None and best[0] >= _RICH:
                break
    if best is None:
        raise NotFound("no customer whom three companies know", remedy="run `make demo` first, with more RECORDS")
    return best[1]


def _parts(app: Application, hub: Hub, customer: Customer) -> tuple[int, Cast] | None:
    """How telling this customer is, and who reads; None when fewer than two companies may read anything."""
    decisions = {entity: preview(app, hub, _reader(entity, PURPOSE), customer.super_id) for entity in customer.entities}
    sources = {
        entity: len({item.trait.controller for item in decision.released}) for entity, decision in decisions.items()
    }
    readers = tuple(sorted((e for e in sources if sources[e]), key=lambda e: (-sources[e], e)))[:2]
    if len(readers) < 2:
        return None
    by_person = next((entity for entity, decision in decisions.items() if not decision.allowed), None)
    refused = (by_person, PURPOSE) if by_person else _not_permitted(app, hub, customer)
    if refused is None:
        return None
    score = sum(sources[entity] for entity in readers) + (3 if by_person else 0)
    return score, Cast(customer, readers, refused)


def _not_permitted(app: Application, hub: Hub, customer: Customer) -> tuple[EntityId, str] | None:
    """A purpose that policy refuses to one of the companies, whoever the person is."""
    policy = app.policy(hub)
    pairs = ((entity, term.id) for term in app.trees.purposes for entity in customer.entities)
    return next((pair for pair in pairs if not policy.may_read_at_all(*pair)), None)


def _known_by_three(hub: Hub) -> Iterator[Customer]:
    for super_id, records in hub.census.of_size(_COMPANIES, limit=_SCAN):
        refs = hub.stores.refs.of(records)
        entities = tuple(sorted({ref.entity for ref in refs.values()}))
        if len(entities) == _COMPANIES:
            yield Customer(super_id, tuple(records), entities)


def _reader(entity: EntityId, purpose: str) -> Reader:
    client = Client(f"{entity}-console", entity, frozenset({Role.ENGINEER}), frozenset({ANY_PURPOSE}))
    return Reader(client, purpose, current_trace_id())


def _allowed(app: Application, customer: Customer, entity: EntityId) -> Profile:
    pseudonym = app.pseudonyms.issue(customer.super_id, recipient=entity, purpose=PURPOSE)
    return read_profile.by_pseudonym(app, _reader(entity, PURPOSE), pseudonym)


def _refused(app: Application, cast: Cast) -> dict[str, Any]:
    """The refused read, made for real."""
    entity, purpose = cast.refused
    pseudonym = app.pseudonyms.issue(cast.customer.super_id, recipient=entity, purpose=purpose)
    try:
        read_profile.by_pseudonym(app, _reader(entity, purpose), pseudonym)
    except ReadRefused as error:
        return {
            "recipient": entity,
            "purpose": purpose,
            "reason": error.reason,
            "by_person": error.reason != PURPOSE_NOT_PERMITTED,
            "journal_index": error.journal_index,
        }
    raise NotFound("the story's refused read was allowed", remedy="open the page again")


def _totals(hub: Hub) -> dict[str, Any]:
    by_entity = hub.stores.refs.by_entity()
    return {
        "records": sum(by_entity.values()),
        "entities": sorted(by_entity.items()),
        "persons": hub.census.persons(),
    }


def _companies(app: Application, hub: Hub, customer: Customer) -> Iterator[Mapping[str, Any]]:
    headers = hub.facts.headers(customer.records)
    for entity in customer.entities:
        yield {
            "entity": entity,
            "pseudonym": app.pseudonyms.issue(customer.super_id, recipient=entity, purpose=PURPOSE),
            "facts": sorted({trait.name for trait in headers if trait.controller == entity}),
        }


def _strongest(hub: Hub, customer: Customer) -> list[PairEvidence]:
    pairs = evidence(hub, customer.records, steward=True)
    across = [pair for pair in pairs if pair.left != pair.right]
    return sorted(across, key=lambda pair: (-(pair.bits or 0.0), pair.left, pair.right))[:3]


def _pair(pair: PairEvidence) -> dict[str, Any]:
    return {
        "left": pair.left,
        "right": pair.right,
        "total": pair.bits,
        "recipes": pair.match_keys,
        "fields": [
            {"name": item.field, "state": item.state, "bits": f"{item.bits:+.1f}", "width": _width(item.bits)}
            for item in pair.fields
        ],
    }


def _width(bits: float) -> float:
    return round(max(-1.0, min(1.0, bits / _BITS_FULL)) * _BAR_HALF, 1)


def _read(profile: Profile) -> dict[str, Any]:
    return {
        "recipient": profile.recipient,
        "purpose": profile.purpose,
        "pseudonym": profile.pseudonym,
        "facts": profile.facts,
        "withheld": profile.withheld,
        "journal_index": profile.journal_index,
    }


def _proofs(app: Application, hub: Hub, indexes: list[int]) -> dict[str, Any]:
    size, root = hub.journal.size(), hub.journal.root()
    checkpoint = hub.journal.checkpoint(size)
    return {
        "size": size,
        "checkpoint": checkpoint,
        "checkpoint_verified": _holds(lambda: open_note(checkpoint, [app.signer.verifier])),
        "vkey": app.signer.verifier.vkey,
        "entries": [_entry(hub, index, size, root) for index in indexes],
    }


def _entry(hub: Hub, index: int, size: int, root: bytes) -> dict[str, Any]:
    entry: Entry = hub.journal.entry(index)
    hashed = leaf_hash(hub.journal.content(index))
    proof = hub.journal.inclusion(index, size)
    return {
        "index": index,
        "decision": entry.leaf["decision"],
        "shown": [(name, entry.leaf[name]) for name in _SHOWN if entry.leaf[name]],
        "leaf_hash": hashed.hex(),
        "proof_length": len(proof),
        "verified": _holds(lambda: verify_inclusion(hashed, index=index, size=size, proof=proof, root=root)),
    }


def _holds(check: Any) -> bool:
    try:
        check()
    except JournalError:
        return False
    return True
