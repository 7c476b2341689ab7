"""The roles that consent asks the world to play."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from consent.agreements import Agreement
from consent.ledger import ConsentEvent
from identity.ids import Instant, RecordId


class ConsentLedger(Protocol):
    """Keeps consent events for good. There is no update; only the erasure of a record removes."""

    def append(self, events: Iterable[ConsentEvent]) -> int:
        """Adds the events and returns how many were new. An event that is already there changes nothing.

        The same event learnt twice keeps its first `known_at`. Raises ConflictingEvent, and adds none, when an id
        already stands for something else.
        """
        ...

    def of_records(self, records: Iterable[RecordId]) -> dict[RecordId, tuple[ConsentEvent, ...]]:
        """Each record asked for with its events, by `valid_from`, `known_at` and id; empty for one without any."""
        ...

    def since(self, known_at: Instant, *, after: str = "", limit: int = 1000) -> tuple[ConsentEvent, ...]:
        """Up to `limit` events learnt at `known_at` with an id above `after`, or later; by `known_at` and id.

        To read on, pass the last event's `known_at` and id. A transaction that commits late may add events behind
        where a reader already is, so a reader that must miss nothing starts again some minutes back.
        """
        ...

    def erase(self, records: Iterable[RecordId]) -> int:
        """Removes every event of the records, for an erasure that the law demands; returns how many."""
        ...


class AgreementStore(Protocol):
    """Keeps agreements, every version."""

    def record(self, agreement: Agreement) -> Agreement:
        """Keeps the agreement and returns it as kept: unchanged content keeps its version, a change is the next.

        The proposed `version` is ignored. Raises AgreementEnded for a change to one that is over.
        """
        ...

    def all(self) -> Sequence[Agreement]:
        """Every version of every agreement, by id and version."""
        ...

    def end(self, agreement: str, at: Instant, *, known_at: Instant | None = None) -> Agreement:
        """Ends the agreement at `at` (learnt at `known_at`, by default then) and returns the version that says so.

        One that ends no later anyway stays as it is. Raises UnknownAgreement.
        """
        ...
