"""Reads the small lists of names and places that the group is made of."""

import csv
from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent / "data"


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """The rows of `data/<name>.csv` by its header."""
    with (_FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))
