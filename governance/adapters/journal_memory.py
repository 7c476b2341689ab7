"""A journal in memory: for tests, and as the plain reading of the store's contract."""

from collections.abc import Sequence

from governance.journal.errors import JournalContention
from governance.journal.merkle import Node, Place
from governance.journal.ports import Search, SearchKeys, StoredLeaf


class JournalMemory:
    """A JournalStore for one thread; nothing is rolled back."""

    def __init__(self) -> None:
        self._leaves: list[StoredLeaf] = []
        self._nodes: dict[Place, bytes] = {}

    def size(self) -> int:
        """How many leaves there are."""
        return len(self._leaves)

    def lock(self) -> int:
        """The size; nobody else is there."""
        return len(self._leaves)

    def extend(self, leaves: Sequence[StoredLeaf], nodes: Sequence[Node]) -> None:
        """Adds leaves and nodes, all or nothing. Raises JournalContention."""
        indexes = [leaf.index for leaf in leaves]
        if indexes != list(range(len(self._leaves), len(self._leaves) + len(leaves))):
            raise JournalContention("the leaves do not follow the last one of the journal", remedy="try again")
        if any(node.place in self._nodes for node in nodes):
            raise JournalContention("a hash of the journal is there already", remedy="try again")
        self._leaves.extend(leaves)
        self._nodes.update((node.place, node.hash) for node in nodes)

    def hashes(self, places: Sequence[Place]) -> dict[Place, bytes]:
        """The hashes that exist at these places."""
        found = ((place, self._hash(place)) for place in places)
        return {place: one for place, one in found if one is not None}

    def leaves(self, start: int, stop: int) -> dict[int, bytes]:
        """The contents of the leaves from `start` up to, not including, `stop`, by index."""
        return {leaf.index: leaf.content for leaf in self._leaves[start:stop]}

    def level(self, level: int, *, start: int, stop: int) -> dict[int, bytes]:
        """The hashes of one level from position `start` up to, not including, `stop`."""
        places = [Place(level, position) for position in range(start, min(stop, len(self._leaves) >> level))]
        return {place.position: one for place, one in self.hashes(places).items()}

    def search(self, search: Search, *, before: int | None, limit: int) -> list[tuple[int, bytes]]:
        """Index and content of the leaves found, newest first."""
        found = (
            (leaf.index, leaf.content)
            for leaf in reversed(self._leaves)
            if (before is None or leaf.index < before) and _holds(search, leaf.keys)
        )
        return [one for one, _ in zip(found, range(limit), strict=False)]

    def _hash(self, place: Place) -> bytes | None:
        if place.level:
            return self._nodes.get(place)
        return self._leaves[place.position].hash if place.position < len(self._leaves) else None


def _holds(search: Search, keys: SearchKeys) -> bool:
    return (
        all(getattr(keys, name) == text for name, text in search.texts().items())
        and (search.since is None or search.since <= keys.at)
        and (search.until is None or keys.at < search.until)
    )
