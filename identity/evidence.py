"""What the shared tokens of two records, and the tags under them, say about each field."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from identity.links import LinkBlock
from identity.recipes import RECIPE_NUMBER_MAX

_CHUNK_PAIRS = 1 << 14


@dataclass(frozen=True, slots=True)
class Evidence:
    """Per pair (P,): bit v of `present` says that both records have variant v, of `agree` that they have the same.

    `recipes` counts the recipes whose tokens are equal; without any, nothing is known and the masks are 0.
    """

    agree: NDArray[np.uint64]
    present: NDArray[np.uint64]
    recipes: NDArray[np.int64]


def compare(block: LinkBlock, left: NDArray[np.intp], right: NDArray[np.intp]) -> Evidence:
    """The evidence of the pairs of records at positions `left` and `right` of `block`.

    Over all tokens that the two share, whoever proposed the pair: a variant agrees iff its tags are equal under every
    shared token where both have it. Two different values agree by chance under one token once in 255.
    """
    parts = [
        _compare(block, left[start : start + _CHUNK_PAIRS], right[start : start + _CHUNK_PAIRS])
        for start in range(0, len(left), _CHUNK_PAIRS)
    ]
    if not parts:
        return Evidence(np.zeros(0, np.uint64), np.zeros(0, np.uint64), np.zeros(0, np.int64))
    return Evidence(
        agree=np.concatenate([part.agree for part in parts]),
        present=np.concatenate([part.present for part in parts]),
        recipes=np.concatenate([part.recipes for part in parts]),
    )


def shared_recipes(block: LinkBlock, left: int, right: int) -> tuple[int, ...]:
    """The numbers of the recipes whose tokens the records at these two positions share."""
    rows = [slice(block.start[position], block.start[position + 1]) for position in (left, right)]
    ours, theirs = (
        {(int(number), bytes(token)) for number, token in zip(block.recipe[row], block.token[row], strict=True)}
        for row in rows
    )
    return tuple(sorted(number for number, _ in ours & theirs))


def _compare(block: LinkBlock, left: NDArray[np.intp], right: NDArray[np.intp]) -> Evidence:
    involved, positions = np.unique(np.concatenate((left, right)), return_inverse=True)
    wide_left, wide_right = positions[: len(left)], positions[len(left) :]
    row_of = _wide(block, involved)
    halves = block.token.view(np.uint64).reshape(-1, 2)
    left_row, right_row = row_of[wide_left], row_of[wide_right]
    pair, recipe = np.nonzero((left_row >= 0) & (right_row >= 0))
    rows_l, rows_r = left_row[pair, recipe], right_row[pair, recipe]
    same = (halves[rows_l, 0] == halves[rows_r, 0]) & (halves[rows_l, 1] == halves[rows_r, 1])
    pair, rows_l, rows_r = pair[same], rows_l[same], rows_r[same]

    tags_l, tags_r = block.tags[rows_l], block.tags[rows_r]
    both = (tags_l != 0) & (tags_r != 0)
    present_each = _packed(both)
    refuted_each = _packed(both & (tags_l != tags_r))

    present = np.zeros(len(left), dtype=np.uint64)
    refuted = np.zeros(len(left), dtype=np.uint64)
    if len(pair):
        first = np.flatnonzero(np.diff(pair, prepend=-1))  # np.nonzero gives pairs in ascending order
        present[pair[first]] = np.bitwise_or.reduceat(present_each, first)
        refuted[pair[first]] = np.bitwise_or.reduceat(refuted_each, first)
    recipes = np.bincount(pair, minlength=len(left)).astype(np.int64)
    return Evidence(agree=present & ~refuted, present=present, recipes=recipes)


def _wide(block: LinkBlock, involved: NDArray[np.intp]) -> NDArray[np.int64]:
    """(records, recipe number): the token row that a record has for a recipe, or -1."""
    owner, rows = block.rows_of(involved)
    wide = np.full((len(involved), RECIPE_NUMBER_MAX + 1), -1, dtype=np.int64)
    wide[np.searchsorted(involved, owner), block.recipe[rows]] = rows
    return wide[:, : int(block.recipe[rows].max(initial=0)) + 1]


def _packed(flags: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """(n, V) flags as one mask per row, variant v in bit v."""
    packed = np.packbits(flags, axis=1, bitorder="little")
    padded = np.zeros((len(flags), 8), dtype=np.uint8)
    padded[:, : packed.shape[1]] = packed
    return padded.view("<u8").reshape(-1).astype(np.uint64)
