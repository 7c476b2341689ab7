"""The ledger of consent in memory, for tests and for looking at a batch before it is stored."""

from collections import defaultdict
from collections.abc import Iterable

from consent.errors import ConflictingEvent
from consent.ledger import ConsentEvent, says_the_same
from identity.ids import Instant, RecordId


class LedgerMemory:
    """A ConsentLedger that forgets when the process ends."""

    def __init__(self) -> None:
        self._events: dict[str, ConsentEvent] = {}
        self._of_record: defaultdict[RecordId, list[ConsentEvent]] = defaultdict(list)

    def append(self, events: Iterable[ConsentEvent]) -> int:
        """See ConsentLedger."""
        new: dict[str, ConsentEvent] = {}
        for event in events:
            known = self._events.get(event.id) or new.setdefault(event.id, event)
            if not says_the_same(known, event):
                raise ConflictingEvent("a consent event has the id of another", remedy="give it an id of its own")
        self._events.update(new)
        for event in new.values():
            self._of_record[event.record].append(event)
        return len(new)

    def of_records(self, records: Iterable[RecordId]) -> dict[RecordId, tuple[ConsentEvent, ...]]:
        """See ConsentLedger."""
        return {
            record: tuple(sorted(self._of_record.get(record, ()), key=lambda e: (e.valid_from, e.known_at, e.id)))
            for record in records
        }

    def since(self, known_at: Instant, *, after: str = "", limit: int = 1000) -> tuple[ConsentEvent, ...]:
        """See ConsentLedger."""
        later = (event for event in self._events.values() if (event.known_at, event.id) > (known_at, after))
        return tuple(sorted(later, key=lambda e: (e.known_at, e.id))[:limit])

    def erase(self, records: Iterable[RecordId]) -> int:
        """See ConsentLedger."""
        gone = [event.id for record in set(records) for event in self._of_record.pop(record, [])]
        for id_ in gone:
            del self._events[id_]
        return len(gone)
