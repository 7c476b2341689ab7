"""Row by row, whole columns at a time: which rows of a file are sound, and what the typed ones mean."""

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipelines.contract import Contract, FactType
from pipelines.limits import IngestLimits
from pipelines.quarantine import Quarantined, Reason
from pipelines.reading import RawBatch

_INTEGER = r"^[+-]?\d{1,18}$"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_DATE = r"^\d{4}-\d{2}-\d{2}([T ].*)?$"
_TRUE = r"^(true|1|yes|y|t)$"
_FALSE = r"^(false|0|no|n|f)$"

Mask = NDArray[np.bool_]


def source_keys(batch: RawBatch, contract: Contract) -> pa.Array:
    """The source key of every row without the blanks around it; null where it is missing or blank."""
    trimmed = pc.utf8_trim_whitespace(batch.columns[contract.source_key])
    return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)


def typed(text: pa.Array, kind: FactType) -> pa.Array:
    """The values of a fact as its type says: int64, float64, bool, or text (a date as 2026-01-31).

    What does not read as that type is null, as is what was null before.
    """
    if kind is FactType.TEXT:
        return text
    trimmed = pc.utf8_trim_whitespace(text)
    if kind is FactType.INTEGER:
        return pc.cast(pc.replace_substring(_where(trimmed, _INTEGER), "+", ""), pa.int64())
    if kind is FactType.NUMBER:
        number = pc.cast(pc.replace_substring_regex(_where(trimmed, _NUMBER), r"^\+", ""), pa.float64())
        return pc.if_else(pc.is_finite(number), number, pa.scalar(None, pa.float64()))
    if kind is FactType.BOOLEAN:
        word = pc.utf8_lower(trimmed)
        yes = pc.match_substring_regex(word, _TRUE)
        known = pc.or_(yes, pc.match_substring_regex(word, _FALSE))
        return pc.if_else(known, yes, pa.scalar(None, pa.bool_()))
    return _dates(trimmed)


def instants(text: pa.Array) -> pa.Array:
    """ISO dates, or dates with a time, as int64 microseconds since the epoch (UTC); null where they are neither."""
    day = _dates(pc.utf8_trim_whitespace(text))
    return pc.cast(pc.strptime(day, format="%Y-%m-%d", unit="us", error_is_null=True), pa.int64())


def check(batch: RawBatch, contract: Contract, limits: IngestLimits) -> tuple[Mask, list[Quarantined]]:
    """Which rows are sound (rows,), and for each of the others where and why, one reason a row.

    Duplicate source keys are not seen here, since they span batches: see `duplicates`.
    """
    sound = np.ones(batch.rows, dtype=bool)
    found: list[Quarantined] = []
    for column, code, bad in _faults(batch, contract, limits):
        new = bad & sound
        if new.any():
            found += [Quarantined(int(line), column, code) for line in batch.lines[new]]
            sound &= ~new
    return sound, found


def duplicates(keys: Sequence[pa.Array], lines: Sequence[NDArray[np.int64]], column: str) -> list[Quarantined]:
    """Every row but the first of each source key, from the keys and lines of all sound rows of the file."""
    if not keys:
        return []
    codes = pc.dictionary_encode(pa.chunked_array(keys).combine_chunks()).indices.to_numpy()
    later = np.ones(len(codes), dtype=bool)
    later[np.unique(codes, return_index=True)[1]] = False
    return [Quarantined(int(line), column, Reason.DUPLICATE_SOURCE_KEY) for line in np.concatenate(lines)[later]]


def _faults(batch: RawBatch, contract: Contract, limits: IngestLimits) -> Iterator[tuple[str, Reason, Mask]]:
    """Column, reason and the rows at fault, the gravest first."""
    yield "", Reason.ROW_TOO_LONG, _row_bytes(batch) > limits.row_bytes_max
    for name in contract.columns:
        column = batch.columns[name]
        yield name, Reason.VALUE_TOO_LONG, _mask(pc.greater(pc.utf8_length(column), limits.value_chars_max))
        yield name, Reason.CONTROL_CHARACTER, _mask(pc.match_substring(column, "\0"))
    missing = source_keys(batch, contract).is_null()
    yield contract.source_key, Reason.NO_SOURCE_KEY, _mask(missing)
    for fact in contract.facts:
        column = batch.columns[fact.column]
        yield fact.column, Reason.WRONG_TYPE, _lost(column, typed(column, fact.type))
    for rule in contract.consents:
        if rule.at is not None:
            yield rule.at, Reason.WRONG_TYPE, _lost(batch.columns[rule.at], instants(batch.columns[rule.at]))


def _row_bytes(batch: RawBatch) -> NDArray[np.int64]:
    total = np.zeros(batch.rows, dtype=np.int64)
    for column in batch.columns.values():
        total += pc.fill_null(pc.binary_length(column), 0).to_numpy(zero_copy_only=False)
    return total


def _lost(before: pa.Array, after: pa.Array) -> Mask:
    """Rows where a value stood (blanks are none) and no typed value stands."""
    stood = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(before), ""), False)
    return _mask(pc.and_(stood, after.is_null()))


def _where(text: pa.Array, pattern: str) -> pa.Array:
    return pc.if_else(pc.match_substring_regex(text, pattern), text, pa.scalar(None, pa.string()))


def _dates(text: pa.Array) -> pa.Array:
    day = pc.utf8_slice_codeunits(_where(text, _DATE), 0, 10)
    read = pc.strptime(day, format="%Y-%m-%d", unit="s", error_is_null=True)
    # strptime takes 31 February for 3 March: only what comes back as it was is a date
    same = pc.equal(pc.strftime(read, format="%Y-%m-%d"), day)
    return pc.if_else(same, day, pa.scalar(None, pa.string()))


def _mask(values: pa.Array) -> Mask:
    filled: Mask = pc.fill_null(values, False).to_numpy(zero_copy_only=False)
    return filled
