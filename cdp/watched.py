"""Resolver and journal with a span and counters around each change."""

from collections.abc import Mapping, Sequence

from cdp.telemetry import Counted, count, span
from governance.journal.journal import Journal
from governance.journal.leaf import JSON
from identity.ids import Instant
from identity.resolver import Change, Outcome, Resolver


class WatchedResolver(Resolver):
    """The resolver, telling how many records a change named and how many moved; never which."""

    def apply(self, change: Change, *, at: Instant) -> Outcome:
        """See `Resolver.apply`."""
        named = len(change.arrivals) + len(change.departures) + len(change.withdrawals) + len(change.permissions)
        with span("resolver.apply", records=named) as watched:
            outcome = super().apply(change, at=at)
            watched.note(pairs=outcome.pairs_compared, moved=len(outcome.moved))
        count(Counted.RESOLVER_PAIRS, outcome.pairs_compared)
        count(Counted.RESOLVER_MOVES, len(outcome.moved))
        return outcome


class WatchedJournal(Journal):
    """The journal, telling how many leaves it was given; those of a transaction that is undone count too."""

    def append(self, leaves: Sequence[Mapping[str, JSON]]) -> range:
        """See `Journal.append`."""
        with span("journal.append", leaves=len(leaves)):
            places = super().append(leaves)
        count(Counted.JOURNAL_LEAVES, len(places))
        return places
