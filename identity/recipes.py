"""Recipes: which conjunctions of field variants make a match key, as a frozen, numbered table."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from identity.errors import InvalidRecipes
from identity.variants import VARIANT_NAMES

RECIPE_NUMBER_MAX = 127
COMPONENTS_MAX = 4


@dataclass(frozen=True, slots=True)
class Recipe:
    """One match key: its frozen number and the variants that must all be there."""

    number: int
    components: tuple[str, ...]

    @property
    def name(self) -> str:
        """How people read it, such as `gp fp d`."""
        return " ".join(self.components)


@dataclass(frozen=True, slots=True)
class RecipeTable:
    """Recipes in order of their numbers.

    INVARIANT: a number never changes its meaning; a new meaning takes a new number. `norm_version` counts changes of
    normalisation that change values, and is part of every token.
    """

    version: int
    norm_version: int
    recipes: tuple[Recipe, ...]

    def __post_init__(self) -> None:
        _check(self)

    def name(self, number: int) -> str:
        """The name of recipe `number`, or `recipe <number>` for one that this table does not know."""
        for recipe in self.recipes:
            if recipe.number == number:
                return recipe.name
        return f"recipe {number}"


@cache
def shipped_recipes() -> RecipeTable:
    """The table that comes with this release."""
    return parse_recipes(files("identity").joinpath("data/recipes.yaml").read_text("utf-8"))


def parse_recipes(text: str) -> RecipeTable:
    """The table that YAML `text` holds.

    Raises InvalidRecipes when it is not a table, or breaks a rule of `RecipeTable`.
    """
    raw = yaml.safe_load(text)
    if not isinstance(raw, Mapping):
        raise InvalidRecipes("the recipes are not a table", remedy="see identity/data/recipes.yaml for its shape")
    try:
        return RecipeTable(
            version=int(raw["version"]),
            norm_version=int(raw["norm_version"]),
            recipes=tuple(_recipe(number, components) for number, components in sorted(raw["recipes"].items())),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as fault:
        raise InvalidRecipes(
            "the recipes are not a table", remedy="give version, norm_version and recipes, each 'number: variants'"
        ) from fault


def _recipe(number: Any, components: Any) -> Recipe:
    return Recipe(number=int(number), components=tuple(str(components).split()))


def _check(table: RecipeTable) -> None:
    numbers = [recipe.number for recipe in table.recipes]
    if not numbers or numbers != sorted(set(numbers)) or numbers[0] < 1 or numbers[-1] > RECIPE_NUMBER_MAX:
        raise InvalidRecipes("recipe numbers must be distinct, ascending and within 1 to 127")
    if len({frozenset(recipe.components) for recipe in table.recipes}) != len(numbers):
        raise InvalidRecipes("two recipes make the same match key", remedy="remove one of them")
    for recipe in table.recipes:
        unknown = [name for name in recipe.components if name not in VARIANT_NAMES]
        if unknown:
            raise InvalidRecipes(f"recipe {recipe.number} names an unknown variant: {unknown[0]}")
        if not 1 <= len(set(recipe.components)) == len(recipe.components) <= COMPONENTS_MAX:
            raise InvalidRecipes(f"recipe {recipe.number} must name 1 to {COMPONENTS_MAX} different variants")
