"""What stewards decided about pairs of records: never one person, or surely one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from identity.errors import InvalidChange
from identity.ids import RecordId

Pair = tuple[RecordId, RecordId]


@dataclass(frozen=True, slots=True)
class Judgements:
    """Pairs of records, smaller first: `forbidden` never share a super-ID, `forced` are an edge of the greatest weight.

    A missing permission to link beats `forced`; `forbidden` and `forced` of one pair raise InvalidChange.
    """

    forbidden: frozenset[Pair] = frozenset()
    forced: frozenset[Pair] = frozenset()
    _partners: Mapping[RecordId, tuple[RecordId, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.forbidden & self.forced:
            raise InvalidChange("a pair of records is both forced and forbidden", remedy="withdraw one judgement")
        object.__setattr__(self, "_partners", _partners(self.forced))

    def partners(self, record: RecordId) -> tuple[RecordId, ...]:
        """The records that `record` is forced to."""
        return self._partners.get(record, ())


def pair_of(first: RecordId, second: RecordId) -> Pair:
    """The pair in the order that judgements use."""
    return (first, second) if first < second else (second, first)


def _partners(pairs: Iterable[Pair]) -> dict[RecordId, tuple[RecordId, ...]]:
    found: dict[RecordId, list[RecordId]] = {}
    for first, second in pairs:
        found.setdefault(first, []).append(second)
        found.setdefault(second, []).append(first)
    return {record: tuple(sorted(others)) for record, others in found.items()}
