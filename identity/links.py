"""What the hub keeps of a record for linking, one by one and in columns."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from identity.hub_keys import TOKEN_BYTES, index_values
from identity.ids import EntityId, RecordId
from identity.tokens import TokenRow
from identity.variants import VARIANT_NAMES


@dataclass(frozen=True, slots=True)
class LinkRecord:
    """One record as it comes: its entity, the entities it may link with, and its edge tokens."""

    record: RecordId
    entity: EntityId
    linkable_with: frozenset[EntityId]
    tokens: TokenRow


@dataclass(frozen=True, slots=True)
class Stance:
    """Whose a record is, and whom it may link with."""

    entity: EntityId
    linkable_with: frozenset[EntityId]

    def permits(self, other: "Stance") -> bool:
        """Whether records of both stances may be linked: each must name the other's entity, its own included."""
        return other.entity in self.linkable_with and self.entity in other.linkable_with


@dataclass(frozen=True, slots=True)
class LinkBlock:
    """Stored records in columns, in no particular order.

    record (R,), stance (R,) an index into `stances`, start (R + 1,): the token rows of record r are start[r] up to
    start[r + 1]; recipe (K,), token (K, 16) under the hub's key, tags (K, V).
    """

    record: NDArray[np.int64]
    stance: NDArray[np.int32]
    stances: tuple[Stance, ...]
    start: NDArray[np.int64]
    recipe: NDArray[np.uint8]
    token: NDArray[np.uint8]
    tags: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.record)

    @classmethod
    def empty(cls) -> "LinkBlock":
        """No records."""
        return cls(
            record=np.zeros(0, np.int64),
            stance=np.zeros(0, np.int32),
            stances=(),
            start=np.zeros(1, np.int64),
            recipe=np.zeros(0, np.uint8),
            token=np.zeros((0, TOKEN_BYTES), np.uint8),
            tags=np.zeros((0, len(VARIANT_NAMES)), np.uint8),
        )

    @property
    def counts(self) -> NDArray[np.int64]:
        """Tokens per record (R,)."""
        return np.diff(self.start)

    @property
    def index(self) -> NDArray[np.int64]:
        """The index value of each token row (K,)."""
        return index_values(self.token)

    def stance_of(self, row: int) -> Stance:
        """Whose record `row` is, and whom it may link with."""
        return self.stances[int(self.stance[row])]

    def rows_of(self, records: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """(owner, token row) of all token rows of the records at these positions."""
        counts = self.counts[records]
        owner = np.repeat(records, counts)
        return owner, ranges(self.start[records], counts)

    def joined(self, other: "LinkBlock") -> "LinkBlock":
        """These records and then those of `other`; nothing is checked for duplicates."""
        stances = tuple(dict.fromkeys((*self.stances, *other.stances)))
        moved = np.array([stances.index(stance) for stance in other.stances], dtype=np.int32)
        return LinkBlock(
            record=np.concatenate((self.record, other.record)),
            stance=np.concatenate((self.stance, moved[other.stance])),
            stances=stances,
            start=np.concatenate((self.start, other.start[1:] + self.start[-1])),
            recipe=np.concatenate((self.recipe, other.recipe)),
            token=np.concatenate((self.token, other.token)),
            tags=np.concatenate((self.tags, other.tags)),
        )


@dataclass(frozen=True, slots=True)
class Holders:
    """Rows of the token index, sorted by token: token (n,) index values, record (n,) who holds it."""

    token: NDArray[np.int64]
    record: NDArray[np.int64]


def ranges(starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.intp]:
    """The concatenation of starts[i], starts[i] + 1, … counts[i] times, for every i."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    each: NDArray[np.intp] = np.arange(total, dtype=np.intp) + np.repeat(starts - (ends - counts), counts)
    return each


def distinct(values: NDArray[np.int64]) -> NDArray[np.int64]:
    """The different `values`, ascending. By sorting: several times faster than the hashing of `np.unique`."""
    ordered = np.sort(values)
    first = np.ones(len(ordered), dtype=np.bool_)
    first[1:] = ordered[1:] != ordered[:-1]
    return ordered[first]


def token_columns(rows: Sequence[TokenRow]) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]:
    """Recipes, tokens and tags of many records below each other."""
    rows = [TokenRow.empty(), *rows]
    return (
        np.concatenate([row.recipe for row in rows]),
        np.concatenate([row.token for row in rows]),
        np.concatenate([row.tags for row in rows]),
    )
