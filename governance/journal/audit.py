"""Finding the first bad place of an export: what the signed root vouches for, entry by entry."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from governance.journal.checkpoint import Checkpoint
from governance.journal.errors import InvalidLeaf, InvalidProof
from governance.journal.leaf import JSON, canonical
from governance.journal.merkle import Place, fold, leaf_hash, levels_of, node_hash, peaks, root_of
from governance.journal.proofs import verify_inclusion


class Finding(Exception):
    """The first place that is wrong, and why."""

    def __init__(self, place: str, why: str) -> None:
        super().__init__(f"{place}: {why}")
        self.place = place
        self.why = why


@dataclass(frozen=True, slots=True)
class Read:
    """One entry as read: the hash of its leaf, or why it has none."""

    hash: bytes | None
    why: str = ""


def audit_whole(checkpoint: Checkpoint, entries: Sequence[JSON], tree: JSON) -> list[list[bytes]]:
    """The levels of the tree, recomputed from the leaves and equal to what was signed. Raises Finding."""
    reads = [_read(entry, index, {"index", "leaf"}) for index, entry in enumerate(entries)]
    hashes = [one.hash for one in reads if one.hash is not None]
    levels = levels_of(hashes)
    if len(hashes) == len(entries) == checkpoint.size and root_of(levels, checkpoint.size) == checkpoint.root:
        _check_tree(levels, tree)
        return levels
    raise _first_bad(checkpoint, reads, tree)


def audit_part(checkpoint: Checkpoint, entries: Sequence[JSON], count: JSON) -> None:
    """Returns when each entry is proved by the checkpoint and none was lost on the way. Raises Finding."""
    last = -1
    for position, entry in enumerate(entries):
        index = entry.get("index") if isinstance(entry, dict) else None
        place = f"entry {index}" if type(index) is int else f"entry at position {position}"
        if type(index) is not int or index <= last:
            raise Finding(place, "it has no index, or one that is out of order")
        _check_proved(checkpoint, entry, index)
        last = index
    if type(count) is not int or count != len(entries):
        raise Finding(f"entry at position {len(entries)}", "the export does not have as many entries as it says")


def _check_proved(checkpoint: Checkpoint, entry: Mapping[str, JSON], index: int) -> None:
    one = _read(entry, index, {"index", "leaf", "proof"})
    proof = [_hash(text) for text in entry["proof"]] if isinstance(entry.get("proof"), list) else [None]
    if one.hash is None:
        raise Finding(f"entry {index}", one.why)
    hashes = [sibling for sibling in proof if sibling is not None]
    if len(hashes) != len(proof):
        raise Finding(f"entry {index}", "its proof is not a list of hashes")
    try:
        verify_inclusion(one.hash, index=index, size=checkpoint.size, proof=hashes, root=checkpoint.root)
    except InvalidProof as error:
        raise Finding(f"entry {index}", f"the checkpoint does not vouch for it ({error.what})") from None


def _read(entry: JSON, index: int, fields: set[str]) -> Read:
    if not isinstance(entry, dict) or set(entry) != fields:
        return Read(None, "it is not an entry of an export")
    if type(entry["index"]) is not int or entry["index"] != index:
        return Read(None, "another entry, or none, stands in its place")
    if not isinstance(entry["leaf"], dict):
        return Read(None, "its leaf cannot be read")
    try:
        return Read(leaf_hash(canonical(entry["leaf"])))
    except InvalidLeaf:
        return Read(None, "its leaf cannot be written as canonical JSON")


def _check_tree(levels: Sequence[Sequence[bytes]], tree: JSON) -> None:
    """The leaves are proved; the hashes beside them must be theirs all the same."""
    if not isinstance(tree, list) or len(tree) != len(levels):
        raise Finding("tree", "it does not have the levels that the leaves make")
    for level, (mine, theirs) in enumerate(zip(levels, tree, strict=True)):
        if not isinstance(theirs, list) or len(theirs) != len(mine):
            raise Finding(f"tree, level {level}", "it does not have the hashes that the leaves make")
        for index, (one, text) in enumerate(zip(mine, theirs, strict=True)):
            if _hash(text) != one:
                raise Finding(f"tree, level {level}, index {index}", "the leaves make another hash")


def _first_bad(checkpoint: Checkpoint, reads: Sequence[Read], tree: JSON) -> Finding:
    claims = _claims(tree)
    vouched = _vouched(checkpoint, claims)
    trusted = vouched or {place.position: one for place, one in claims.items() if place.level == 0}
    for index in range(checkpoint.size):
        if index >= len(reads):
            return Finding(f"entry {index}", "it is missing")
        if reads[index].hash is None:
            return Finding(f"entry {index}", reads[index].why)
        if index not in trusted:
            return _unvouched(index, checkpoint.size, reads, trusted)
        if reads[index].hash != trusted[index]:
            return Finding(f"entry {index}", "its leaf does not have the hash that was signed")
    if len(reads) > checkpoint.size:
        return Finding(f"entry {checkpoint.size}", "the checkpoint does not reach so far")
    return Finding("checkpoint", "the leaves make another root than the one that was signed")


def _unvouched(start: int, size: int, reads: Sequence[Read], trusted: Mapping[int, bytes]) -> Finding:
    """Of neighbours for which nothing vouches, the one that cannot be read; else all, as none can be told bad."""
    stop = next((index for index in range(start, size) if index in trusted), size)
    for index in range(start, stop):
        if index >= len(reads):
            return Finding(f"entry {index}", "it is missing")
        if reads[index].hash is None:
            return Finding(f"entry {index}", reads[index].why)
    place = f"entry {start}" if stop == start + 1 else f"entries {start} to {stop - 1}"
    return Finding(place, "altered together with the hashes above, which do not lead to the signed root")


def _vouched(checkpoint: Checkpoint, claims: Mapping[Place, bytes]) -> dict[int, bytes]:
    """The leaf hashes that the signed root vouches for, through claimed hashes; none when they do not reach it."""
    tops = peaks(0, checkpoint.size)
    hashes = [claims.get(place) for place in tops]
    if any(one is None for one in hashes) or fold([one for one in hashes if one is not None]) != checkpoint.root:
        return {}
    vouched: dict[int, bytes] = {}
    waiting = list(tops)
    while waiting:
        place = waiting.pop()
        if place.level == 0:
            vouched[place.position] = claims[place]
            continue
        left, right = Place(place.level - 1, place.position * 2), Place(place.level - 1, place.position * 2 + 1)
        if left in claims and right in claims and node_hash(claims[left], claims[right]) == claims[place]:
            waiting += (left, right)
    return vouched


def _claims(tree: JSON) -> dict[Place, bytes]:
    levels = tree if isinstance(tree, list) else []
    claims = {
        Place(level, index): _hash(text)
        for level, texts in enumerate(levels)
        if isinstance(texts, list)
        for index, text in enumerate(texts)
    }
    return {place: one for place, one in claims.items() if one is not None}


def _hash(text: JSON) -> bytes | None:
    """The 32 bytes that `text` spells in standard base64, or nothing."""
    if not isinstance(text, str):
        return None
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == 32 and base64.b64encode(raw).decode("ascii") == text else None
