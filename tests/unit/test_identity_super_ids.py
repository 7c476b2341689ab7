"""Who keeps a super-ID when persons merge and split."""

from itertools import count

from identity.super_ids import Moved, assign, successions

OLD, YOUNG = b"old", b"young"


def give(clusters: list[list[int]], before: dict[int, bytes]) -> dict[int, bytes]:
    numbers = count(1)
    births = {OLD: 5, YOUNG: 9}
    return assign(
        clusters, before, born=lambda ids: {one: births[one] for one in ids}, fresh=lambda: b"fresh%d" % next(numbers)
    )


def test_the_plurality_keeps_its_super_id() -> None:
    assert give([[1, 2, 3]], {1: OLD, 2: YOUNG, 3: YOUNG}) == {1: YOUNG, 2: YOUNG, 3: YOUNG}


def test_a_tie_goes_to_the_older() -> None:
    assert give([[1, 2]], {1: YOUNG, 2: OLD}) == {1: OLD, 2: OLD}


def test_after_a_split_the_greater_part_keeps_it_and_the_rest_is_fresh() -> None:
    assert give([[1], [2, 3]], {1: OLD, 2: OLD, 3: OLD}) == {1: b"fresh1", 2: OLD, 3: OLD}


def test_a_part_may_take_over_the_super_id_that_lost_its_plurality() -> None:
    assert give([[1, 2, 3], [4]], {1: OLD, 2: OLD, 3: YOUNG, 4: YOUNG}) == {1: OLD, 2: OLD, 3: OLD, 4: YOUNG}


def test_a_record_without_a_say_gets_a_fresh_one() -> None:
    assert give([[1], [2]], {2: OLD}) == {1: b"fresh1", 2: OLD}


def test_a_super_id_that_ended_was_merged_and_one_that_lives_was_split() -> None:
    moves = [Moved(1, b"a", b"c"), Moved(2, b"b", b"c"), Moved(3, None, b"d"), Moved(4, b"a", None)]
    trails = successions(moves, {b"b": (), b"c": ()}, withdrawn=frozenset())
    assert trails.merged == ((b"a", b"c"),)
    assert trails.split == ((b"b", b"c"),)


def test_no_trail_leads_from_a_withdrawn_record_to_its_fresh_super_id() -> None:
    trails = successions([Moved(1, b"a", b"z")], {b"z": ()}, withdrawn=frozenset({1}))
    assert trails.merged == trails.split == ()
