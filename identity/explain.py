"""Why two records are, or are not, one person: in fields, states and bits, never in values."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from identity.evidence import compare, shared_recipes
from identity.ids import RecordId
from identity.links import LinkBlock
from identity.model import Model
from identity.recipes import RecipeTable

_STRONG_MILLIBITS = 10_000


class Band(StrEnum):
    """All that somebody who is not a steward learns of a pair: more would help to probe."""

    STRONG = "strong"
    LIKELY = "likely"
    WEAK = "weak"


@dataclass(frozen=True, slots=True)
class FieldBits:
    """What one field says: `bits` for one person, against two unrelated ones."""

    field: str
    state: str
    bits: float


@dataclass(frozen=True, slots=True)
class BandedPair:
    """An explanation for everybody."""

    left: RecordId
    right: RecordId
    band: Band


@dataclass(frozen=True, slots=True)
class PairExplanation:
    """An explanation for stewards, as a waterfall: prior + fields + household and cap = bits.

    `household_bits` is what is taken away because a household would explain the pair too, and beyond the cap of the
    model. `recipes` names the match keys that the two share; `linked` says whether this pair is an edge on its own.
    """

    left: RecordId
    right: RecordId
    bits: float
    prior_bits: float
    fields: tuple[FieldBits, ...]
    household_bits: float
    recipes: tuple[str, ...]
    linked: bool

    def banded(self) -> BandedPair:
        """The same for those who are not stewards."""
        band = Band.STRONG if self.bits * 1000 >= _STRONG_MILLIBITS else Band.LIKELY
        return BandedPair(self.left, self.right, band if self.linked else Band.WEAK)


def explain_pair(block: LinkBlock, left: int, right: int, *, model: Model, recipes: RecipeTable) -> PairExplanation:
    """The explanation of the records at two positions of `block`."""
    evidence = compare(block, np.array([left], np.intp), np.array([right], np.intp))
    agree, present = int(evidence.agree[0]), int(evidence.present[0])
    fields = model.by_field(agree, present)
    total = model.weight(agree, present)
    rest = total - model.prior_match - sum(field.millibits for field in fields)
    return PairExplanation(
        left=RecordId(int(block.record[left])),
        right=RecordId(int(block.record[right])),
        bits=total / 1000,
        prior_bits=model.prior_match / 1000,
        fields=tuple(FieldBits(field.field, field.state, field.millibits / 1000) for field in fields),
        household_bits=rest / 1000,
        recipes=tuple(recipes.name(number) for number in shared_recipes(block, left, right)),
        linked=total >= model.link_millibits and int(evidence.recipes[0]) >= model.recipes_min,
    )
