"""Who is who: applies a change to the set of records, and moves super-IDs so that they say what the set says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, combinations

import numpy as np
from numpy.typing import NDArray

from identity.errors import InvalidChange
from identity.explain import PairExplanation, explain_pair
from identity.ids import EntityId, Instant, RecordId, SuperId
from identity.judgements import Judgements
from identity.links import LinkBlock, LinkRecord
from identity.model import Model
from identity.neighbourhood import Neighbourhood, Records
from identity.partition import Rules, partition
from identity.ports import Entropy, LinkStore, MemberStore
from identity.recipes import RecipeTable, shipped_recipes
from identity.super_ids import SUPER_ID_BYTES, Moved, assign, successions
from identity.tokens import TokenRow


@dataclass(frozen=True, slots=True)
class Arrival:
    """A record that is new or corrected. `tokens` are edge tokens, empty when linking is not permitted."""

    record: RecordId
    entity: EntityId
    linkable_with: frozenset[EntityId]
    tokens: TokenRow


@dataclass(frozen=True, slots=True)
class Change:
    """What happens to the set of records at once.

    An arrival with a known number is a correction. A departure removes the record. A withdrawal keeps the record,
    removes its tokens and gives it a fresh super-ID; so does the permission to link with nobody, and a correction that
    has no tokens any more. `permissions` are new ones of stored records. `judged` are records about which stewards'
    judgements changed. Unknown records in all but arrivals are passed over.

    Raises InvalidChange when one record comes twice.
    """

    arrivals: Sequence[Arrival] = ()
    departures: Sequence[RecordId] = ()
    withdrawals: Sequence[RecordId] = ()
    permissions: Mapping[RecordId, frozenset[EntityId]] = field(default_factory=dict)
    judged: Sequence[RecordId] = ()

    def __post_init__(self) -> None:
        arrived = [arrival.record for arrival in self.arrivals]
        changed = [*arrived, *self.departures, *self.withdrawals, *self.permissions]
        if len(set(changed)) != len(changed):
            raise InvalidChange(
                "a record comes twice in one change",
                remedy="send each record once, or in two changes one after the other",
            )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change did: records that moved, super-IDs that ended in another (gone, kept) or lost some (from, new)."""

    moved: tuple[Moved, ...]
    merged: tuple[tuple[SuperId, SuperId], ...]
    split: tuple[tuple[SuperId, SuperId], ...]
    pairs_compared: int


@dataclass(frozen=True, slots=True)
class ResolverLimits:
    """How much one token, component or explanation may involve, in records.

    A token held by more than `token_records_max` proposes no pair. INVARIANT: a store keeps both limits for life, or is
    resolved anew: the partition depends on them.
    """

    token_records_max: int = 60
    component_records_max: int = 1000
    explained_records_max: int = 50


class Resolver:
    """Keeps the partition of records into persons.

    INVARIANT, sequence neutrality: the partition is a function of the set of records, permissions and judgements, of
    the model and the limits; never of the order in which they came.
    """

    def __init__(
        self,
        links: LinkStore,
        members: MemberStore,
        *,
        model: Model,
        entropy: Entropy,
        limits: ResolverLimits | None = None,
        judgements: Judgements | None = None,
    ) -> None:
        self._links = links
        self._members = members
        self._model = model
        self._entropy = entropy
        self._limits = limits or ResolverLimits()
        self._judgements = judgements or Judgements()

    def apply(self, change: Change, *, at: Instant) -> Outcome:
        """Makes `change`, decides again whatever it can touch, and moves super-IDs `at` that instant."""
        old = self._links.open(_array([*_records(change), *change.judged]))
        gone, withdrawn = frozenset(change.departures), _withdrawn(change, old)
        before = self._around(old)
        self._write(change, old)

        after = self._neighbourhood()
        present = after.opened(_array([*_records(change), *change.judged]))
        crossing = self._crossing(old, after, present)
        places = after.close_over(np.concatenate((present, before[~np.isin(before, _array(gone))], crossing)))
        rules = Rules(self._model, self._judgements, self._limits.component_records_max)
        clusters = partition(after.block, places, after.pairs, rules)
        return self._move(clusters, gone=gone, withdrawn=withdrawn, at=at, pairs=len(after.pairs))

    def explain(
        self, records: Sequence[RecordId], *, recipes: RecipeTable | None = None
    ) -> tuple[PairExplanation, ...]:
        """Why each pair of these records is, or is not, one person; pairs that may not be linked are left out.

        Raises InvalidChange for more than `explained_records_max` records.
        """
        if len(records) > self._limits.explained_records_max:
            raise InvalidChange(
                "too many records to explain at once", remedy=f"ask for at most {self._limits.explained_records_max}"
            )
        block = self._links.open(_array(records))
        pairs = combinations(np.argsort(block.record).tolist(), 2)
        return tuple(
            explain_pair(block, left, right, model=self._model, recipes=recipes or shipped_recipes())
            for left, right in pairs
            if block.stance_of(left).permits(block.stance_of(right))
        )

    def _neighbourhood(self) -> Neighbourhood:
        return Neighbourhood(self._links, self._model, self._judgements, cap=self._limits.token_records_max)

    def _around(self, old: LinkBlock) -> Records:
        """The records that have an edge to one of `old`: wherever a component falls apart, each part holds one."""
        around = self._neighbourhood()
        around.admit(old)
        reached = around.expand(np.arange(len(old)))
        return around.block.record[reached]

    def _write(self, change: Change, old: LinkBlock) -> None:
        cleared = set(change.withdrawals) | {record for record, others in change.permissions.items() if not others}
        emptied = [
            LinkRecord(RecordId(record), old.stance_of(row).entity, frozenset(), TokenRow.empty())
            for row, record in enumerate(old.record.tolist())
            if record in cleared
        ]
        arrived = [LinkRecord(one.record, one.entity, one.linkable_with, one.tokens) for one in change.arrivals]
        self._links.remove(change.departures)
        self._links.put([*emptied, *arrived])
        self._links.permit({record: others for record, others in change.permissions.items() if others})

    def _crossing(self, old: LinkBlock, after: Neighbourhood, present: Records) -> Records:
        """The records in buckets that now propose their holders and did not before, or the other way round."""
        new_rows = after.block.rows_of(after.places(present))[1]
        token = np.concatenate((after.block.index[new_rows], old.index))
        sign = np.concatenate((np.ones(len(new_rows), np.int64), np.full(len(old.index), -1, np.int64)))
        token, row = np.unique(token, return_inverse=True)
        delta = np.bincount(row, weights=sign, minlength=len(token)).astype(np.int64)

        position, record = after.buckets.holders(token)
        count = np.bincount(position, minlength=len(token))
        cap = self._limits.token_records_max
        opened = (count > 0) & (count - delta > cap)
        grown = (delta > 0) & np.isin(token, after.buckets.crowded)
        return np.unique(np.concatenate((record[opened[position]], self._closed(token[grown], delta[grown]))))

    def _closed(self, token: NDArray[np.int64], added: NDArray[np.int64]) -> Records:
        """The holders of those of these crowded buckets that were not before so many were added."""
        if not len(token):
            return np.zeros(0, np.int64)
        cap = self._limits.token_records_max
        rows = self._links.holders(token, up_to=cap + int(added.max()) + 1)
        place = np.searchsorted(token, rows.token)
        return rows.record[(np.bincount(place, minlength=len(token)) - added <= cap)[place]]

    def _move(
        self,
        clusters: Sequence[Sequence[RecordId]],
        *,
        gone: frozenset[RecordId],
        withdrawn: frozenset[RecordId],
        at: Instant,
        pairs: int,
    ) -> Outcome:
        before = self._members.current([*chain.from_iterable(clusters), *gone])
        voices = {record: super_id for record, super_id in before.items() if record not in withdrawn}
        after = assign(clusters, voices, born=self._members.born, fresh=self._fresh)
        moved = [
            Moved(record, before.get(record), super_id)
            for record, super_id in after.items()
            if before.get(record) != super_id
        ]
        moved += [Moved(record, before[record], None) for record in gone if record in before]
        moved.sort(key=lambda move: move.record)
        self._members.move(moved, at)
        left = sorted({move.before for move in moved if move.before is not None})
        trails = successions(moved, self._members.members(left), withdrawn=withdrawn)
        return Outcome(moved=tuple(moved), merged=trails.merged, split=trails.split, pairs_compared=pairs)

    def _fresh(self) -> SuperId:
        return SuperId(self._entropy.random_bytes(SUPER_ID_BYTES))


def _records(change: Change) -> list[RecordId]:
    """Every record that the change names, but for those only judged anew."""
    arrived = (arrival.record for arrival in change.arrivals)
    return [*arrived, *change.departures, *change.withdrawals, *change.permissions]


def _withdrawn(change: Change, old: LinkBlock) -> frozenset[RecordId]:
    """The records that may be linked no more: withdrawn, left without permission, or corrected to have no tokens."""
    had_tokens = {RecordId(record) for record in old.record[old.counts > 0].tolist()}
    emptied = (one.record for one in change.arrivals if not len(one.tokens) and one.record in had_tokens)
    unpermitted = (record for record, others in change.permissions.items() if not others)
    return frozenset(chain(change.withdrawals, emptied, unpermitted))


def _array(records: Sequence[RecordId] | frozenset[RecordId]) -> Records:
    distinct: Records = np.array(sorted(set(records)), dtype=np.int64)
    return distinct
