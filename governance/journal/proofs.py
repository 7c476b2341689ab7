"""Checking Merkle proofs, without a store and without trust."""

from collections.abc import Sequence

from governance.journal.errors import InvalidProof
from governance.journal.merkle import HASH_BYTES, node_hash


def verify_inclusion(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Returns when the leaf of this hash stands at `index` in the tree of `size` leaves and this root.

    Raises InvalidProof otherwise, whatever is wrong. Source: RFC 9162 §2.1.3.2.
    """
    if not 0 <= index < size:
        raise InvalidProof("the index is not inside the tree")
    _check_lengths([leaf, root, *proof])
    here, last, total = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            raise InvalidProof("the inclusion proof is too long")
        if here & 1 or here == last:
            total = node_hash(sibling, total)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            total = node_hash(total, sibling)
        here, last = here >> 1, last >> 1
    if last != 0:
        raise InvalidProof("the inclusion proof is too short")
    if total != root:
        raise InvalidProof("the inclusion proof leads to another root")


def verify_consistency(
    *, old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> None:
    """Returns when the tree of `old_size` leaves is the beginning of the tree of `new_size`.

    Raises InvalidProof otherwise. An empty old tree proves nothing and is refused, unless both are empty.
    Source: RFC 9162 §2.1.4.2.
    """
    if not 0 <= old_size <= new_size:
        raise InvalidProof("the older tree is larger than the newer")
    _check_lengths([old_root, new_root, *proof])
    if old_size == new_size:
        if proof or old_root != new_root:
            raise InvalidProof("two trees of one size have different roots, or a proof that they do not need")
        return
    if old_size == 0 or not proof:
        raise InvalidProof("the consistency proof is empty, or starts from an empty tree")
    old_total, new_total = _consistent_roots(old_size, new_size, old_root, proof)
    if old_total != old_root or new_total != new_root:
        raise InvalidProof("the consistency proof leads to other roots")


def _consistent_roots(old_size: int, new_size: int, old_root: bytes, proof: Sequence[bytes]) -> tuple[bytes, bytes]:
    # INVARIANT (§2.1.4.2 step 2): when the old size is a power of two, its root is the first hash and is not sent.
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    here, last = old_size - 1, new_size - 1
    while here & 1:
        here, last = here >> 1, last >> 1
    old_total = new_total = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise InvalidProof("the consistency proof is too long")
        if here & 1 or here == last:
            old_total, new_total = node_hash(sibling, old_total), node_hash(sibling, new_total)
            while not here & 1 and here:
                here, last = here >> 1, last >> 1
        else:
            new_total = node_hash(new_total, sibling)
        here, last = here >> 1, last >> 1
    if last != 0:
        raise InvalidProof("the consistency proof is too short")
    return old_total, new_total


def _check_lengths(hashes: Sequence[bytes]) -> None:
    if any(len(one) != HASH_BYTES for one in hashes):
        raise InvalidProof("a hash of the proof does not have 32 bytes")
