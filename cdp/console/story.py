"""The demonstration's story: finds a telling customer and reads them as two companies would, through the real gate."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cdp.errors import NotFound, ReadRefused
from cdp.telemetry import current_trace_id, span
from cdp.use_cases import read_profile
from cdp.use_cases.explain_match import PairEvidence, evidence
from cdp.use_cases.read_profile import Profile, Reader
from cdp.wiring import Application, Hub
from governance.actors import ANY_PURPOSE, Client, Role
from governance.journal.errors import JournalError
from governance.journal.journal import Entry
from governance.journal.merkle import leaf_hash
from governance.journal.note import open_note
from governance.journal.proofs import verify_inclusion
from identity.ids import EntityId, RecordId, SuperId

PURPOSE = "marketing"
_COMPANIES = 3
_SCAN = 400
_BITS_FULL = 24.0
_BAR_HALF = 60.0
_SHOWN = ("at", "client", "recipient", "purpose", "decision", "reason", "operation", "subject", "pseudonym", "policy")


@dataclass(frozen=True, slots=True)
class _Customer:
    super_id: SuperId
    records: tuple[RecordId, ...]
    entities: tuple[EntityId, ...]


def tell(app: Application) -> dict[str, Any]:
    """All that the page shows. Reading it is reading profiles: each telling adds three entries to the journal.

    Raises NotFound when the home holds no customer whom three companies know.
    """
    with span("http.story"):
        customer, reads, refusal = _cast(app)
        indexes = [read.journal_index for read in reads] + [refusal["journal_index"]]
        with app.hub(writes=False) as hub:
            return {
                "purpose": PURPOSE,
                "totals": _totals(hub),
                "companies": list(_companies(app, hub, customer)),
                "evidence": [_pair(pair) for pair in _strongest(hub, customer)],
                "reads": [_read(read) for read in reads],
                "refusal": refusal,
                **_proofs(app, hub, indexes),
            }


def _cast(app: Application) -> tuple[_Customer, list[Profile], dict[str, Any]]:
    """The first customer, in a stable order, with two allowed reads of something and one refused read."""
    with app.hub(writes=False) as hub:
        candidates = list(_known_by_many(hub))
    best: tuple[_Customer, list[Profile]] | None = None
    for customer in candidates[:40]:
        reads = [read for read in (_try(app, customer, entity) for entity in customer.entities) if read]
        reads.sort(key=lambda read: (-len({fact.source for fact in read.facts}), -len(read.facts), read.recipient))
        if len(reads) >= 2 and (best is None or _richness(reads) > _richness(best[1])):
            best = customer, reads
        if best is not None and _richness(best[1]) >= 4:
            break
    if best is None:
        raise NotFound("no customer whom three companies know", remedy="run `make demo` first, with more RECORDS")
    return best[0], best[1][:2], _refused(app, best[0])


def _richness(reads: list[Profile]) -> int:
    return sum(len({fact.source for fact in read.facts}) for read in reads[:2])


def _known_by_many(hub: Hub) -> Iterator[_Customer]:
    for super_id, records in hub.census.largest(limit=_SCAN):
        refs = hub.stores.refs.of(records)
        entities = tuple(sorted({ref.entity for ref in refs.values()}))
        if len(entities) >= _COMPANIES and len(records) <= 2 * len(entities):
            yield _Customer(super_id, tuple(records), entities)


def _reader(entity: EntityId, purpose: str) -> Reader:
    client = Client(f"{entity}-console", entity, frozenset({Role.ENGINEER}), frozenset({ANY_PURPOSE}))
    return Reader(client, purpose, current_trace_id())


def _try(app: Application, customer: _Customer, entity: EntityId) -> Profile | None:
    reader = _reader(entity, PURPOSE)
    pseudonym = app.pseudonyms.issue(customer.super_id, recipient=entity, purpose=PURPOSE)
    try:
        return read_profile.by_pseudonym(app, reader, pseudonym)
    except ReadRefused:
        return None


def _refused(app: Application, customer: _Customer) -> dict[str, Any]:
    """A read that policy or the person refuses: the first purpose that one of the companies may not state."""
    for purpose in ("advertising", "credit-checking", "research", *(term.id for term in app.trees.purposes)):
        for entity in customer.entities:
            pseudonym = app.pseudonyms.issue(customer.super_id, recipient=entity, purpose=purpose)
            try:
                read_profile.by_pseudonym(app, _reader(entity, purpose), pseudonym)
            except ReadRefused as error:
                return {
                    "recipient": entity,
                    "purpose": purpose,
                    "reason": error.reason,
                    "journal_index": error.journal_index,
                }
    raise NotFound("no read is refused under this policy", remedy="`cdp policy show` prints it")


def _totals(hub: Hub) -> dict[str, Any]:
    by_entity = hub.stores.refs.by_entity()
    return {
        "records": sum(by_entity.values()),
        "entities": sorted(by_entity.items()),
        "persons": hub.census.persons(),
    }


def _companies(app: Application, hub: Hub, customer: _Customer) -> Iterator[Mapping[str, Any]]:
    headers = hub.facts.headers(customer.records)
    for entity in customer.entities:
        yield {
            "entity": entity,
            "pseudonym": app.pseudonyms.issue(customer.super_id, recipient=entity, purpose=PURPOSE),
            "facts": sorted({trait.name for trait in headers if trait.controller == entity}),
        }


def _strongest(hub: Hub, customer: _Customer) -> list[PairEvidence]:
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
