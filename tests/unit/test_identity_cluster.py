"""Average linkage: what merges, what stays apart, and what never depends on the order."""

from fractions import Fraction
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from identity.cluster import Node, cluster

UNSEEN = -1000


def nodes(count: int) -> list[Node]:
    return [Node((bytes([at]), at)) for at in range(count)]


def test_a_positive_pair_is_one_and_a_negative_is_two() -> None:
    assert cluster(nodes(2), {(0, 1): 1}, unseen=UNSEEN) == [(0, 1)]
    assert cluster(nodes(2), {(0, 1): 0}, unseen=UNSEEN) == [(0,), (1,)]


def test_a_bridge_does_not_make_two_people_one() -> None:
    weights = {(0, 1): 9000, (2, 3): 9000, (1, 2): 3500, (0, 2): -9000, (0, 3): -9000, (1, 3): -9000}
    assert cluster(nodes(4), weights, unseen=UNSEEN) == [(0, 1), (2, 3)]


def test_a_pair_not_seen_counts_against_a_merge() -> None:
    chain = {(0, 1): 5000, (1, 2): 900}
    assert cluster(nodes(3), chain, unseen=UNSEEN) == [(0, 1), (2,)]
    assert cluster(nodes(3), chain | {(1, 2): 1100}, unseen=UNSEEN) == [(0, 1, 2)]


def test_cannot_link_wins_over_any_weight() -> None:
    apart = [Node((b"a", 0), frozenset({1})), Node((b"b", 1)), Node((b"c", 2), frozenset({2}), frozenset({1}))]
    found = cluster(apart, {(0, 1): 20000, (1, 2): 19000, (0, 2): 20000}, unseen=UNSEEN)
    assert found == [(0, 1), (2,)]


def test_means_that_differ_by_a_hair_are_told_apart() -> None:
    """1000/3 against 333: only exact comparison sees which is greater."""
    weights = {(0, 1): 20000, (0, 2): 20000, (1, 2): 20000, (0, 3): 334, (1, 3): 333, (2, 3): 333, (3, 4): 333}
    assert cluster(nodes(5), weights, unseen=UNSEEN) == [(0, 1, 2, 3), (4,)]


graphs = st.integers(2, 7).flatmap(
    lambda count: st.tuples(
        st.just(count),
        st.dictionaries(
            st.sampled_from(list(combinations(range(count), 2))), st.integers(-4, 8).map(lambda n: n * 500)
        ),
        st.permutations(range(count)),
        st.sets(st.sampled_from(list(combinations(range(count), 2))), max_size=2),
    )
)


@given(graphs)
@settings(max_examples=80)
def test_the_order_of_records_never_matters(graph: tuple) -> None:
    count, weights, order, apart = graph
    base = [
        Node(
            (bytes([at]), at),
            frozenset({at}),
            frozenset(b for a, b in apart if a == at) | {a for a, b in apart if b == at},
        )
        for at in range(count)
    ]
    place = {at: new for new, at in enumerate(order)}
    renamed = {tuple(sorted((place[a], place[b]))): weight for (a, b), weight in weights.items()}
    shuffled = cluster([base[at] for at in order], renamed, unseen=UNSEEN)
    assert sorted(tuple(sorted(order[at] for at in members)) for members in shuffled) == cluster(
        base, weights, unseen=UNSEEN
    )


@given(graphs)
@settings(max_examples=80)
def test_what_is_found_is_what_slow_fractions_find(graph: tuple) -> None:
    count, weights, _, _ = graph
    clusters = [(at,) for at in range(count)]
    while True:
        means = {
            (
                -Fraction(
                    sum(weights.get(tuple(sorted((a, b))), UNSEEN) for a in one for b in two), len(one) * len(two)
                ),
                one,
                two,
            )
            for one, two in combinations(sorted(clusters), 2)
        }
        if not means or min(means)[0] >= 0:
            break
        _, one, two = min(means)
        clusters = [members for members in clusters if members not in (one, two)] + [tuple(sorted(one + two))]
    assert cluster(nodes(count), weights, unseen=UNSEEN) == sorted(clusters)
