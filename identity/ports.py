"""The roles that the core asks the world to play."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from identity.ids import EntityId, Instant, RecordId, SuperId
from identity.links import Holders, LinkBlock, LinkRecord
from identity.refs import Ref
from identity.super_ids import Moved


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Instant:
        """Microseconds since the epoch, UTC."""
        ...


class Entropy(Protocol):
    """Gives randomness fit for keys and identifiers."""

    def random_bytes(self, count: int) -> bytes:
        """`count` bytes from a cryptographic source."""
        ...


class LinkStore(Protocol):
    """Keeps tokens and tags of records under the hub's keys, and answers who holds a token."""

    def put(self, records: Sequence[LinkRecord]) -> None:
        """Stores records with their edge tokens, in place of what was stored of them."""
        ...

    def permit(self, permissions: Mapping[RecordId, frozenset[EntityId]]) -> None:
        """Sets whom stored records may link with, tokens unchanged; unknown records are passed over."""
        ...

    def remove(self, records: Sequence[RecordId]) -> None:
        """Removes everything of these records; unknown ones are passed over."""
        ...

    def open(self, records: NDArray[np.int64]) -> LinkBlock:
        """Those of `records` (distinct) that are stored, in any order."""
        ...

    def holders(self, tokens: NDArray[np.int64], *, up_to: int) -> Holders:
        """Who holds these index values (distinct): of each that two or more records hold, `up_to` holders at most."""
        ...


class MemberStore(Protocol):
    """Keeps which super-ID a record has had, and when that was known (bitemporal)."""

    def current(self, records: Sequence[RecordId]) -> dict[RecordId, SuperId]:
        """The super-IDs of those records that have one now."""
        ...

    def members(self, super_ids: Sequence[SuperId]) -> dict[SuperId, tuple[RecordId, ...]]:
        """The records, ascending, of those super-IDs that have any now."""
        ...

    def born(self, super_ids: Sequence[SuperId]) -> dict[SuperId, Instant]:
        """When each super-ID was first given, for those ever given."""
        ...

    def as_of(self, record: RecordId, valid_at: Instant, known_at: Instant) -> SuperId | None:
        """The super-ID that `record` had at `valid_at`, as it was known at `known_at`."""
        ...

    def move(self, moves: Sequence[Moved], at: Instant) -> None:
        """Gives each record (distinct) its `after` from `at` on; None ends its membership.

        A clock that stepped back does not rewrite the past: a move counts from the last one of the same record at
        the earliest.
        """
        ...


class RefStore(Protocol):
    """Keeps which record a keyed hash of an entity's source key stands for."""

    def find(self, entity: EntityId, refs: Sequence[bytes]) -> dict[bytes, Ref]:
        """Those of `refs` that are bound."""
        ...

    def bind(self, rows: Sequence[Ref]) -> None:
        """Binds refs to records, in place of what was bound under the same entity and ref."""
        ...

    def of(self, records: Sequence[RecordId]) -> dict[RecordId, Ref]:
        """The refs of those records that have one."""
        ...

    def by_entity(self) -> dict[EntityId, int]:
        """How many records each entity has; entities without any are absent."""
        ...

    def remove(self, records: Sequence[RecordId]) -> None:
        """Forgets the refs of these records; unknown ones are passed over."""
        ...
