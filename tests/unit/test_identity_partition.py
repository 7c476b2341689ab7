"""Components: whole ones, doubtful ones, and those beyond the limit."""

import numpy as np

from identity.judgements import Judgements
from identity.links import LinkBlock, Stance
from identity.model import shipped_model
from identity.partition import Rules, WeighedPairs, partition
from identity.variants import VARIANT_NAMES


def found(count: int, weights: dict[tuple[int, int], int], *, limit: int = 100) -> list[tuple[int, ...]]:
    """The clusters of `count` records with distinct contents, numbered from 0."""
    token = np.zeros((count, 16), np.uint8)
    token[:, 0] = np.arange(count)
    block = LinkBlock(
        record=np.arange(count, dtype=np.int64),
        stance=np.zeros(count, np.int32),
        stances=(Stance("bank", frozenset({"bank"})),),
        start=np.arange(count + 1, dtype=np.int64),
        recipe=np.ones(count, np.uint8),
        token=token,
        tags=np.zeros((count, len(VARIANT_NAMES)), np.uint8),
    )
    ends = np.array(sorted(weights), np.intp).reshape(-1, 2)
    weight = np.array([weights[pair] for pair in sorted(weights)], np.int64)
    pairs = WeighedPairs(ends[:, 0], ends[:, 1], weight, weight >= 3170)
    rules = Rules(shipped_model(), Judgements(), limit)
    return sorted(tuple(sorted(members)) for members in partition(block, np.arange(count), pairs, rules))


def test_records_without_edges_are_alone() -> None:
    assert found(3, {(0, 1): 3169, (1, 2): -5}) == [(0,), (1,), (2,)]


def test_a_whole_component_is_one_person() -> None:
    assert found(4, {(0, 1): 4000, (1, 2): 4000, (0, 2): 1}) == [(0, 1, 2), (3,)]


def test_a_negative_pair_keeps_its_say_inside_a_component() -> None:
    assert found(3, {(0, 1): 9000, (1, 2): 4000, (0, 2): -9000}) == [(0, 1), (2,)]


def test_a_negative_pair_between_components_joins_nothing() -> None:
    assert found(4, {(0, 1): 9000, (2, 3): 9000, (1, 2): 3000}) == [(0, 1), (2, 3)]


def test_a_component_beyond_the_limit_falls_apart_at_its_weakest_edges() -> None:
    weights = {(0, 1): 9000, (1, 2): 9000, (0, 2): 9000, (3, 4): 9000, (2, 3): 3500, (0, 3): 3500, (1, 3): 3500}
    weights |= {(0, 4): 3500, (1, 4): 3500, (2, 4): 3500}
    assert found(5, weights) == [(0, 1, 2, 3, 4)]
    assert found(5, weights, limit=4) == [(0, 1, 2), (3, 4)]


def test_what_never_falls_apart_below_the_limit_links_nobody() -> None:
    assert found(3, {(0, 1): 9000, (1, 2): 9000, (0, 2): 9000}, limit=2) == [(0,), (1,), (2,)]
