"""The resolver with a span and counters around each change."""

from cdp.telemetry import Counted, count, span
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
