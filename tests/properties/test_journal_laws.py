"""The laws of the tree: our tree is RFC 6962's, every proof proves its own claim and no other."""

import hashlib
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from journal_samples import a_journal

from governance.journal.errors import InvalidProof
from governance.journal.merkle import Frontier, Node, Plan, consistency_plan, fold, inclusion_plan, leaf_hash, levels_of
from governance.journal.proofs import verify_consistency, verify_inclusion

SIZE_MAX = 70


def _leaves(size: int) -> list[bytes]:
    return [leaf_hash(bytes([number])) for number in range(size)]


def oracle(leaves: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962 §2.1, word for word, over the bytes of leaves."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\x01" + oracle(leaves[:split]) + oracle(leaves[split:])).digest()


@cache
def _root(size: int) -> bytes:
    return oracle([bytes([number]) for number in range(size)])


def _hashes(plan: Plan) -> list[bytes]:
    levels = levels_of(_leaves(SIZE_MAX))
    return [fold([levels[place.level][place.position] for place in places]) for places in plan]


def _includes(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    try:
        verify_inclusion(leaf, index=index, size=size, proof=proof, root=root)
    except InvalidProof:
        return False
    return True


def _extends(old: int, new: int, roots: tuple[bytes, bytes], proof: Sequence[bytes]) -> bool:
    try:
        verify_consistency(old_size=old, new_size=new, old_root=roots[0], new_root=roots[1], proof=proof)
    except InvalidProof:
        return False
    return True


def _flipped(raw: bytes, bit: int) -> bytes:
    return (int.from_bytes(raw, "big") ^ (1 << bit)).to_bytes(len(raw), "big")


@given(st.lists(st.binary(max_size=3), max_size=SIZE_MAX), st.lists(st.integers(0, 20), max_size=8))
def test_the_root_is_that_of_the_recursive_definition_however_the_leaves_arrive(
    leaves: list[bytes], cuts: list[int]
) -> None:
    frontier, at = Frontier(), 0
    for count in [*cuts, len(leaves)]:
        frontier, _ = frontier.grown([leaf_hash(leaf) for leaf in leaves[at : at + count]])
        at = min(at + count, len(leaves))
    assert frontier.size == len(leaves)
    assert frontier.root == oracle(leaves)


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 8, 33, SIZE_MAX])
def test_growing_stores_each_full_subtree_once_and_fewer_of_them_than_leaves(size: int) -> None:
    _, nodes = Frontier().grown(_leaves(size))
    levels = levels_of(_leaves(size))
    assert {node.place: node.hash for node in nodes} == {
        (level, position): one for level in range(1, len(levels)) for position, one in enumerate(levels[level])
    }
    assert len(nodes) == len(set(nodes)) <= max(0, size - 1)
    assert all(isinstance(node, Node) for node in nodes)


def test_every_leaf_of_every_size_is_proved_included() -> None:
    for size in range(1, SIZE_MAX):
        for index in range(size):
            proof = _hashes(inclusion_plan(index, size))
            assert _includes(_leaves(size)[index], index, size, proof, _root(size))
            assert len(proof) <= (size - 1).bit_length()


def test_a_proof_within_a_subtree_is_no_proof_within_the_tree_above_it() -> None:
    for size in (1, 2, 4, 8, 16, 32):
        for index in range(size):
            proof = _hashes(inclusion_plan(index, size))
            assert not _includes(_leaves(size)[index], index, size * 2, proof, _root(size))


def test_every_size_is_proved_the_beginning_of_every_later_one() -> None:
    for new in range(1, SIZE_MAX):
        for old in range(1, new + 1):
            proof = _hashes(consistency_plan(old, new))
            assert _extends(old, new, (_root(old), _root(new)), proof)
            assert len(proof) <= new.bit_length() + 1


@settings(max_examples=300)
@given(st.integers(1, SIZE_MAX - 1), st.data())
def test_an_inclusion_proof_proves_no_other_leaf_index_or_root_and_no_flipped_bit(
    size: int, data: st.DataObject
) -> None:
    index, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(-1, SIZE_MAX))
    bit = data.draw(st.integers(0, 255))
    leaf, root, proof = _leaves(size)[index], _root(size), _hashes(inclusion_plan(index, size))
    assert _includes(leaf, other, size, proof, root) is (other == index)
    if 0 <= other < size:
        assert _includes(_leaves(size)[other], index, size, proof, root) is (other == index)
    assert not _includes(_flipped(leaf, bit), index, size, proof, root)
    assert not _includes(leaf, index, size, proof, _flipped(root, bit))
    assert not _includes(leaf, index, size, [*proof, root], root)
    for at, one in enumerate(proof):
        assert not _includes(leaf, index, size, [*proof[:at], _flipped(one, bit), *proof[at + 1 :]], root)
        assert not _includes(leaf, index, size, [*proof[:at], *proof[at + 1 :]], root)


@settings(max_examples=300)
@given(st.integers(1, SIZE_MAX - 1), st.data())
def test_a_consistency_proof_proves_no_other_history(new: int, data: st.DataObject) -> None:
    old, bit = data.draw(st.integers(1, new)), data.draw(st.integers(0, 255))
    roots, proof = (_root(old), _root(new)), _hashes(consistency_plan(old, new))
    assert not _extends(old, new, (_flipped(roots[0], bit), roots[1]), proof)
    assert not _extends(old, new, (roots[0], _flipped(roots[1], bit)), proof)
    assert not _extends(old, new, roots, [*proof, roots[1]])
    for at, one in enumerate(proof):
        assert not _extends(old, new, roots, [*proof[:at], _flipped(one, bit), *proof[at + 1 :]])
        assert not _extends(old, new, roots, [*proof[:at], *proof[at + 1 :]])
    for other in range(1, new):
        if other != old:
            assert not _extends(other, new, roots, proof)


@given(st.integers(1, 40), st.data())
def test_a_journal_proves_what_it_holds(size: int, data: st.DataObject) -> None:
    journal = a_journal(size)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    within = data.draw(st.integers(index + 1, size))
    leaf = leaf_hash(journal.content(index))
    assert _includes(leaf, index, within, journal.inclusion(index, within), journal.root(within))
    assert _extends(old, size, (journal.root(old), journal.root()), journal.consistency(old))
    assert journal.consistency(0) == []
