"""Cedar policies compiled to a table: what strength a recipient may read a class of traits at, for a purpose."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, Self, TypeVar

from consent.taxonomy import Tree
from consent.trees import Trees
from governance.disclosure import Strength, TraitKind
from governance.policy_cedar import Ruling, TraitClass, rulings_of
from governance.policy_source import PolicySource, parse_policies
from identity.ids import EntityId

__all__ = ["PolicyTable", "Ruling", "TraitClass"]

RULINGS_MAX: Final = 1_000_000
"""Rulings kept in memory; beyond it the table starts afresh."""

UNKNOWN_PURPOSE: Final = Ruling(Strength.NONE, (), "unknown-purpose")
UNKNOWN_CATEGORY: Final = Ruling(Strength.NONE, (), "unknown-category")

_ANOTHER: Final = EntityId("*")
"""Stands for any legal entity that no policy and no entities file names; never a slug, so never a real one."""

_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


class PolicyTable:
    """One version of the policies, evaluated by Cedar on first need and looked up after that.

    Whatever is not plainly allowed is denied: an unknown purpose or category, a diagnostic error of Cedar at any
    strength (Cedar itself would skip a forbid that fails), no decision. A purpose or category stands for everything
    below it, as it does in consent: who may read for `marketing` may use it for `advertising`, so the ruling for
    `marketing` is the weakest among those for the purposes below it. Safe to share between threads.
    """

    def __init__(self, source: PolicySource, trees: Trees) -> None:
        """Compile `source` over the hierarchies of purposes and categories in `trees`.

        Raises InvalidPolicy when the set is empty, does not validate strictly, or names what does not exist.
        """
        parsed = parse_policies(source, trees)
        self.version = source.version
        self._parsed = parsed
        self._purposes = _cones(trees.purposes, parsed.purpose_class)
        self._categories = _cones(trees.categories, parsed.category_class)
        self.narrowest_categories = tuple(
            term.id for term in trees.categories if len(trees.categories.cone(term.id)) == 1
        )
        self._rulings: dict[tuple[str, str, str, str, str], Ruling] = {}
        self._by_class: dict[tuple[str, str, TraitClass], Ruling] = {}
        self._readable: dict[tuple[str, str], bool] = {}

    @classmethod
    def shipped(cls, trees: Trees) -> Self:
        """The table of the starter policy that comes with this package."""
        return cls(PolicySource.shipped(), trees)

    def ruling(
        self, *, recipient: EntityId, purpose: str, controller: EntityId, category: str, kind: TraitKind
    ) -> Ruling:
        """What `recipient` may see, for `purpose`, of the traits of `controller` in `category` of this `kind`."""
        key = (recipient, purpose, controller, category, kind)
        known = self._rulings.get(key)
        if known is None:
            known = self._of_cones(recipient, purpose, TraitClass(controller, category, kind))
            _keep(self._rulings, key, known)
        return known

    def may_read_at_all(self, recipient: EntityId, purpose: str) -> bool:
        """True iff some class of traits, of any controller, is readable by `recipient` for `purpose`.

        Independent of any person, so it may be answered before one is looked up.
        """
        known = self._readable.get((recipient, purpose))
        if known is None:
            controllers = dict.fromkeys([recipient, _ANOTHER, *self._parsed.controllers])
            known = any(self._may_read_of(controller, recipient, purpose) for controller in controllers)
            _keep(self._readable, (recipient, purpose), known)
        return known

    def _may_read_of(self, controller: EntityId, recipient: EntityId, purpose: str) -> bool:
        """Whether any class of one controller's traits is readable for every purpose at or below `purpose`.

        Narrow categories suffice, because a wide one never shows more.
        """
        narrow = dict.fromkeys(cone[0] for cone in self._categories.values() if len(cone) == 1)
        asked = [TraitClass(controller, category, kind) for category in narrow for kind in self._parsed.kinds]
        # A few first: where anything is readable, most is.
        return any(self._may_read_one_of(part, recipient, purpose) for part in (asked[:4], asked[4:]))

    def _may_read_one_of(self, asked: Sequence[TraitClass], recipient: EntityId, purpose: str) -> bool:
        if purpose not in self._purposes:
            return False
        left = asked
        for below in self._purposes[purpose]:
            rulings = rulings_of(self._parsed, recipient, below, left)
            left = [one for one, ruling in zip(left, rulings, strict=True) if ruling.strength]
        return bool(left)

    def evaluate(self, recipient: EntityId, purpose: str, asked: TraitClass) -> Ruling:
        """What Cedar says of exactly this purpose and category, without those below; nothing is looked up or kept."""
        if purpose not in self._purposes:
            return UNKNOWN_PURPOSE
        if asked.category not in self._categories:
            return UNKNOWN_CATEGORY
        return rulings_of(self._parsed, recipient, purpose, [asked])[0]

    def _of_cones(self, recipient: EntityId, purpose: str, asked: TraitClass) -> Ruling:
        """The weakest ruling among all that lies at or below the purpose and the category."""
        if purpose not in self._purposes:
            return UNKNOWN_PURPOSE
        if asked.category not in self._categories:
            return UNKNOWN_CATEGORY
        return min(
            (
                self._of_class(recipient, below, replace(asked, category=category))
                for below in self._purposes[purpose]
                for category in self._categories[asked.category]
            ),
            key=lambda ruling: ruling.strength,
        )

    def _of_class(self, recipient: EntityId, purpose: str, asked: TraitClass) -> Ruling:
        key = (recipient, purpose, asked)
        known = self._by_class.get(key)
        if known is None:
            known = self.evaluate(recipient, purpose, asked)
            _keep(self._by_class, key, known)
        return known


def _cones(tree: Tree[Any], classes: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Term → one term of each class at or below it."""
    return {term.id: tuple(sorted({classes[below] for below in tree.cone(term.id)})) for term in tree}


def _keep(table: dict[_Key, _Kept], key: _Key, value: _Kept) -> None:
    if len(table) >= RULINGS_MAX:
        table.clear()
    table[key] = value
