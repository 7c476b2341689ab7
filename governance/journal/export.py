"""Exports: the journal, or some of it, as one JSON document that anybody can verify with a public key."""

import base64
from collections.abc import Sequence

from governance.journal.errors import InvalidLeaf
from governance.journal.journal import Journal
from governance.journal.leaf import JSON, decode
from governance.journal.ports import JournalStore

FORMAT = "enishi-journal-export/1"
_AT_ONCE = 5000


def export_all(journal: Journal, store: JournalStore, size: int | None = None) -> dict[str, JSON]:
    """The first `size` leaves (all by default), their checkpoint, and the hashes of the tree as they are stored.

    `tree` holds the levels of full subtrees, leaves first. The hashes come from the store and not from the leaves, so
    that a leaf altered in the store is found by its place. Raises OutsideJournal.
    """
    checkpoint = journal.checkpoint(size)
    count = journal.size() if size is None else size
    return {
        "format": FORMAT,
        "checkpoint": checkpoint,
        "entries": [entry for start in range(0, count, _AT_ONCE) for entry in _entries(store, start, count)],
        "tree": [_level(store, level, count >> level) for level in range(max(1, count.bit_length()))],
    }


def export_some(journal: Journal, indexes: Sequence[int], size: int | None = None) -> dict[str, JSON]:
    """The leaves at these indexes, each with its proof of inclusion in the first `size` leaves. Raises OutsideJournal.

    `count` finds a leaf that was lost on the way; that somebody left one out on purpose cannot be seen in a part.
    """
    count = journal.size() if size is None else size
    chosen = sorted(set(indexes))
    return {
        "format": FORMAT,
        "checkpoint": journal.checkpoint(count),
        "count": len(chosen),
        "entries": [
            {
                "index": index,
                "leaf": dict(journal.entry(index).leaf),
                "proof": [_text(one) for one in journal.inclusion(index, count)],
            }
            for index in chosen
        ],
    }


def _entries(store: JournalStore, start: int, stop: int) -> list[JSON]:
    indexes = range(start, min(start + _AT_ONCE, stop))
    leaves = store.leaves(indexes.start, indexes.stop)
    return [{"index": index, "leaf": _readable(leaves.get(index, b""))} for index in indexes]


def _level(store: JournalStore, level: int, width: int) -> list[str | None]:
    hashes = store.level(level, start=0, stop=width)
    return [_text(hashes[position]) if position in hashes else None for position in range(width)]


def _readable(content: bytes) -> JSON:
    # A leaf that somebody removed or made unreadable goes out as nothing, for the verifier to name.
    try:
        return decode(content)
    except InvalidLeaf:
        return None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
