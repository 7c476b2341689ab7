"""Random draws that depend on a seed and a name alone, so that one more draw somewhere changes nothing elsewhere."""

from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Days = NDArray[np.datetime64]
"""Days, datetime64[D]."""


def stream(seed: int, *names: str) -> np.random.Generator:
    """A source of randomness of its own for `names`: the same for the same seed and names, else independent."""
    return np.random.default_rng([seed, *(crc32(name.encode()) for name in names)])


def chance(rng: np.random.Generator, share: float, size: int) -> Flags:
    """True for about `share` of `size` places."""
    return rng.random(size) < share


def between(rng: np.random.Generator, low: int, high: int, *, size: int) -> Ints:
    """Whole numbers from `low` to `high`, both possible, all alike likely."""
    return low + (rng.random(size) * (high - low + 1)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Urn:
    """Draws an index by weight. `cumulative` rises to 1."""

    cumulative: Floats

    @classmethod
    def of(cls, weights: "list[float] | Floats") -> "Urn":
        """An urn in which index i lies `weights[i]` times."""
        rising = np.cumsum(np.asarray(weights, dtype=np.float64))
        return cls(rising / rising[-1])

    def draw(self, rng: np.random.Generator, size: int) -> Ints:
        """`size` indices."""
        found = np.searchsorted(self.cumulative, rng.random(size), side="right")
        return np.minimum(found, len(self.cumulative) - 1)


def zipf(rank: int, *, shift: float = 8.0, power: float = 0.8) -> float:
    """The weight of the name that is `rank`-th (from 0) in frequency; flatter at the head than the plain law."""
    return float((rank + 1 + shift) ** -power)
