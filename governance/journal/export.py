"""Exports: the journal, or some of it, as one JSON document that anybody can verify with a public key."""

import base64
from collections.abc import Sequence

from governance.journal.errors import InvalidLeaf
from governance.journal.journal import Journal
from governance.journal.leaf import JSON, decode
from governance.journal.ports import JournalStore

FORMAT = "enishi-journal-export/1"
_LEAVES_AT_ONCE = 5000


def export_all(journal: Journal, store: JournalStore, size: int | None = None) -> dict[str, JSON]:
    """The first `size` leaves (all by default), their checkpoint, and the hashes of the tree as they are stored.

    `tree` holds the levels of full subtrees, leaves first. The hashes come from the store and not from the leaves, so
    that a leaf altered in the store is found by its place. Raises OutsideJournal.
    """
    checkpoint = journal.checkpoint(size)
    count = journal.size() if size is None else size
    contents = [leaf for start in range(0, count, _LEAVES_AT_ONCE) for leaf in _leaves(store, start, count)]
    levels = range(max(1, count.bit_length()))
    return {
        "format": FORMAT,
        "checkpoint": checkpoint,
        "entries": [{"index": index, "leaf": _readable(content)} for index, content in enumerate(contents)],
        "tree": [[_text(one) for one in store.level(level, 0, count >> level)] for level in levels],
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


def _leaves(store: JournalStore, start: int, stop: int) -> list[bytes]:
    return store.leaves(start, min(start + _LEAVES_AT_ONCE, stop))


def _readable(content: bytes) -> JSON:
    # A leaf that somebody made unreadable is exported as nothing: the verifier is to name it, not the export to stop.
    try:
        return decode(content)
    except InvalidLeaf:
        return None


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
