"""How each trait is coarsened: as its company's own contract says, else in steps of one and five."""

import json
from collections.abc import Iterable
from functools import lru_cache

from cdp.wiring import Hub
from governance.disclosure import MaskSpec, Released, Strength
from identity.ids import EntityId

Specs = dict[tuple[EntityId, str], MaskSpec]
"""By company and trait."""


def specs_for(hub: Hub, released: Iterable[Released]) -> Specs:
    """What the contracts say about the traits that are not shown in the clear."""
    coarse = (Strength.BUCKETED, Strength.MASKED)
    found: Specs = {}
    for entity in {item.trait.controller for item in released if item.strength in coarse}:
        for text in hub.stores.runs.contracts(entity).values():
            found |= {(entity, name): MaskSpec(buckets) for name, buckets in _declared(text)}
    return found


@lru_cache(maxsize=256)
def _declared(contract: str) -> tuple[tuple[str, tuple[float, ...]], ...]:
    """Name and bucket bounds of each fact of a contract that has them."""
    facts = json.loads(contract)["facts"]
    return tuple((fact["name"], tuple(fact["buckets"])) for fact in facts if fact["buckets"])
