"""Times steps in turns, so that a machine that slows down slows all of them down."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median, quantiles

Step = Callable[[int], object]
"""Does one piece of work; told the number of the turn."""


@dataclass(frozen=True, slots=True)
class Turns:
    """Seconds of each step, turn by turn."""

    seconds: Mapping[str, tuple[float, ...]]

    def typical(self, step: str) -> float:
        """The median of a step, in seconds."""
        return median(self.seconds[step])

    def percentile(self, step: str, rank: int) -> float:
        """The seconds that `rank` of 100 turns of a step do not exceed; of a single turn, its own."""
        spent = self.seconds[step]
        return quantiles(spent, n=100, method="inclusive")[rank - 1] if len(spent) > 1 else spent[0]

    def ratio(self, step: str, *, bare: str, times: int = 1) -> float:
        """How fast `step` is as a share of the speed of `bare` done `times` over: the median over the turns."""
        pairs = zip(self.seconds[bare], self.seconds[step], strict=True)
        return median(times * least / spent for least, spent in pairs)


def in_turns(steps: Mapping[str, Step], *, turns: int, first: int = 0) -> Turns:
    """Runs every step once in each turn: A B A B. `first` is the number of the first turn."""
    spent: dict[str, list[float]] = {name: [] for name in steps}
    for turn in range(first, first + turns):
        for name, step in steps.items():
            started = time.perf_counter()
            step(turn)
            spent[name].append(time.perf_counter() - started)
    return Turns({name: tuple(seconds) for name, seconds in spent.items()})
