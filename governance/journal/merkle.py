"""The RFC 6962 tree: hashing, growing it leaf by leaf, and which hashes make a root or a proof."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()


class Place(NamedTuple):
    """A full subtree; it covers the leaves from `position << level` up to, not including, `(position + 1) << level`."""

    level: int
    position: int


class Node(NamedTuple):
    """The hash of a full subtree."""

    place: Place
    hash: bytes


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf's bytes. Source: RFC 6962 §2.1."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side. Source: RFC 6962 §2.1."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """The hash of adjacent full subtrees of falling size; of none, that of the empty tree."""
    if not hashes:
        return EMPTY_ROOT
    total = hashes[-1]
    for left in reversed(hashes[:-1]):
        total = node_hash(left, total)
    return total


def peaks(start: int, stop: int) -> list[Place]:
    """The full subtrees, left to right, of a range that RFC 6962 cuts out: `start` is a multiple of the largest one."""
    places = []
    while start < stop:
        level = (stop - start).bit_length() - 1
        places.append(Place(level, start >> level))
        start += 1 << level
    return places


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree, all that it takes to grow it: a hash per bit set in `size`, largest subtree first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if len(self.hashes) != self.size.bit_count():
            raise ValueError("a frontier has one hash for each bit set in its size")

    @property
    def root(self) -> bytes:
        """The root of the tree."""
        return fold(self.hashes)

    def grown(self, leaf_hashes: Sequence[bytes]) -> tuple["Frontier", list[Node]]:
        """The frontier after these leaves, and the nodes above the leaves (level ≥ 1) that became full on the way.

        Amortised one node for each leaf.
        """
        size, edge, nodes = self.size, list(self.hashes), []
        for added in leaf_hashes:
            total, level, index = added, 0, size
            while index & 1:
                total, level, index = node_hash(edge.pop(), total), level + 1, index >> 1
                nodes.append(Node(Place(level, index), total))
            edge.append(total)
            size += 1
        return Frontier(size, tuple(edge)), nodes


Plan = list[list[Place]]
"""A proof as places: each of its hashes is the fold of one inner list."""


def inclusion_plan(index: int, size: int) -> Plan:
    """The hashes of PATH(index, D[size]), from the leaf upwards. Expects 0 ≤ index < size. Source: RFC 6962 §2.1.1."""
    plan: Plan = []
    start, stop = 0, size
    while stop - start > 1:
        middle = start + _split(stop - start)
        if index < middle:
            plan.append(peaks(middle, stop))
            stop = middle
        else:
            plan.append(peaks(start, middle))
            start = middle
    return plan[::-1]


def consistency_plan(old: int, new: int) -> Plan:
    """The hashes of PROOF(old, D[new]); none when old is 0 or new. Expects 0 ≤ old ≤ new. Source: RFC 6962 §2.1.2."""
    if old in {0, new}:
        return []
    plan: Plan = []
    start, stop = 0, new
    while old != stop:
        middle = start + _split(stop - start)
        if old <= middle:
            plan.append(peaks(middle, stop))
            stop = middle
        else:
            plan.append(peaks(start, middle))
            start = middle
    # The old tree itself is the starting point unless it is one subtree that both sides know as its root.
    if start > 0:
        plan.append(peaks(start, stop))
    return plan[::-1]


def levels_of(leaf_hashes: Sequence[bytes]) -> list[list[bytes]]:
    """All full subtrees of a tree: level 0 the leaves, each level half of the one below, the odd one left out."""
    levels = [list(leaf_hashes)]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)])
    return levels


def root_of(levels: Sequence[Sequence[bytes]], size: int) -> bytes:
    """The root of the first `size` leaves, from the levels of a tree at least as large."""
    return fold([levels[place.level][place.position] for place in peaks(0, size)])


def _split(count: int) -> int:
    """The largest power of two smaller than `count`, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)
