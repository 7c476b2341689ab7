"""Writes each company's columns in the format in which a partner would deliver them."""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from pipelines.quarantine import Reason

Columns = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Form:
    """A file format: its suffix, the line of row 0, how it is written, and the broken line at its end, if any."""

    suffix: str
    first_line: int
    write: Callable[[Path, Columns, bytes], None]
    broken: bytes = b""
    broken_code: Reason = Reason.RAGGED_ROW


def _csv(encoding: str, delimiter: str, end: str) -> Callable[[Path, Columns, bytes], None]:
    def write(path: Path, columns: Columns, broken: bytes) -> None:
        buffer = io.BytesIO()
        options = pa.csv.WriteOptions(delimiter=delimiter)
        pa.csv.write_csv(pa.table(dict(columns)), buffer, options)
        text = buffer.getvalue().decode().replace("\n", end) + broken.decode() + end
        path.write_bytes(text.encode(encoding))

    return write


def _ndjson(path: Path, columns: Columns, broken: bytes) -> None:
    """One object a line; what is missing is left out."""
    names = list(columns)
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
    rows = zip(*(column.to_pylist() for column in columns.values()), strict=True)
    lines = [encode({k: v for k, v in zip(names, row, strict=True) if v is not None}) for row in rows]
    path.write_bytes("\n".join(lines).encode() + b"\n" + broken + b"\n")


def _parquet(path: Path, columns: Columns, _broken: bytes) -> None:
    pa.parquet.write_table(pa.table(dict(columns)), path, compression="zstd")


FORMS: Mapping[str, Form] = {
    "shop": Form(".csv", 2, _csv("utf-8", ",", "\n"), b'"999999999","lost"'),
    "bank": Form(".csv", 2, _csv("cp932", ",", "\r\n"), b'"C99999999"'),
    "securities": Form(".parquet", 1, _parquet),
    "mobile": Form(".ndjson", 1, _ndjson, b'{"subscriber_id":"mb-999999999","family_', Reason.BAD_JSON),
    "travel": Form(".csv", 2, _csv("utf-8", ";", "\n"), b'"TRV9999999";"LOST";"LINE"'),
    "insurance": Form(".parquet", 1, _parquet),
}


def write_truth(path: Path, entities: list[str], keys: list[Any], people: list[Any]) -> None:
    """The truth: which record is whose, entity by entity. `keys` and `people` have a column for each entity."""
    names = [entity for entity, key in zip(entities, keys, strict=True) for _ in range(len(key))]
    table = {
        "entity": pa.array(names, pa.string()),
        "source_key": pa.concat_arrays(keys),
        "person": pa.concat_arrays(people),
    }
    pa.parquet.write_table(pa.table(table), path, compression="zstd")
