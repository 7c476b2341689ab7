"""Cedar policies compiled to a table: what strength a recipient may read a class of traits at, for a purpose."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Self, TypeVar

import cedarpy

from consent.taxonomy import Tree
from consent.trees import Trees
from governance.disclosure import Strength, TraitKind
from governance.policy_source import PolicySource, parse_policies
from identity.ids import EntityId

RULINGS_MAX: Final = 1_000_000
"""Rulings kept in memory; beyond it the table starts afresh."""

_ANOTHER: Final = EntityId("*")
"""Stands for any legal entity that no policy and no entities file names; never a slug, so never a real one."""

_CLASS: Final = "asked"
_DESCENDING: Final = (Strength.CLEAR, Strength.MASKED, Strength.BUCKETED, Strength.TOKEN)

_Uid = dict[str, str]
_Key = TypeVar("_Key")
_Kept = TypeVar("_Kept")


@dataclass(frozen=True, slots=True)
class Ruling:
    """The strongest strength that policy allows, and why.

    `reason`: policy-permits, policy-forbids (some forbid applied), policy-silent (no permit applied), policy-error,
    unknown-purpose or unknown-category. `policies`: the ids that decided it.
    """

    strength: Strength
    policies: tuple[str, ...]
    reason: str


UNKNOWN_PURPOSE: Final = Ruling(Strength.NONE, (), "unknown-purpose")
UNKNOWN_CATEGORY: Final = Ruling(Strength.NONE, (), "unknown-category")


@dataclass(frozen=True, slots=True)
class TraitClass:
    """Traits that policy does not tell apart."""

    controller: EntityId
    category: str
    kind: TraitKind


class PolicyTable:
    """One version of the policies, evaluated by Cedar on first need and looked up after that.

    Whatever is not plainly allowed is denied: an unknown purpose or category, a diagnostic error of Cedar at any
    strength (Cedar itself would skip a forbid that fails), no decision. A purpose or category stands for everything
    below it, as it does in consent: who may read for `marketing` may use it for `advertising`, so the ruling for
    `marketing` is the weakest among those for the purposes below it. Safe to share between threads.

    Source: https://docs.cedarpolicy.com/auth/authorization.html (forbid overrides, skip on error).
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
            readable = (self._of_cones(recipient, purpose, asked).strength for asked in self._classes(recipient))
            known = any(readable)
            _keep(self._readable, (recipient, purpose), known)
        return known

    def evaluate(self, recipient: EntityId, purpose: str, asked: TraitClass) -> Ruling:
        """What Cedar says of exactly this purpose and category, without those below; nothing is looked up or kept."""
        if purpose not in self._purposes:
            return UNKNOWN_PURPOSE
        if asked.category not in self._categories:
            return UNKNOWN_CATEGORY
        parsed = self._parsed
        entities = parsed.entities.with_added_json_str(json.dumps([_trait_class(asked)]), parsed.schema)
        requests = [_request(recipient, purpose, strength) for strength in _DESCENDING]
        answers = cedarpy.is_authorized_batch(requests, parsed.policies, entities, parsed.schema)
        return self._strongest(answers)

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

    def _strongest(self, answers: Sequence[cedarpy.AuthzResult]) -> Ruling:
        """INVARIANT: one erring or undecided strength denies them all, since a skipped forbid looks like an allow."""
        if len(answers) != len(_DESCENDING) or any(_erred(answer) for answer in answers):
            return Ruling(Strength.NONE, (), "policy-error")
        for strength, answer in zip(_DESCENDING, answers, strict=True):
            if answer.allowed:
                return Ruling(strength, self._names_of(answer), "policy-permits")
        forbids = self._names_of(answers[-1])
        return Ruling(Strength.NONE, forbids, "policy-forbids" if forbids else "policy-silent")

    def _names_of(self, answer: cedarpy.AuthzResult) -> tuple[str, ...]:
        return tuple(sorted(self._parsed.names[policy] for policy in answer.diagnostics.reasons))

    def _classes(self, recipient: EntityId) -> Iterator[TraitClass]:
        """Every class that policy can tell apart: entities that nothing names behave like `_ANOTHER`.

        Narrow categories suffice, because a wide one never shows more.
        """
        narrow = dict.fromkeys(cone[0] for cone in self._categories.values() if len(cone) == 1)
        for controller in dict.fromkeys([recipient, _ANOTHER, *self._parsed.controllers]):
            for category in narrow:
                for kind in TraitKind:
                    yield TraitClass(controller, category, kind)


def _cones(tree: Tree[Any], classes: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Term → one term of each class at or below it."""
    return {term.id: tuple(sorted({classes[below] for below in tree.cone(term.id)})) for term in tree}


def _keep(table: dict[_Key, _Kept], key: _Key, value: _Kept) -> None:
    if len(table) >= RULINGS_MAX:
        table.clear()
    table[key] = value


def _erred(answer: cedarpy.AuthzResult) -> bool:
    return bool(answer.diagnostics.errors) or answer.decision not in {cedarpy.Decision.Allow, cedarpy.Decision.Deny}


def _uid(kind: str, name: str) -> _Uid:
    return {"type": kind, "id": name}


def _trait_class(asked: TraitClass) -> dict[str, object]:
    return {
        "uid": _uid("TraitClass", _CLASS),
        "attrs": {
            "controller": {"__entity": _uid("Entity", asked.controller)},
            "kind": {"__entity": _uid("Kind", asked.kind.value)},
        },
        "parents": [_uid("Category", asked.category)],
    }


def _request(recipient: EntityId, purpose: str, strength: Strength) -> dict[str, object]:
    return {
        "principal": _uid("Entity", recipient),
        "action": _uid("Action", f"read-{strength.label}"),
        "resource": _uid("TraitClass", _CLASS),
        "context": {"purpose": {"__entity": _uid("Purpose", purpose)}},
    }
