"""The shipped table of recipes, and tables that are refused."""

import pytest

from identity.errors import InvalidRecipes
from identity.normalise import NORM_VERSION
from identity.recipes import parse_recipes, shipped_recipes

FROZEN = {1: "i", 2: "e", 3: "l", 12: "gp fp d", 25: "gp fp p", 45: "g f", 55: "fk gk d", 61: "i p"}


def test_shipped_numbers_keep_their_meaning() -> None:
    names = {recipe.number: recipe.name for recipe in shipped_recipes().recipes}
    assert {number: names[number] for number in FROZEN} == FROZEN
    assert len(names) == 61


def test_recipes_and_normalisation_are_of_one_version() -> None:
    assert shipped_recipes().norm_version == NORM_VERSION


def test_no_shipped_recipe_is_one_weak_variant() -> None:
    alone = {recipe.name for recipe in shipped_recipes().recipes if len(recipe.components) == 1}
    assert alone == {"i", "e", "el", "l"}


def test_an_unknown_number_still_has_a_name() -> None:
    assert shipped_recipes().name(12) == "gp fp d"
    assert shipped_recipes().name(126) == "recipe 126"


@pytest.mark.parametrize(
    ("fault", "recipes"),
    [
        ("an unknown variant", "{1: g zz}"),
        ("a variant twice", "{1: g g}"),
        ("the same key under two numbers", "{1: g f, 2: f g}"),
        ("number 0", "{0: g f}"),
        ("a number beyond the greatest", "{128: g f}"),
        ("too many variants", "{1: g f d p a}"),
        ("no recipes", "{}"),
        ("a list", "[g f]"),
        ("an empty recipe", "{1: ''}"),
    ],
)
def test_a_bad_table_is_refused(fault: str, recipes: str) -> None:
    with pytest.raises(InvalidRecipes):
        parse_recipes(f"version: 1\nnorm_version: 1\nrecipes: {recipes}\n")


@pytest.mark.parametrize("text", ["", "just words", "version: 1\nrecipes: {1: i}"])
def test_what_is_no_table_is_refused(text: str) -> None:
    with pytest.raises(InvalidRecipes):
        parse_recipes(text)
