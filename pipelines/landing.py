"""Takes an edge's batch into the hub, whole, inside one transaction that somebody else commits."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from consent.agreements import AgreementBook
from consent.ledger import ConsentEvent
from consent.linking import linkable_with
from consent.trees import Trees
from governance.vault import SealedRecord
from identity.ids import EntityId, Instant, RecordId, SuperId
from identity.ports import Entropy, MemberStore
from identity.refs import Ref
from identity.resolver import Arrival, Change, Outcome, Resolver
from identity.tokens import TokenRow
from pipelines.batch import EdgeBatch, EdgeRecord
from pipelines.permits import due_events
from pipelines.plan import Counts
from pipelines.ports import StoredFact, Stores

_ID_BYTES = 8

Resolvers = Callable[[Stores], Resolver]
"""The resolver on one transaction's stores."""


@dataclass(frozen=True, slots=True)
class Landed:
    """What a batch changed: record ids in the batch's order, counts, new events of consent, the resolver's outcome."""

    records: tuple[RecordId, ...]
    counts: Counts
    events: int
    outcome: Outcome


class LinkRules:
    """With which entities a record may be linked at an instant, remembered by what its events say."""

    def __init__(self, book: AgreementBook, entities: Iterable[EntityId], *, trees: Trees, at: Instant) -> None:
        self._book = book
        self._entities = tuple(sorted(set(entities)))
        self._trees = trees
        self._at = at
        self._known: dict[tuple[object, ...], frozenset[EntityId]] = {}

    def of(self, controller: EntityId, events: Sequence[ConsentEvent]) -> frozenset[EntityId]:
        """See `consent.linking.linkable_with`. Records of one file mostly say the same, so few are worked out."""
        says = (controller, *_said(events, self._at))
        if says not in self._known:
            self._known[says] = linkable_with(
                events, controller, self._book, self._entities, at=self._at, trees=self._trees
            )
        return self._known[says]


def known_entities(stores: Stores, given: Iterable[EntityId] = ()) -> frozenset[EntityId]:
    """Every entity that has records, offers an agreement, or is `given`."""
    offering = {agreement.controller for agreement in stores.agreements.all()}
    return frozenset({*given, *stores.refs.by_entity(), *offering})


def land(
    stores: Stores,
    batch: EdgeBatch,
    *,
    resolver: Resolvers,
    entities: Iterable[EntityId],
    trees: Trees,
    entropy: Entropy,
    at: Instant,
) -> Landed:
    """Take `batch` in: refs, consents, vault, facts, then the resolver; records whose content is known are passed over.

    Landing a batch twice changes nothing the second time. A record whose person does not permit `link` arrives
    without tokens. Raises the errors of consent (UnknownPurpose, UnknownCategory, ConflictingEvent) and of identity;
    then the caller's transaction must be rolled back.
    """
    known = stores.refs.find(batch.entity, [record.ref for record in batch.records])
    due = [one for one in batch.records if one.ref not in known or known[one.ref].content != one.content]
    _check_terms(due, trees)
    ids = {one.ref: known[one.ref].record if one.ref in known else _new_id(entropy) for one in due}
    # By their random ids: no table may keep the order of the partner's file, which would tell whose each row is.
    due.sort(key=lambda one: ids[one.ref])
    stores.refs.bind([Ref(batch.entity, one.ref, ids[one.ref], one.content) for one in due])
    before = stores.ledger.of_records([ids[one.ref] for one in due if one.ref in known])
    events = {ids[one.ref]: _due(one, ids[one.ref], batch, before, at=at, trees=trees) for one in due}
    added = stores.ledger.append([event for own in events.values() for event in own])
    _keep_sealed(stores, batch, due, ids)
    _keep_facts(stores, batch.entity, due, ids, at)
    rules = LinkRules(
        AgreementBook(stores.agreements.all(), trees=trees),
        known_entities(stores, [*entities, batch.entity]),
        trees=trees,
        at=at,
    )
    arrivals = [
        _arrival(one, ids[one.ref], batch.entity, rules.of(batch.entity, _all(before, events, ids[one.ref])))
        for one in due
    ]
    outcome = resolver(stores).apply(Change(arrivals=arrivals), at=at)
    counts = _counts(batch, due, known, arrivals, stores.members)
    places = {**{ref: row.record for ref, row in known.items()}, **ids}
    return Landed(tuple(places[one.ref] for one in batch.records), counts, added, outcome)


def _check_terms(records: Sequence[EdgeRecord], trees: Trees) -> None:
    """Raises UnknownPurpose or UnknownCategory: a remote edge may know other trees than this hub."""
    for terms in {consent.terms for record in records for consent in record.consents}:
        trees.purposes.get(terms.purpose)
        for category in terms.categories - {"*"}:
            trees.categories.get(category)
    for category in {fact.category for record in records for fact in record.facts}:
        trees.categories.get(category)


def _new_id(entropy: Entropy) -> RecordId:
    return RecordId(int.from_bytes(entropy.random_bytes(_ID_BYTES), "big") >> 1)


def _due(
    one: EdgeRecord,
    record: RecordId,
    batch: EdgeBatch,
    before: Mapping[RecordId, Sequence[ConsentEvent]],
    *,
    at: Instant,
    trees: Trees,
) -> list[ConsentEvent]:
    known = before.get(record, ())
    return due_events(record, batch.entity, batch.source, one.consents, known=known, at=at, trees=trees)


def _all(
    before: Mapping[RecordId, Sequence[ConsentEvent]], new: Mapping[RecordId, Sequence[ConsentEvent]], record: RecordId
) -> tuple[ConsentEvent, ...]:
    return (*before.get(record, ()), *new[record])


def _keep_sealed(
    stores: Stores, batch: EdgeBatch, records: Sequence[EdgeRecord], ids: Mapping[bytes, RecordId]
) -> None:
    rows = [SealedRecord(batch.entity, ids[one.ref], one.sealed, batch.epoch) for one in records if one.sealed]
    stores.vault.put(rows)
    stores.vault.remove([ids[one.ref] for one in records if not one.sealed])


def _keep_facts(
    stores: Stores, entity: EntityId, records: Sequence[EdgeRecord], ids: Mapping[bytes, RecordId], at: Instant
) -> None:
    """The facts of each record replace what it had, also when it has none any more."""
    stores.facts.remove([ids[one.ref] for one in records if not one.facts])
    stores.facts.put(
        [
            StoredFact(ids[one.ref], entity, fact.name, fact.category, fact.kind, fact.value, at)
            for one in records
            for fact in one.facts
        ]
    )


def _arrival(one: EdgeRecord, record: RecordId, entity: EntityId, linkable: frozenset[EntityId]) -> Arrival:
    return Arrival(record, entity, linkable, one.tokens if linkable else TokenRow.empty())


def _counts(
    batch: EdgeBatch,
    due: Sequence[EdgeRecord],
    known: Mapping[bytes, Ref],
    arrivals: Sequence[Arrival],
    members: MemberStore,
) -> Counts:
    changed = sum(one.ref in known for one in due)
    return Counts(
        new=len(due) - changed,
        changed=changed,
        unchanged=len(batch.records) - len(due),
        linked=_linked(members, [arrival.record for arrival in arrivals]),
        unlinkable=sum(not arrival.linkable_with for arrival in arrivals),
    )


def _linked(members: MemberStore, records: Sequence[RecordId]) -> int:
    """How many of `records` share their person with another record."""
    persons = Counter[SuperId](members.current(records).values())
    held = members.members(sorted(persons)) if persons else {}
    return sum(count for person, count in persons.items() if len(held.get(person, ())) > 1)


def _said(events: Sequence[ConsentEvent], at: Instant) -> Iterable[Hashable]:
    """All of the events that a permission at the instant `at` can depend on.

    Consent compares instants and never measures between them, so their order says all: people who ticked the same
    boxes on different days say the same.
    """
    ends = [event.expires_at for event in events if event.expires_at is not None]
    order = {instant: rank for rank, instant in enumerate(sorted({at, *ends, *(event.valid_from for event in events)}))}
    yield order[at]
    for event in events:
        yield (
            event.state,
            event.basis,
            event.purpose,
            event.recipients,
            event.categories,
            event.operations,
            order[event.valid_from],
            None if event.expires_at is None else order[event.expires_at],
        )
