"""Columns as codes into distinct values, so that every rule runs once per distinct value and never per row."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from identity.errors import InvalidColumns
from identity.fields import FieldKind
from identity.normalise.unusable import Unusable
from identity.variants import VariantColumn

Codes = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Coded:
    """Per row an index into `values`, -1 for missing. `values` need not be sorted, nor all be used."""

    values: tuple[str, ...]
    codes: Codes

    @classmethod
    def missing(cls, rows: int) -> "Coded":
        """A column of `rows` rows without any value."""
        return cls((), np.full(rows, -1, dtype=np.int32))

    def or_else(self, other: "Coded") -> "Coded":
        """This column, and where it is missing, the other."""
        if not self.values or not other.values:
            return self if self.values else other
        moved = np.where(other.codes < 0, -1, other.codes + len(self.values))
        codes = np.where(self.codes < 0, moved, self.codes).astype(np.int32)
        return Coded(self.values + other.values, codes)


def encode(column: pa.Array, kind: str) -> Coded:
    """`column` as distinct values and codes.

    Raises InvalidColumns if it does not hold text.
    """
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if pa.types.is_null(array.type):
        return Coded.missing(len(array))
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if not (pa.types.is_string(array.type) or pa.types.is_large_string(array.type)):
        raise InvalidColumns(f"column {kind} holds {array.type}, not text", remedy="cast it to string first")
    coded = array.dictionary_encode()
    codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int32)
    return Coded(tuple(coded.dictionary.to_pylist()), codes)


def combine(columns: Sequence[Coded]) -> tuple[list[tuple[str | None, ...]], Codes]:
    """The distinct tuples of `columns` (None for missing) and, per row, an index into them."""
    mixed = np.zeros(len(columns[0].codes), dtype=np.int64)
    for column in columns:
        _, mixed = np.unique(mixed, return_inverse=True)  # keeps the product below within 64 bits
        mixed = mixed.astype(np.int64) * (len(column.values) + 1) + (column.codes.astype(np.int64) + 1)
    _, first, inverse = np.unique(mixed, return_index=True, return_inverse=True)
    parts = [_pick(column, first) for column in columns]
    return list(zip(*parts, strict=True)), inverse.astype(np.int32)


def _pick(column: Coded, rows: NDArray[np.int64]) -> list[str | None]:
    return [None if code < 0 else column.values[code] for code in column.codes[rows].tolist()]


def spread(values: Sequence[str | None], codes: Codes) -> Coded:
    """The column whose row r is `values[codes[r]]`; the distinct values come out sorted, so that codes follow rows."""
    distinct = sorted({value for value in values if value})
    place = {value: number for number, value in enumerate(distinct)}
    lookup = np.array([*(place[value] if value else -1 for value in values), -1], dtype=np.int32)
    return Coded(tuple(distinct), lookup[codes])  # a code of -1 takes the last place, which is -1


def derive(source: Coded, rule: Callable[[str], str | None]) -> Coded:
    """`rule` on every distinct value of `source`."""
    return spread([rule(value) for value in source.values], source.codes)


def column_of(coded: Coded) -> VariantColumn:
    """`coded` as it leaves the normaliser: values distinct and sorted."""
    tidy = spread(coded.values, coded.codes)
    return VariantColumn(tidy.values, tidy.codes)


class Tally:
    """Counts the rows with unusable values, by kind and reason."""

    def __init__(self) -> None:
        self._counts: dict[FieldKind, Counter[str]] = {}

    def count(self, kind: FieldKind, outcomes: Sequence[object], codes: Codes) -> None:
        """Adds the rows whose outcome is Unusable; `codes` (rows,) point into `outcomes`."""
        if not any(isinstance(outcome, Unusable) for outcome in outcomes):
            return
        rows = np.bincount(codes[codes >= 0], minlength=len(outcomes))
        for outcome, number in zip(outcomes, rows.tolist(), strict=True):
            if isinstance(outcome, Unusable) and number:
                self._counts.setdefault(kind, Counter())[outcome.reason] += number

    def counts(self) -> Mapping[FieldKind, Mapping[str, int]]:
        """Kind to reason to rows, without empty entries."""
        return {kind: dict(sorted(reasons.items())) for kind, reasons in sorted(self._counts.items())}
