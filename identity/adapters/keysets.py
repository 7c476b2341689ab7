"""Sets of integers as a table to join with, in one bound value whatever their number."""

import json
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BigInteger, Connection, FromClause, String, bindparam, column, func
from sqlalchemy.dialects.postgresql import ARRAY

T = TypeVar("T")
_IN_LIST_MAX = 500

KEYS = "keys"
"""The name of the bound value that holds the set."""


@cache
def keyset(dialect: str) -> FromClause:
    """A table with one column, `value`, of the integers bound to KEYS."""
    if dialect == "postgresql":
        return (
            func.unnest(bindparam(KEYS, type_=ARRAY(BigInteger)))
            .table_valued(column("value", BigInteger))
            .render_derived()
        )
    return func.json_each(bindparam(KEYS, type_=String)).table_valued(column("value", BigInteger))


def bound(connection: Connection, values: Sequence[int]) -> dict[str, Any]:
    """The parameters that give `keyset` these values."""
    keys = list(values)
    return {KEYS: keys if connection.dialect.name == "postgresql" else json.dumps(keys)}


def chunked(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Slices of `values` that are short enough for one IN list."""
    for start in range(0, len(values), _IN_LIST_MAX):
        yield values[start : start + _IN_LIST_MAX]
