"""The parameters of the invented population: who they are and what happens to them and to their records."""

from dataclasses import dataclass

import numpy as np

from cdp.errors import InvalidSetting

ENTITIES = ("shop", "bank", "securities", "mobile", "travel", "insurance")
RECORDS_MAX = 5_000_000


@dataclass(frozen=True, slots=True)
class Population:
    """How many, from which seed, and with which shares (0 to 1). The same Population gives the same bytes.

    Raises InvalidSetting for too few or too many records, or a seed below 0.
    """

    records: int = 20_000
    seed: int = 7
    today: str = "2026-10-01"
    origin_shares: tuple[float, float, float, float] = (0.87, 0.05, 0.04, 0.04)
    """Japan, China, Taiwan, the West."""
    abroad_shares: tuple[float, float, float, float] = (0.0, 0.25, 0.4, 0.25)
    """Households that live abroad, by the same origins."""
    household_sizes: tuple[float, ...] = (0.36, 0.28, 0.18, 0.14, 0.04)
    """Shares of households of 1, 2, ... customers."""
    entity_weights: tuple[float, ...] = (0.72, 0.38, 0.17, 0.44, 0.37, 0.24)
    """How eagerly people become customers, by ENTITIES."""
    repeated_share: float = 0.012
    """Customers who registered twice with one company."""
    moved_share: float = 0.35
    married_name_share: float = 0.85
    typo_share: float = 0.012
    """Values with a slip of the keyboard, per field."""
    link_refused_share: float = 0.03

    def __post_init__(self) -> None:
        if not len(ENTITIES) <= self.records <= RECORDS_MAX or self.seed < 0:
            raise InvalidSetting(
                "a group of this size or seed cannot be generated",
                remedy=f"ask for {len(ENTITIES)} to {RECORDS_MAX} records, and a seed of 0 or more",
            )

    @property
    def day(self) -> np.datetime64:
        """`today` as a day."""
        return np.datetime64(self.today, "D")
