"""The slow and obvious resolver: all pairs of all records, sets and fractions, nothing kept from before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations

import numpy as np

from identity.hub_keys import HubKeys, index_values, rekey
from identity.ids import EntityId, RecordId
from identity.judgements import Judgements
from identity.links import LinkBlock, Stance
from identity.model import Model
from identity.neighbourhood import FORCED_MILLIBITS
from identity.partition import content_key
from identity.tokens import TokenRow


@dataclass(frozen=True)
class Kept:
    """A record as the set holds it."""

    entity: EntityId
    linkable_with: frozenset[EntityId]
    tokens: TokenRow


def persons(
    kept: Mapping[RecordId, Kept], *, model: Model, keys: HubKeys, token_records_max: int, judgements: Judgements
) -> set[frozenset[RecordId]]:
    """The partition that a set of records must have, whatever happened before."""
    seen, edges = _pairs(kept, model, keys, token_records_max, judgements)
    apart = {pair for pair in combinations(sorted(kept), 2) if not _may_meet(kept, pair, judgements)}
    key_of = {record: _key(record, one, keys) for record, one in kept.items()}
    found: set[frozenset[RecordId]] = set()
    for component in _components(kept, edges):
        inside = {pair: weight for pair, weight in seen.items() if component.issuperset(pair)}
        found |= _agglomerated(component, inside, apart, key_of, model.unseen_millibits)
    return found


def _pairs(
    kept: Mapping[RecordId, Kept], model: Model, keys: HubKeys, cap: int, judgements: Judgements
) -> tuple[dict[tuple[RecordId, RecordId], int], set[tuple[RecordId, RecordId]]]:
    index = {record: set(index_values(rekey(one.tokens.token, keys.token)).tolist()) for record, one in kept.items()}
    holders = {value: sum(value in held for held in index.values()) for values in index.values() for value in values}
    seen, edges = {}, set()
    for pair in combinations(sorted(kept), 2):
        left, right = pair
        if not _may_meet(kept, pair, judgements):
            continue
        agree, present, recipes = _evidence(kept[left].tokens, kept[right].tokens)
        if pair in judgements.forced:
            seen[pair] = FORCED_MILLIBITS
            edges.add(pair)
        elif any(holders[value] <= cap for value in index[left] & index[right]):
            seen[pair] = model.weight(agree, present)
            if seen[pair] >= model.link_millibits and recipes >= model.recipes_min:
                edges.add(pair)
    return seen, edges


def _may_meet(kept: Mapping[RecordId, Kept], pair: tuple[RecordId, RecordId], judgements: Judgements) -> bool:
    one, other = kept[pair[0]], kept[pair[1]]
    permitted = one.entity in other.linkable_with and other.entity in one.linkable_with
    return permitted and pair not in judgements.forbidden


def _evidence(one: TokenRow, other: TokenRow) -> tuple[int, int, int]:
    shared = [
        (mine, yours)
        for mine in range(len(one))
        for yours in range(len(other))
        if one.recipe[mine] == other.recipe[yours] and bytes(one.token[mine]) == bytes(other.token[yours])
    ]
    agree = present = 0
    for variant in range(one.tags.shape[1]):
        tags = [(int(one.tags[mine, variant]), int(other.tags[yours, variant])) for mine, yours in shared]
        both = [pair for pair in tags if pair[0] and pair[1]]
        present |= bool(both) << variant
        agree |= (bool(both) and all(first == second for first, second in both)) << variant
    return agree, present, len(shared)


def _components(kept: Mapping[RecordId, Kept], edges: set[tuple[RecordId, RecordId]]) -> list[set[RecordId]]:
    components = [{record} for record in kept]
    for left, right in edges:
        one = next(component for component in components if left in component)
        other = next(component for component in components if right in component)
        if one is not other:
            components.remove(other)
            one |= other
    return components


def _agglomerated(
    component: set[RecordId],
    seen: Mapping[tuple[RecordId, RecordId], int],
    apart: set[tuple[RecordId, RecordId]],
    key_of: Mapping[RecordId, tuple[bytes, int]],
    unseen: int,
) -> set[frozenset[RecordId]]:
    clusters = [frozenset((record,)) for record in component]
    while True:
        choices = []
        for one, other in combinations(clusters, 2):
            cross = [(min(a, b), max(a, b)) for a in one for b in other]
            if any(pair in apart for pair in cross):
                continue
            mean = Fraction(sum(seen.get(pair, unseen) for pair in cross), len(cross))
            if mean > 0:
                keys = sorted((min(key_of[record] for record in one), min(key_of[record] for record in other)))
                choices.append((-mean, keys, one, other))
        if not choices:
            return set(clusters)
        _, _, one, other = min(choices, key=lambda choice: choice[:2])
        clusters = [cluster for cluster in clusters if cluster not in (one, other)] + [one | other]


def _key(record: RecordId, one: Kept, keys: HubKeys) -> tuple[bytes, int]:
    block = LinkBlock(
        record=np.array([record], np.int64),
        stance=np.zeros(1, np.int32),
        stances=(Stance(one.entity, one.linkable_with),),
        start=np.array([0, len(one.tokens)], np.int64),
        recipe=one.tokens.recipe,
        token=rekey(one.tokens.token, keys.token),
        tags=one.tokens.tags,
    )
    return content_key(block, 0)


def partition_of(super_ids: Mapping[RecordId, bytes], records: Sequence[RecordId]) -> set[frozenset[RecordId]]:
    """The partition that super-IDs say."""
    groups: dict[bytes, set[RecordId]] = {}
    for record in records:
        groups.setdefault(super_ids[record], set()).add(record)
    return {frozenset(group) for group in groups.values()}
