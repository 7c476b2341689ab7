"""The model of evidence: what agreement and difference of each field are worth, in milli-bits."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

from identity.errors import InvalidModel
from identity.variants import VARIANT_NAMES

GROUP_PERSONS_DEFAULT = 1_000_000
_MEMO_PATTERNS_MAX = 1 << 18


@dataclass(frozen=True, slots=True)
class State:
    """One way two values of a field can relate: seen if any of `mask`'s variants agrees.

    Without a mask it says that nothing agrees: `told` then are variants that both records must have for it, so that two
    names that differ in one script weigh more than two that stand in different ones.

    `match`, `unrelated`, `household` are milli-bits, log2 of the probability of this state among pairs of that class.
    """

    name: str
    mask: int
    match: int
    unrelated: int
    household: int
    told: int = 0


@dataclass(frozen=True, slots=True)
class Field:
    """A field: it is there if both records have one of `mask`'s variants; `states` from best to `different`."""

    name: str
    mask: int
    states: tuple[State, ...]

    def state(self, agree: int, present: int) -> State | None:
        """The first state that the agreeing variants show, the last if none does, None if the field is missing."""
        if not present & self.mask:
            return None
        for state in self.states:
            if agree & state.mask or (not state.mask and state.told & present == state.told):
                return state
        return self.states[-1]


@dataclass(frozen=True, slots=True)
class FieldWeight:
    """What one field says: its state, and milli-bits for a match against an unrelated pair."""

    field: str
    state: str
    millibits: int


@dataclass(frozen=True, slots=True)
class Model:
    """Three classes of pairs: match, unrelated, household (two people who share family, address, phone).

    Frozen with its version: numbers, group size and household rate. `link_millibits` is the least weight of an edge;
    `recipes_min` the least number of different recipes behind it; `unseen_millibits` what a pair that nothing proposed
    counts in a cluster; `cap_millibits` the most that one pair can say.
    """

    version: int
    fields: tuple[Field, ...]
    prior_match: int
    prior_household: int
    link_millibits: int
    recipes_min: int
    unseen_millibits: int
    cap_millibits: int
    _memo: dict[tuple[int, int], int] = field(default_factory=dict, repr=False, compare=False)

    def weight(self, agree: int, present: int) -> int:
        """Milli-bits of log-odds that a pair with this pattern is one person, the prior included; at most the cap."""
        key = (agree, present)
        known = self._memo.get(key)
        if known is None:
            if len(self._memo) >= _MEMO_PATTERNS_MAX:
                self._memo.clear()
            known = self._memo[key] = self._weight(agree, present)
        return known

    def by_field(self, agree: int, present: int) -> tuple[FieldWeight, ...]:
        """What each field that is there says, in the order of the model."""
        states = ((kind.name, kind.state(agree, present)) for kind in self.fields)
        return tuple(
            FieldWeight(name, state.name, state.match - state.unrelated) for name, state in states if state is not None
        )

    def _weight(self, agree: int, present: int) -> int:
        states = [state for kind in self.fields if (state := kind.state(agree, present)) is not None]
        match = self.prior_match + sum(state.match for state in states)
        unrelated = sum(state.unrelated for state in states)
        household = self.prior_household + sum(state.household for state in states)
        return min(match - _log_sum(unrelated, household), self.cap_millibits)


def _log_sum(first: int, second: int) -> int:
    """Milli-bits of the sum of two probabilities that are given in milli-bits."""
    high, low = max(first, second), min(first, second)
    return high + round(1000 * math.log2(1 + 2 ** ((low - high) / 1000)))


@cache
def shipped_model(group_persons: int = GROUP_PERSONS_DEFAULT) -> Model:
    """The model that comes with this release, for a group of so many persons."""
    return parse_model(files("identity").joinpath("data/model-1.json").read_text("utf-8"), group_persons=group_persons)


def parse_model(text: str, *, group_persons: int) -> Model:
    """The model that JSON `text` holds.

    Raises InvalidModel when a variant is unknown, a probability is outside (0, 1], or a field's do not sum to 1.
    """
    if group_persons < 2:
        raise InvalidModel("a group has at least two persons", remedy="set group_persons to the size of the group")
    try:
        raw = json.loads(text)
        fields = tuple(_field(entry) for entry in raw["fields"])
        odds = raw["link_posterior"] / (1 - raw["link_posterior"])
        return Model(
            version=int(raw["version"]),
            fields=fields,
            prior_match=_millibits(1 / group_persons),
            prior_household=_millibits(raw["household_others"] / group_persons),
            link_millibits=_millibits(odds),
            recipes_min=int(raw["recipes_min"]),
            unseen_millibits=int(raw["unseen_millibits"]),
            cap_millibits=int(raw["cap_millibits"]),
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as fault:
        raise InvalidModel("the model is not one", remedy="see identity/data/model-1.json for its shape") from fault


def _field(raw: Mapping[str, Any]) -> Field:
    states = tuple(
        State(
            name=str(entry["state"]),
            mask=_mask(entry["variants"]),
            match=_millibits(entry["m"]),
            unrelated=_millibits(entry["u"]),
            household=_millibits(entry["h"]),
            told=_mask(entry.get("told", [])),
        )
        for entry in raw["states"]
    )
    for kind in ("m", "u", "h"):
        if not math.isclose(sum(entry[kind] for entry in raw["states"]), 1.0, abs_tol=1e-6):
            raise InvalidModel(f"the probabilities {kind} of field {raw['field']} do not sum to 1")
    if states[-1].mask or states[-1].told or any(not (state.mask or state.told) for state in states[:-1]):
        raise InvalidModel(
            f"field {raw['field']} must end with its only state without variants and without a condition"
        )
    return Field(name=str(raw["field"]), mask=_mask(raw["variants"]), states=states)


def _mask(names: list[str]) -> int:
    return sum(1 << VARIANT_NAMES.index(name) for name in names)


def _millibits(probability: float) -> int:
    return round(1000 * math.log2(probability))
