"""The journal: appends leaves, states its checkpoint, proves what it said."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from governance.journal.checkpoint import Checkpoint
from governance.journal.errors import DamagedJournal, OutsideJournal
from governance.journal.leaf import JSON, complete, content_of, decode, search_keys
from governance.journal.merkle import Frontier, Place, Plan, consistency_plan, fold, inclusion_plan, leaf_hash, peaks
from governance.journal.note import NoteSigner, sign_note
from governance.journal.ports import JournalStore, Search, SearchKeys, StoredLeaf

__all__ = ["PAGE_MAX", "Entry", "Journal", "Page", "Search", "SearchKeys"]

PAGE_MAX = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    """A leaf and where it stands."""

    index: int
    leaf: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class Page:
    """What a search found, newest first; `before` asks for the next page, and is nothing on the last one."""

    entries: tuple[Entry, ...]
    before: int | None


class Journal:
    """An RFC 6962 log over one store, in somebody else's transaction; a leaf counts once that is durable."""

    def __init__(self, store: JournalStore, signer: NoteSigner, origin: str) -> None:
        self._store = store
        self._signer = signer
        self._origin = origin

    def append(self, leaves: Sequence[Mapping[str, JSON]]) -> range:
        """Adds the leaves in this order, and gives their indexes.

        What they are found by is what they themselves state, so that no search says something else than the leaf.
        Raises InvalidLeaf before anything is stored; JournalContention when another appender was there first.
        """
        whole = [complete(leaf) for leaf in leaves]
        keys = [search_keys(leaf) for leaf in whole]
        contents = [content_of(leaf) for leaf in whole]
        hashes = [leaf_hash(content) for content in contents]
        start = self._store.lock()
        _, nodes = self._frontier(start).grown(hashes)
        rows = zip(range(start, start + len(whole)), contents, hashes, keys, strict=True)
        self._store.extend([StoredLeaf(*row) for row in rows], nodes)
        return range(start, start + len(whole))

    def size(self) -> int:
        """How many leaves there are."""
        return self._store.size()

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves; over all of them by default. Raises OutsideJournal."""
        return self._frontier(self._within(size)).root

    def checkpoint(self, size: int | None = None) -> str:
        """The signed note that commits to the first `size` leaves; to all of them by default. Raises OutsideJournal."""
        count = self._within(size)
        return sign_note(Checkpoint(self._origin, count, self._frontier(count).root).text, [self._signer])

    def inclusion(self, index: int, size: int | None = None) -> list[bytes]:
        """The proof that leaf `index` is among the first `size`. Raises OutsideJournal. Source: RFC 6962 §2.1.1."""
        count = self._within(size)
        self._check_index(index, count)
        return self._proof(inclusion_plan(index, count))

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        """The proof that the tree of `old` leaves is the beginning of that of `new`. Raises OutsideJournal.

        Empty when old is 0 or new, where there is nothing to prove. Source: RFC 6962 §2.1.2.
        """
        count = self._within(new)
        if not 0 <= old <= count:
            raise OutsideJournal("the older size is larger than the newer one, or below 0")
        return self._proof(consistency_plan(old, count))

    def content(self, index: int) -> bytes:
        """The bytes of the leaf, as hashed. Raises OutsideJournal."""
        self._check_index(index, self._store.size())
        found = self._store.leaves(index, index + 1)
        if index not in found:
            raise DamagedJournal(f"leaf {index} is missing from the journal", remedy="verify it, then restore a backup")
        return found[index]

    def entry(self, index: int) -> Entry:
        """The leaf at `index`. Raises OutsideJournal."""
        return Entry(index, decode(self.content(index)))

    def search(self, search: Search, *, before: int | None = None, limit: int = 100) -> Page:
        """At most `limit` (≤ 1,000) leaves that meet each condition, newest first, with an index below `before`."""
        count = max(1, min(limit, PAGE_MAX))
        found = self._store.search(search, before=before, limit=count + 1)
        entries = tuple(Entry(index, decode(content)) for index, content in found[:count])
        return Page(entries, entries[-1].index if len(found) > count else None)

    def _frontier(self, size: int) -> Frontier:
        places = peaks(0, size)
        hashes = self._hashes(places)
        return Frontier(size, tuple(hashes[place] for place in places))

    def _proof(self, plan: Plan) -> list[bytes]:
        hashes = self._hashes([place for places in plan for place in places])
        return [fold([hashes[place] for place in places]) for places in plan]

    def _hashes(self, places: Iterable[Place]) -> Mapping[Place, bytes]:
        wanted = list(places)
        hashes = self._store.hashes(wanted)
        for place in wanted:
            if place not in hashes:
                raise DamagedJournal(
                    f"the hash at level {place.level}, index {place.position} is missing from the journal",
                    remedy="verify it, then restore a backup",
                )
        return hashes

    def _within(self, size: int | None) -> int:
        count = self._store.size()
        if size is None:
            return count
        if not 0 <= size <= count:
            raise OutsideJournal(f"the journal has {count} leaves, not {size}")
        return size

    @staticmethod
    def _check_index(index: int, size: int) -> None:
        if not 0 <= index < size:
            raise OutsideJournal(f"no leaf {index} among {size}")
