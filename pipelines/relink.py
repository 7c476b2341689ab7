"""Judges again with whom stored records may be linked, when agreements change or another entity joins.

A hospital that offers `link` to everyone is ingested before an insurer is known: its records are linkable with nobody
else then. When the insurer offers the same, the hospital's records are given their new permission here, from their
tokens as they are stored. Records whose persons permit no link at all sent no tokens: those need another delivery.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

from consent.agreements import Agreement, AgreementBook, checked_agreement
from consent.basis import Operation
from consent.errors import AgreementEnded
from consent.ledger import ConsentEvent
from consent.trees import Trees
from identity.ids import EntityId, Instant, RecordId
from identity.resolver import Change
from pipelines.contract import AgreementOffer, Contract
from pipelines.landing import LinkRules, Resolvers, known_entities
from pipelines.ports import Stores

_PAGE = 5_000


def agreement_from(offer: AgreementOffer, contract: Contract, *, at: Instant) -> Agreement:
    """The agreement that an offer of a contract states, with days from midnight UTC."""
    return Agreement(
        id=offer.id,
        version=1,
        controller=contract.entity,
        recipient=offer.recipient,
        operations=offer.operations,
        purposes=offer.purposes,
        categories=offer.categories,
        basis=offer.basis,
        starts=_midnight(offer.starts) if offer.starts else 0,
        ends=_midnight(offer.ends) if offer.ends else None,
        reference=offer.reference,
        known_at=at,
    )


def record_agreements(
    stores: Stores, contract: Contract, *, resolver: Resolvers, trees: Trees, at: Instant, chunk: int = _PAGE
) -> tuple[int, tuple[str, ...]]:
    """Keep the contract's agreements and, if anything changed, judge the records of both sides again.

    Gives how many records got another permission, and warnings: an agreement that was ended stays ended.
    """
    before = stores.agreements.all()
    known = known_entities(stores)
    warnings = []
    for offer in contract.agreements:
        agreement = checked_agreement(agreement_from(offer, contract, at=at), trees)
        try:
            stores.agreements.record(agreement)
        except AgreementEnded:
            warnings.append(f"agreement {offer.id} was ended and stays ended; record a new one under a new id")
    after = stores.agreements.all()
    if tuple(after) == tuple(before):
        return 0, tuple(warnings)
    old = LinkRules(AgreementBook(before, trees=trees), known, trees=trees, at=at)
    moved = relink(stores, _parties(contract, after), before=old, resolver=resolver, trees=trees, at=at, chunk=chunk)
    return moved, tuple(warnings)


def relink(
    stores: Stores,
    entities: Collection[EntityId],
    *,
    before: LinkRules | None,
    resolver: Resolvers,
    trees: Trees,
    at: Instant,
    chunk: int = _PAGE,
) -> int:
    """Give the stored records of `entities` the permission to link that they have `at` this instant.

    Only records whose permission differs from what it was under the rules `before` (None: all of them) reach the
    resolver, `chunk` at a time. Gives how many those are. Reads the ledger from its start.
    """
    if not set(entities) & set(stores.refs.by_entity()):
        return 0
    now = LinkRules(AgreementBook(stores.agreements.all(), trees=trees), known_entities(stores), trees=trees, at=at)
    permissions: dict[RecordId, frozenset[EntityId]] = {}
    for record, events in _by_record(stores, frozenset(entities)):
        controller = events[0].controller
        linkable = now.of(controller, events)
        if before is None or before.of(controller, events) != linkable:
            permissions[record] = linkable
    # BUG: all pages are one transaction, which holds SQLite's write lock for about 1 ms a record. It stays: between
    # two transactions a population of which half is relinked could be seen.
    engine = resolver(stores)
    records = sorted(permissions)
    for start in range(0, len(records), chunk):
        part = {record: permissions[record] for record in records[start : start + chunk]}
        engine.apply(Change(permissions=part), at=at)
    return len(records)


def _parties(contract: Contract, agreements: Iterable[Agreement]) -> frozenset[EntityId]:
    """The contract's entity and every entity that offers `link` to it or to everyone."""
    offering = {
        one.controller
        for one in agreements
        if Operation.LINK in one.operations and one.recipient in {contract.entity, "*"}
    }
    return frozenset({contract.entity, *offering})


def _by_record(stores: Stores, entities: frozenset[EntityId]) -> Iterator[tuple[RecordId, Sequence[ConsentEvent]]]:
    """Records of `entities` with the events about linking, which are all that their permission depends on."""
    found: defaultdict[RecordId, list[ConsentEvent]] = defaultdict(list)
    known_at, after = -1, ""
    while page := stores.ledger.since(known_at, after=after, limit=_PAGE):
        for event in page:
            if event.controller in entities and Operation.LINK in event.operations:
                found[event.record].append(event)
        known_at, after = page[-1].known_at, page[-1].id
    for record, events in found.items():
        yield record, sorted(events, key=lambda event: (event.valid_from, event.known_at, event.id))


def _midnight(day: date) -> Instant:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000
