"""From weighed pairs to clusters: components of edges, whole where that is plain, agglomerated where it is not."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from identity.cluster import Key, Node, cluster
from identity.ids import RecordId
from identity.judgements import Judgements
from identity.links import LinkBlock
from identity.model import Model

_SPLIT_STEP_MILLIBITS = 1000


@dataclass(frozen=True, slots=True)
class WeighedPairs:
    """Pairs of positions, left < right, each once: weight in milli-bits, `edge` = enough for a link on its own."""

    left: NDArray[np.intp]
    right: NDArray[np.intp]
    weight: NDArray[np.int64]
    edge: NDArray[np.bool_]

    @classmethod
    def empty(cls) -> "WeighedPairs":
        """No pairs."""
        return cls(np.zeros(0, np.intp), np.zeros(0, np.intp), np.zeros(0, np.int64), np.zeros(0, np.bool_))

    def __len__(self) -> int:
        return len(self.left)

    def where(self, chosen: NDArray[np.bool_]) -> "WeighedPairs":
        """The pairs that `chosen` marks."""
        return WeighedPairs(self.left[chosen], self.right[chosen], self.weight[chosen], self.edge[chosen])

    def joined(self, other: "WeighedPairs") -> "WeighedPairs":
        """These pairs and those of `other`."""
        return WeighedPairs(
            np.concatenate((self.left, other.left)),
            np.concatenate((self.right, other.right)),
            np.concatenate((self.weight, other.weight)),
            np.concatenate((self.edge, other.edge)),
        )


@dataclass(frozen=True, slots=True)
class Rules:
    """What a partition depends on besides records and pairs."""

    model: Model
    judgements: Judgements
    component_records_max: int


def partition(
    block: LinkBlock, records: NDArray[np.intp], pairs: WeighedPairs, rules: Rules
) -> list[tuple[RecordId, ...]]:
    """The clusters of the records at these positions of `block`, single ones included.

    `records` must be closed over edges: with a record, everything that it has an edge to.
    A component with more than `component_records_max` records is cut at ever higher weights until its parts fit;
    what does not fall apart at the greatest weight stays single. So the answer is a function of the set.
    """
    here = np.zeros(len(block), dtype=np.bool_)
    here[records] = True
    label = components(len(block), pairs.where(pairs.edge))
    inside = pairs.where(here[pairs.left] & here[pairs.right] & (label[pairs.left] == label[pairs.right]))
    size = np.bincount(label[records], minlength=len(block))
    good = np.bincount(label[inside.left[inside.weight > 0]], minlength=len(block))
    whole = (good == size * (size - 1) // 2)[label]
    whole &= (size <= rules.component_records_max)[label]

    plain = [
        tuple(RecordId(int(block.record[at])) for at in group) for group in _groups(label, records[whole[records]])
    ]
    doubtful = inside.where(~whole[inside.left])
    pairs_of = _by_component(label, doubtful)
    for group in _groups(label, records[~whole[records]]):
        plain += _settled(block, group, pairs_of[int(label[group[0]])], rules)
    return plain


def components(count: int, edges: WeighedPairs) -> NDArray[np.intp]:
    """(count,) the smallest position that each position is connected to."""
    root = list(range(count))

    def find(at: int) -> int:
        while root[at] != at:
            root[at] = root[root[at]]
            at = root[at]
        return at

    for first, second in zip(edges.left.tolist(), edges.right.tolist(), strict=True):
        one, other = find(first), find(second)
        root[max(one, other)] = min(one, other)
    return np.array([find(at) for at in range(count)], dtype=np.intp)


def content_key(block: LinkBlock, at: int) -> Key:
    """What breaks ties for a record: a digest of its tokens, tags, entity and permissions, and at last its number."""
    rows = slice(block.start[at], block.start[at + 1])
    stance = block.stance_of(at)
    digest = blake2b(digest_size=16)
    digest.update("\n".join((stance.entity, *sorted(stance.linkable_with))).encode("utf-8") + b"\x00")
    digest.update(block.token[rows].tobytes() + block.tags[rows].tobytes())
    return digest.digest(), int(block.record[at])


def _settled(block: LinkBlock, group: Sequence[int], pairs: WeighedPairs, rules: Rules) -> list[tuple[RecordId, ...]]:
    """The clusters of one component that is not plainly whole."""
    if len(group) > rules.component_records_max:
        return _cut(block, group, pairs, rules)
    place = {at: number for number, at in enumerate(group)}
    weights = {
        (place[first], place[second]): weight
        for first, second, weight in zip(pairs.left.tolist(), pairs.right.tolist(), pairs.weight.tolist(), strict=True)
    }
    clusters = cluster(_nodes(block, group, rules.judgements), weights, unseen=rules.model.unseen_millibits)
    return [tuple(RecordId(int(block.record[group[number]])) for number in members) for members in clusters]


def _cut(block: LinkBlock, group: Sequence[int], pairs: WeighedPairs, rules: Rules) -> list[tuple[RecordId, ...]]:
    """The clusters of a component over the limit: of the parts that it falls into at the next higher weight."""
    edges = pairs.weight[pairs.edge]
    least = int(edges.min()) + _SPLIT_STEP_MILLIBITS
    if int(edges.max()) < least:  # nothing more to tell them by: linking nobody is the safe answer
        return [(RecordId(int(block.record[at])),) for at in group]
    kept = WeighedPairs(pairs.left, pairs.right, pairs.weight, pairs.edge & (pairs.weight >= least))
    return partition(block, np.array(group, dtype=np.intp), kept, rules)


def _nodes(block: LinkBlock, group: Sequence[int], judgements: Judgements) -> list[Node]:
    """Records as nodes: labelled by stance (numbers from 0) and, where forbidden to another, by record (below 0)."""
    stances = sorted({int(block.stance[at]) for at in group})
    barred = {
        one: {other for other in stances if not block.stances[one].permits(block.stances[other])} for one in stances
    }
    label_of = {int(block.record[at]): -1 - number for number, at in enumerate(group)}
    foes: dict[int, set[int]] = {}
    for first, second in judgements.forbidden:
        if first in label_of and second in label_of:
            foes.setdefault(first, set()).add(label_of[second])
            foes.setdefault(second, set()).add(label_of[first])
    return [
        Node(
            key=content_key(block, at),
            labels=frozenset((int(block.stance[at]), label_of[int(block.record[at])])),
            barred=frozenset(barred[int(block.stance[at])] | foes.get(int(block.record[at]), set())),
        )
        for at in group
    ]


def _groups(label: NDArray[np.intp], records: NDArray[np.intp]) -> Iterable[list[int]]:
    """The positions in `records` by component."""
    if not len(records):
        return []
    ordered = records[np.argsort(label[records], kind="stable")]
    cuts = np.flatnonzero(np.diff(label[ordered])) + 1
    return [part.tolist() for part in np.split(ordered, cuts)]


def _by_component(label: NDArray[np.intp], pairs: WeighedPairs) -> dict[int, WeighedPairs]:
    component = label[pairs.left]
    order = np.argsort(component, kind="stable")
    cuts = np.flatnonzero(np.diff(component[order])) + 1
    return {int(component[part[0]]): _at(pairs, part) for part in np.split(order, cuts) if len(part)}


def _at(pairs: WeighedPairs, rows: NDArray[np.intp]) -> WeighedPairs:
    return WeighedPairs(pairs.left[rows], pairs.right[rows], pairs.weight[rows], pairs.edge[rows])
