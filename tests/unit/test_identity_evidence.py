"""What tags under shared tokens say of fields, and what the model makes of it."""

import json
from importlib.resources import files

import numpy as np
import pytest

from identity.errors import InvalidModel
from identity.evidence import compare, shared_recipes
from identity.links import LinkBlock, Stance
from identity.model import Model, parse_model, shipped_model
from identity.variants import VARIANT_NAMES

Row = tuple[int, int, dict[str, int]]
"""(recipe, which token, tags by variant)"""


def block(*records: list[Row]) -> LinkBlock:
    rows = [row for record in records for row in record]
    token = np.zeros((len(rows), 16), np.uint8)
    tags = np.zeros((len(rows), len(VARIANT_NAMES)), np.uint8)
    for at, (recipe, value, given) in enumerate(rows):
        token[at, 0], token[at, 15] = recipe, value
        for name, tag in given.items():
            tags[at, VARIANT_NAMES.index(name)] = tag
    return LinkBlock(
        record=np.arange(1, len(records) + 1, dtype=np.int64),
        stance=np.zeros(len(records), np.int32),
        stances=(Stance("bank", frozenset({"bank"})),),
        start=np.cumsum([0, *map(len, records)]).astype(np.int64),
        recipe=np.array([row[0] for row in rows], np.uint8),
        token=token,
        tags=tags,
    )


def evidence(one: list[Row], other: list[Row]) -> tuple[set[str], set[str], int]:
    found = compare(block(one, other), np.array([0]), np.array([1]))
    agree, present = (
        {name for bit, name in enumerate(VARIANT_NAMES) if int(mask[0]) >> bit & 1}
        for mask in (found.agree, found.present)
    )
    return agree, present, int(found.recipes[0])


def mask(*names: str) -> int:
    return sum(1 << VARIANT_NAMES.index(name) for name in names)


def test_without_a_shared_token_nothing_is_known() -> None:
    assert evidence([(1, 7, {"g": 5})], [(1, 8, {"g": 5})]) == (set(), set(), 0)


def test_the_same_token_under_another_recipe_is_another_token() -> None:
    assert evidence([(1, 7, {"g": 5})], [(2, 7, {"g": 5})])[2] == 0


def test_tags_agree_only_where_every_shared_token_says_so() -> None:
    one = [(1, 7, {"g": 5, "f": 6, "l": 1}), (2, 7, {"g": 5, "f": 9})]
    other = [(1, 7, {"g": 5, "f": 6, "l": 1}), (2, 7, {"g": 5, "f": 8})]
    assert evidence(one, other) == ({"g", "l"}, {"g", "f", "l"}, 2)


def test_a_variant_that_one_side_lacks_is_not_there() -> None:
    assert evidence([(1, 7, {"g": 5, "d": 3})], [(1, 7, {"g": 5})]) == ({"g"}, {"g"}, 1)


def test_the_last_byte_of_a_token_counts() -> None:
    assert shared_recipes(block([(3, 1, {}), (4, 1, {})], [(3, 2, {}), (4, 1, {})]), 0, 1) == (4,)


def test_the_last_variant_has_its_bit() -> None:
    last = VARIANT_NAMES[-1]
    assert evidence([(1, 7, {last: 255})], [(1, 7, {last: 255})]) == ({last}, {last}, 1)


def test_the_best_state_that_agrees_is_taken_and_a_missing_field_says_nothing() -> None:
    model = shipped_model()
    found = {
        weight.field: weight.state for weight in model.by_field(mask("gp", "ga", "d"), mask("g", "gp", "ga", "d", "f"))
    }
    assert found == {"given_name": "sound", "birth_date": "exact", "family_name": "different"}


def test_exchanged_names_are_seen_as_such() -> None:
    found = {weight.field: weight.state for weight in shipped_model().by_field(mask("gf"), mask("gf", "g", "f"))}
    assert found == {"given_name": "swapped", "family_name": "swapped"}


def test_nothing_known_is_the_prior() -> None:
    assert shipped_model(1_000_000).weight(0, 0) == pytest.approx(-19_932, abs=2)


def test_a_household_alone_is_no_link_and_a_person_in_it_is() -> None:
    model = shipped_model()
    home = mask("f", "p", "a", "c", "t")
    assert model.weight(home, home | mask("g", "d")) < -10_000
    assert model.weight(home | mask("g", "d"), home | mask("g", "d")) >= model.link_millibits


def test_twins_are_not_linked() -> None:
    model = shipped_model()
    home = mask("f", "p", "a", "c", "t", "d", "ym", "md", "yd", "y")
    assert model.weight(home, home | mask("g")) < model.link_millibits


def test_a_greater_group_asks_for_more() -> None:
    pattern = mask("g", "f", "d")
    assert shipped_model(100_000_000).weight(pattern, pattern) < shipped_model(1_000).weight(pattern, pattern)


def test_one_pair_never_says_more_than_the_cap() -> None:
    every = mask(*VARIANT_NAMES)
    assert shipped_model(100).weight(every, every) == 20_000


def test_every_variant_is_weighed_by_some_field() -> None:
    weighed = 0
    for field in shipped_model().fields:
        weighed |= field.mask
        for state in field.states:
            weighed |= state.mask
    assert weighed == mask(*VARIANT_NAMES)


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        ("does not sum to 1", {"m": 0.5}),
        ("an impossible probability", {"u": 0}),
        ("an unknown variant", {"variants": ["zz"]}),
    ],
)
def test_a_bad_model_is_refused(fault: str, change: dict[str, object]) -> None:
    raw = json.loads(files("identity").joinpath("data/model-1.json").read_text("utf-8"))
    raw["fields"][0]["states"][0] |= change
    with pytest.raises(InvalidModel):
        parse_model(json.dumps(raw), group_persons=1000)


def test_a_group_of_one_is_refused() -> None:
    with pytest.raises(InvalidModel):
        shipped_model(1)


def test_a_model_is_a_value() -> None:
    assert isinstance(shipped_model(1000), Model)
    assert shipped_model(1000) == parse_model(
        files("identity").joinpath("data/model-1.json").read_text("utf-8"), group_persons=1000
    )
