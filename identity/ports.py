"""The roles that the core asks the world to play."""

from typing import Protocol

from identity.ids import Instant


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> Instant:
        """Microseconds since the epoch, UTC."""
        ...


class Entropy(Protocol):
    """Gives randomness fit for keys and identifiers."""

    def random_bytes(self, count: int) -> bytes:
        """`count` bytes from a cryptographic source."""
        ...
