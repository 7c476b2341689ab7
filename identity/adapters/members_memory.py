"""Membership of records in memory, for tests and small trials."""

from collections.abc import Sequence

from identity.ids import FOREVER, Instant, RecordId, SuperId
from identity.membership import Membership, moved
from identity.super_ids import Moved


class MemberStoreMemory:
    """The MemberStore in a dictionary of rows by record."""

    def __init__(self) -> None:
        self._rows: dict[RecordId, list[Membership]] = {}

    def current(self, records: Sequence[RecordId]) -> dict[RecordId, SuperId]:
        """The super-IDs of those records that have one now."""
        return {
            row.record: row.super_id for record in records for row in self._rows.get(record, ()) if row.is_current()
        }

    def members(self, super_ids: Sequence[SuperId]) -> dict[SuperId, tuple[RecordId, ...]]:
        """The records, ascending, of those super-IDs that have any now."""
        wanted, found = set(super_ids), dict[SuperId, list[RecordId]]()
        for record in sorted(self._rows):
            for row in self._rows[record]:
                if row.is_current() and row.super_id in wanted:
                    found.setdefault(row.super_id, []).append(record)
        return {super_id: tuple(records) for super_id, records in found.items()}

    def born(self, super_ids: Sequence[SuperId]) -> dict[SuperId, Instant]:
        """When each super-ID was first given, for those ever given."""
        wanted, first = set(super_ids), dict[SuperId, Instant]()
        for rows in self._rows.values():
            for row in rows:
                if row.super_id in wanted:
                    first[row.super_id] = min(first.get(row.super_id, FOREVER), row.valid_from)
        return first

    def as_of(self, record: RecordId, valid_at: Instant, known_at: Instant) -> SuperId | None:
        """The super-ID that `record` had at `valid_at`, as it was known at `known_at`."""
        holding = (row for row in self._rows.get(record, ()) if row.holds(valid_at=valid_at, known_at=known_at))
        return next((row.super_id for row in holding), None)

    def move(self, moves: Sequence[Moved], at: Instant) -> None:
        """Gives each record (distinct) its `after` from `at` on; None ends its membership."""
        for move in moves:
            rows = self._rows.setdefault(move.record, [])
            plan = moved(move.record, [row for row in rows if row.known_to == FOREVER], move.after, at=at)
            self._rows[move.record] = [row for row in rows if row not in plan.removed] + list(plan.written)
