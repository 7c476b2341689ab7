"""Everything that records are connected to: read level by level, in bulk, from the store."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from identity.evidence import compare
from identity.ids import RecordId
from identity.judgements import Judgements, pair_of
from identity.links import LinkBlock, distinct, ranges
from identity.model import Model
from identity.partition import WeighedPairs
from identity.ports import LinkStore

FORCED_MILLIBITS = 1_000_000
Records = NDArray[np.int64]


class Buckets:
    """Who holds a token, for tokens that two or more records hold and `cap` at most; each token is read once."""

    def __init__(self, links: LinkStore, *, cap: int) -> None:
        self.crowded = np.zeros(0, np.int64)
        """The tokens read so far that more than `cap` records hold, ascending."""
        self._links = links
        self._cap = cap
        self._known = np.zeros(0, np.int64)
        self._token = np.zeros(0, np.int64)
        self._record = np.zeros(0, np.int64)

    def holders(self, tokens: NDArray[np.int64]) -> tuple[NDArray[np.intp], Records]:
        """(position in `tokens`, record) of every holder of each of `tokens`, none where the cap is exceeded."""
        self._read(distinct(tokens))
        low = np.searchsorted(self._token, tokens, side="left")
        counts = np.searchsorted(self._token, tokens, side="right") - low
        positions = np.repeat(np.arange(len(tokens)), counts)
        return positions, self._record[ranges(low, counts)]

    def _read(self, tokens: NDArray[np.int64]) -> None:
        missing = np.setdiff1d(tokens, self._known, assume_unique=True)
        if not len(missing):
            return
        rows = self._links.holders(missing, up_to=self._cap + 1)
        values, place, count = np.unique(rows.token, return_inverse=True, return_counts=True)
        within = (count <= self._cap)[place]
        self.crowded = distinct(np.concatenate((self.crowded, values[count > self._cap])))
        self._known = distinct(np.concatenate((self._known, missing)))
        token = np.concatenate((self._token, rows.token[within]))
        order = np.argsort(token, kind="stable")
        self._token = token[order]
        self._record = np.concatenate((self._record, rows.record[within]))[order]


class Neighbourhood:
    """Records around some first ones, and the weighed pairs among them.

    A record is *opened* once it was read, *expanded* once all its pairs are weighed. A pair is weighed when some
    token within the cap proposes it, both records permit it and no steward forbids it; then all that they share counts.
    """

    def __init__(self, links: LinkStore, model: Model, judgements: Judgements, *, cap: int) -> None:
        self.block = LinkBlock.empty()
        self.pairs = WeighedPairs.empty()
        self.buckets = Buckets(links, cap=cap)
        self._links = links
        self._model = model
        self._judgements = judgements
        self._expanded = np.zeros(0, np.bool_)
        self._sorted = np.zeros(0, np.int64)  # opened records, ascending, and where each lies in the block
        self._place = np.zeros(0, np.intp)

    def close_over(self, records: Records) -> NDArray[np.intp]:
        """Expands `records` and all that edges lead to; positions in `block` of everything expanded, ascending."""
        frontier = self.places(self.opened(records))
        while len(frontier):
            reached = self.expand(frontier)
            frontier = reached[~self._expanded[reached]]
        return np.flatnonzero(self._expanded)

    def expand(self, places: NDArray[np.intp]) -> NDArray[np.intp]:
        """Weighs all pairs of these records with others; the positions, each once, that an edge leads to."""
        left, right = self._proposed(places)
        fresh = self._admissible(left, right)
        left, right = left[fresh], right[fresh]
        evidence = compare(self.block, left, right)
        weights = map(self._model.weight, evidence.agree.tolist(), evidence.present.tolist())
        weight = np.fromiter(weights, dtype=np.int64, count=len(left))
        edge = (weight >= self._model.link_millibits) & (evidence.recipes >= self._model.recipes_min)
        found = WeighedPairs(left, right, weight, edge).where(evidence.recipes > 0)
        self.pairs = self._forced(places, found)
        self._expanded[places] = True
        reached = self.pairs.where(self.pairs.edge)
        reached = reached.where(np.isin(reached.left, places) | np.isin(reached.right, places))
        return distinct(np.concatenate((reached.left, reached.right))).astype(np.intp)

    def opened(self, records: Records) -> Records:
        """Opens `records`; those of them that are stored."""
        wanted = distinct(records)
        missing = np.setdiff1d(wanted, self._sorted, assume_unique=True)
        if len(missing):
            self.admit(self._links.open(missing))
        return np.intersect1d(wanted, self._sorted, assume_unique=True)

    def admit(self, block: LinkBlock) -> None:
        """Takes records as opened that somebody read already; none may be here yet."""
        self.block = self.block.joined(block)
        order = np.argsort(self.block.record)
        self._sorted, self._place = self.block.record[order], order
        self._expanded = np.concatenate((self._expanded, np.zeros(len(block), np.bool_)))

    def places(self, records: Records) -> NDArray[np.intp]:
        """Where opened `records` lie in the block."""
        return self._place[np.searchsorted(self._sorted, records)]

    def _proposed(self, places: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Pairs, smaller position first, each once, that shared tokens propose and that were not weighed yet."""
        owner, rows = self.block.rows_of(places)
        position, holder = self.buckets.holders(self.block.index[rows])
        owner = owner[position]
        other = self.places(self._present(holder))
        unseen = (owner != other) & ~self._expanded[other]
        low, high = np.minimum(owner, other)[unseen], np.maximum(owner, other)[unseen]
        each = distinct(low.astype(np.int64) * len(self.block) + high)
        return (each // max(len(self.block), 1)).astype(np.intp), (each % max(len(self.block), 1)).astype(np.intp)

    def _present(self, holders: Records) -> Records:
        """INVARIANT: index and sealed rows change in one transaction, so every holder can be opened."""
        self.opened(holders)
        return holders

    def _admissible(self, left: NDArray[np.intp], right: NDArray[np.intp]) -> NDArray[np.bool_]:
        """(P,) whether both records permit the pair, and no steward forbids it."""
        stances = self.block.stances
        both = self.block.stance[left].astype(np.int64) * len(stances) + self.block.stance[right]
        kinds, kind = np.unique(both, return_inverse=True)
        permitted = [
            stances[number // len(stances)].permits(stances[number % len(stances)]) for number in kinds.tolist()
        ]
        admissible = np.array(permitted, dtype=np.bool_)[kind]
        if self._judgements.forbidden:
            pairs = zip(self.block.record[left].tolist(), self.block.record[right].tolist(), strict=True)
            admissible &= np.array([pair_of(*pair) not in self._judgements.forbidden for pair in pairs], dtype=np.bool_)
        return admissible

    def _forced(self, places: NDArray[np.intp], found: WeighedPairs) -> WeighedPairs:
        """All pairs so far with `found`, and with what stewards force upon the records at `places`."""
        pairs = self.pairs.joined(found)
        wanted = set(self._forced_pairs(self.block.record[places].tolist()))
        if not wanted:
            return pairs
        records = np.unique(np.array(sorted(wanted), dtype=np.int64))
        stored = set(self.opened(records).tolist())
        ends = sorted(pair for pair in wanted if stored.issuperset(pair))
        left, right = (self.places(np.array([pair[side] for pair in ends], dtype=np.int64)) for side in (0, 1))
        low, high = np.minimum(left, right), np.maximum(left, right)
        open_to = self._admissible(low, high)
        low, high = low[open_to], high[open_to]
        known = np.isin(pairs.left * len(self.block) + pairs.right, low * len(self.block) + high)
        weight = np.full(len(low), FORCED_MILLIBITS, np.int64)
        return pairs.where(~known).joined(WeighedPairs(low, high, weight, np.ones(len(low), np.bool_)))

    def _forced_pairs(self, records: Iterable[int]) -> Iterable[tuple[RecordId, RecordId]]:
        for record in records:
            for partner in self._judgements.partners(RecordId(record)):
                yield pair_of(RecordId(record), partner)
