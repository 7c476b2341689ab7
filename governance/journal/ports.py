"""What the journal asks of a store, and what it is searched by."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from governance.journal.merkle import Node, Place


@dataclass(frozen=True, slots=True)
class SearchKeys:
    """What a leaf can be found by. `at`: microseconds since the epoch; `subject`: a commitment, or empty."""

    at: int
    subject: str
    client: str
    recipient: str
    purpose: str
    decision: str


@dataclass(frozen=True, slots=True)
class StoredLeaf:
    """A leaf as it is kept: its place, its bytes exactly as hashed, their hash, and what it is found by."""

    index: int
    content: bytes
    hash: bytes
    keys: SearchKeys


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for: every condition given must hold. `since` ≤ at < `until`, microseconds since the epoch."""

    subject: str | None = None
    client: str | None = None
    recipient: str | None = None
    purpose: str | None = None
    decision: str | None = None
    since: int | None = None
    until: int | None = None

    def texts(self) -> dict[str, str]:
        """The conditions on texts that were given, by the name of the search key."""
        names = ("subject", "client", "recipient", "purpose", "decision")
        return {name: text for name in names if (text := getattr(self, name)) is not None}


class JournalStore(Protocol):
    """Keeps leaves and the hashes of full subtrees; nothing is ever altered or removed."""

    def size(self) -> int:
        """How many leaves there are."""
        ...

    def lock(self) -> int:
        """Keeps every other appender out until the transaction ends, and tells the size."""
        ...

    def extend(self, leaves: Sequence[StoredLeaf], nodes: Sequence[Node]) -> None:
        """Adds leaves from index `size()` on, and nodes of level ≥ 1, all or nothing.

        Raises JournalContention when one of them is there already, or a leaf does not follow the last one.
        """
        ...

    def hashes(self, places: Sequence[Place]) -> dict[Place, bytes]:
        """The hashes that exist at these places; level 0 is a leaf's own."""
        ...

    def leaves(self, start: int, stop: int) -> dict[int, bytes]:
        """The contents of the leaves from `start` up to, not including, `stop`, by index; those that are there."""
        ...

    def level(self, level: int, *, start: int, stop: int) -> dict[int, bytes]:
        """The hashes of one level from position `start` up to, not including, `stop`; those that are there."""
        ...

    def search(self, search: Search, *, before: int | None, limit: int) -> list[tuple[int, bytes]]:
        """Index and content of at most `limit` leaves found, newest first, of those with an index below `before`."""
        ...
