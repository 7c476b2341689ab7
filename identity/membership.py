"""How a record's membership of super-IDs is written down so that nothing known before is lost."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from identity.ids import FOREVER, Instant, RecordId, SuperId


@dataclass(frozen=True, slots=True)
class Membership:
    """From `valid_from` up to `valid_to` the record had this super-ID; known from `known_from` up to `known_to`."""

    record: RecordId
    super_id: SuperId
    valid_from: Instant
    valid_to: Instant
    known_from: Instant
    known_to: Instant

    def is_current(self) -> bool:
        """Whether it is so now, as far as we know."""
        return self.valid_to == FOREVER and self.known_to == FOREVER

    def holds(self, *, valid_at: Instant, known_at: Instant) -> bool:
        """Whether it was so at `valid_at`, as known at `known_at`."""
        return self.valid_from <= valid_at < self.valid_to and self.known_from <= known_at < self.known_to


@dataclass(frozen=True, slots=True)
class Rewriting:
    """Rows to take out, then rows to write. INVARIANT: what could be read as of an earlier instant still can."""

    removed: tuple[Membership, ...]
    written: tuple[Membership, ...]


def moved(record: RecordId, believed: Sequence[Membership], after: SuperId | None, *, at: Instant) -> Rewriting:
    """What to write so that `record` has `after` from `at` on, None for none.

    `believed` are the record's rows with `known_to` FOREVER. A clock that stepped back counts as if it stood still.
    """
    when = max((at, *(row.known_from for row in believed)))
    removed, written = [], []
    for row in believed:
        if not row.is_current():
            continue
        removed.append(row)
        if row.known_from < when:
            written.append(replace(row, known_to=when))
        if row.valid_from < when:
            written.append(replace(row, valid_to=when, known_from=when))
    if after is not None:
        written.append(Membership(record, after, when, FOREVER, when, FOREVER))
    return Rewriting(tuple(removed), tuple(written))
