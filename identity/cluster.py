"""Best-first average linkage within one component, in exact integers, the same for every order of the records."""

import heapq
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Key = tuple[bytes, int]
"""What ties are broken by: a digest of a record's content; its random number only sets wholly equal records apart."""


@dataclass(frozen=True, slots=True)
class Node:
    """A record to be clustered: its tie key, the labels it bears, and those it never shares a cluster with."""

    key: Key
    labels: frozenset[int] = frozenset()
    barred: frozenset[int] = frozenset()


@dataclass(slots=True)
class _Cluster:
    members: tuple[int, ...]
    key: Key
    labels: frozenset[int]
    barred: frozenset[int]
    near: dict[int, tuple[int, int]]  # other cluster -> (sum, count) of the weights of the pairs seen between the two

    def apart_from(self, other: "_Cluster") -> bool:
        return not (self.barred.isdisjoint(other.labels) and other.barred.isdisjoint(self.labels))


def cluster(nodes: Sequence[Node], pairs: Mapping[tuple[int, int], int], *, unseen: int) -> list[tuple[int, ...]]:
    """The clusters, as ascending positions in `nodes`, ascending.

    `pairs` gives milli-bits of the pairs seen, by position, smaller first; negative ones too. The two clusters with the
    greatest mean weight merge, as long as it is positive; a pair not seen counts `unseen`, which must not be positive.
    Ties go to the smallest keys. Clusters of which one bears a label that the other bars never merge: cannot-link wins.
    """
    return _Agglomeration(nodes, pairs, unseen=unseen).run()


class _Agglomeration:
    """Live clusters by number, and a heap of merges of which those with a dead side are skipped.

    INVARIANT: means are compared exactly. Two different fractions with denominators up to D differ by at least 1/D²,
    so floor(sum * 2^shift / count) with 2^shift > D² orders them, and is equal only for equal means.
    """

    def __init__(self, nodes: Sequence[Node], pairs: Mapping[tuple[int, int], int], *, unseen: int) -> None:
        self._unseen = unseen
        self._shift = 2 * (len(nodes) ** 2).bit_length() + 1
        self._heap: list[tuple[int, Key, Key, int, int]] = []
        self._next = len(nodes)
        self._live = {
            number: _Cluster((number,), node.key, node.labels, node.barred, {}) for number, node in enumerate(nodes)
        }
        for (first, second), weight in pairs.items():
            self._meet(first, second, (weight, 1))

    def run(self) -> list[tuple[int, ...]]:
        """Merges until no mean is positive."""
        while self._heap:
            *_, first, second = heapq.heappop(self._heap)
            if first in self._live and second in self._live:
                self._merge(first, second)
        return sorted(cluster.members for cluster in self._live.values())

    def _meet(self, first: int, second: int, seen: tuple[int, int]) -> None:
        """Records what lies between two clusters, unless they must stay apart for good."""
        one, other = self._live[first], self._live[second]
        if one.apart_from(other):
            return
        one.near[second] = other.near[first] = seen
        count = len(one.members) * len(other.members)
        total = seen[0] + self._unseen * (count - seen[1])
        if total > 0:
            low, high = sorted((one.key, other.key))
            heapq.heappush(self._heap, (-((total << self._shift) // count), low, high, first, second))

    def _merge(self, first: int, second: int) -> None:
        one, other = self._live.pop(first), self._live.pop(second)
        number, self._next = self._next, self._next + 1
        self._live[number] = _Cluster(
            members=tuple(sorted(one.members + other.members)),
            key=min(one.key, other.key),
            labels=one.labels | other.labels,
            barred=one.barred | other.barred,
            near={},
        )
        for neighbour in (one.near.keys() | other.near.keys()) - {first, second}:
            nothing = (0, 0)
            left, right = one.near.get(neighbour, nothing), other.near.get(neighbour, nothing)
            for dead in (first, second):
                self._live[neighbour].near.pop(dead, None)
            self._meet(number, neighbour, (left[0] + right[0], left[1] + right[1]))
