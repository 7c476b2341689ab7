"""How sets are written in a column of text."""

from functools import lru_cache

from consent.basis import Operation


@lru_cache(maxsize=4096)
def joined(values: frozenset[str]) -> str:
    """A set as text: sorted, joined by commas. Few sets stand in many rows."""
    return ",".join(sorted(values))


@lru_cache(maxsize=4096)
def words(text: str) -> frozenset[str]:
    """The set that `joined` wrote; one object per distinct text, since few texts stand in many rows."""
    return frozenset(text.split(","))


@lru_cache(maxsize=256)
def operations(text: str) -> frozenset[Operation]:
    """The operations that `joined` wrote."""
    return frozenset(map(Operation, text.split(",")))
