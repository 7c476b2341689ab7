"""Which super-ID each cluster keeps, and what that means for those who knew another."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from identity.ids import FOREVER, Instant, RecordId, SuperId

SUPER_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class Moved:
    """A record whose super-ID changed; None before its first and after its last."""

    record: RecordId
    before: SuperId | None
    after: SuperId | None


@dataclass(frozen=True, slots=True)
class Successions:
    """What became of super-IDs that lost records: (gone, kept) and (from, new), each pair once, ascending."""

    merged: tuple[tuple[SuperId, SuperId], ...]
    split: tuple[tuple[SuperId, SuperId], ...]


def assign(
    clusters: Sequence[Sequence[RecordId]],
    before: Mapping[RecordId, SuperId],
    *,
    born: Callable[[Sequence[SuperId]], Mapping[SuperId, Instant]],
    fresh: Callable[[], SuperId],
) -> dict[RecordId, SuperId]:
    """The super-ID of every record of `clusters`.

    A super-ID goes to at most one cluster, by most records that bore it; ties to the super-ID that was born first,
    then to the cluster with the smallest record. A cluster that gets none has a `fresh` one. Leave a record out of
    `before` to give it no say, as for one that was withdrawn.
    """
    claims = [
        (count, super_id, number)
        for number, records in enumerate(clusters)
        for super_id, count in Counter(before[record] for record in records if record in before).items()
    ]
    ages = _ages(claims, born)
    claims.sort(key=lambda claim: (-claim[0], ages.get(claim[1], FOREVER), claim[1], min(clusters[claim[2]])))
    kept: dict[int, SuperId] = {}
    taken: set[SuperId] = set()
    for _, super_id, number in claims:
        if number not in kept and super_id not in taken:
            kept[number] = super_id
            taken.add(super_id)
    given = [kept[number] if number in kept else fresh() for number in range(len(clusters))]
    return {record: given[number] for number, records in enumerate(clusters) for record in records}


def successions(
    moves: Sequence[Moved], alive: Mapping[SuperId, object], *, withdrawn: frozenset[RecordId]
) -> Successions:
    """How the super-IDs that records left are related to those that they came to.

    `alive` holds the super-IDs that still have members. A withdrawn record leaves no trail from its old super-ID when
    nobody stayed behind: its fresh one must not be known to follow.
    """
    pairs = sorted(
        {
            (move.before, move.after, move.before in alive)
            for move in moves
            if move.before is not None and move.after is not None and move.record not in withdrawn
        }
    )
    return Successions(
        merged=tuple((gone, kept) for gone, kept, lives in pairs if not lives),
        split=tuple((source, new) for source, new, lives in pairs if lives),
    )


def _ages(
    claims: Sequence[tuple[int, SuperId, int]], born: Callable[[Sequence[SuperId]], Mapping[SuperId, Instant]]
) -> Mapping[SuperId, Instant]:
    """Births of the super-IDs that meet another in one cluster; the rest need no tie-break among super-IDs."""
    rivals = Counter(number for _, _, number in claims)
    contested = sorted({super_id for _, super_id, number in claims if rivals[number] > 1})
    return born(contested) if contested else {}
