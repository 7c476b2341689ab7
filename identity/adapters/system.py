"""The machine's own clock and randomness."""

import os
import time

from identity.ids import Instant


class SystemClock:
    """The wall clock."""

    def now(self) -> Instant:
        """Microseconds since the epoch, UTC."""
        return time.time_ns() // 1000


class SystemEntropy:
    """The operating system's cryptographic source."""

    def random_bytes(self, count: int) -> bytes:
        """`count` bytes that nobody can predict."""
        return os.urandom(count)
