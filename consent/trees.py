"""The two trees that every decision is made against, held together."""

from dataclasses import dataclass
from functools import cache

from consent.categories import CategoryTree
from consent.purposes import PurposeTree


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """The purposes and the data categories in force."""

    purposes: PurposeTree
    categories: CategoryTree


@cache
def shipped() -> Trees:
    """The trees as we ship them, without anything of the operator's."""
    return Trees(PurposeTree.shipped(), CategoryTree.shipped())
