"""Which record a hashed source key stands for, in memory, for tests and small trials."""

from collections import Counter
from collections.abc import Sequence

from identity.ids import EntityId, RecordId
from identity.refs import Ref


class RefStoreMemory:
    """The RefStore in a dictionary."""

    def __init__(self) -> None:
        self._bound: dict[tuple[EntityId, bytes], Ref] = {}

    def find(self, entity: EntityId, refs: Sequence[bytes]) -> dict[bytes, Ref]:
        """Those of `refs` that are bound."""
        return {ref: self._bound[entity, ref] for ref in refs if (entity, ref) in self._bound}

    def bind(self, rows: Sequence[Ref]) -> None:
        """Binds refs to records, in place of what was bound under the same entity and ref."""
        self._bound |= {(row.entity, row.ref): row for row in rows}

    def of(self, records: Sequence[RecordId]) -> dict[RecordId, Ref]:
        """The refs of those records that have one."""
        wanted = set(records)
        return {ref.record: ref for ref in self._bound.values() if ref.record in wanted}

    def by_entity(self) -> dict[EntityId, int]:
        """How many records each entity has; entities without any are absent."""
        return dict(Counter(ref.entity for ref in self._bound.values()))

    def remove(self, records: Sequence[RecordId]) -> None:
        """Forgets the refs of these records; unknown ones are passed over."""
        gone = set(records)
        self._bound = {key: ref for key, ref in self._bound.items() if ref.record not in gone}
