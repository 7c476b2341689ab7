"""Reads newline-delimited JSON, one object a line; a line that is not one is set aside by itself."""

import codecs
import io
import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, TextIO

import numpy as np
import pyarrow as pa

from pipelines.adapters.opened import Opened
from pipelines.quarantine import Quarantined, Reason
from pipelines.reading import RawBatch, rebatched

SAMPLE_ROWS = 10_000
"""The columns of the file are the keys of its first so many objects; a later new key sets its row aside."""


class NdjsonSource:
    """One NDJSON file."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self.name = opened.place.name
        self.digest = opened.digest
        found: dict[str, None] = {}
        for _, outcome in islice(self._rows(), SAMPLE_ROWS):
            if isinstance(outcome, dict):
                found |= dict.fromkeys(outcome)
        self.columns = opened.checked_columns(tuple(found))

    def batches(self) -> Iterator[RawBatch]:
        """See `pipelines.reading.Source.batches`."""
        return rebatched(self._blocks(), self._opened.limits.batch_rows)

    def _blocks(self) -> Iterator[RawBatch]:
        rows = self._rows()
        while part := list(islice(rows, self._opened.limits.batch_rows)):
            yield self._block(part)

    def _block(self, part: list[tuple[int, dict[str, Any] | Reason]]) -> RawBatch:
        known = frozenset(self.columns)
        lines: list[int] = []
        objects: list[dict[str, Any]] = []
        bad: list[Quarantined] = []
        for line, outcome in part:
            if not isinstance(outcome, dict):
                bad.append(Quarantined(line, "", outcome))
            elif not known.issuperset(outcome):
                bad.append(Quarantined(line, "", Reason.UNEXPECTED_COLUMN))
            elif nested := next((key for key, value in outcome.items() if isinstance(value, dict | list)), None):
                bad.append(Quarantined(line, nested, Reason.NESTED_VALUE))
            else:
                lines.append(line)
                objects.append(outcome)
        columns = {name: _column([row.get(name) for row in objects]) for name in self.columns}
        return RawBatch(np.array(lines, dtype=np.int64), columns, tuple(bad))

    def _rows(self) -> Iterator[tuple[int, dict[str, Any] | Reason]]:
        """Line and object, or why there is none; blank lines are passed over."""
        encoding = codecs.lookup(self._opened.format.encoding).name
        encoding = "utf-8-sig" if encoding == "utf-8" else encoding
        longest = self._opened.limits.row_bytes_max
        with self._opened.stream() as stream:
            text = io.TextIOWrapper(stream, encoding=encoding, newline="\n")
            for number, line in enumerate(_lines(text, longest), 1):
                if len(line) > longest:
                    yield number, Reason.ROW_TOO_LONG
                elif line.strip():
                    yield number, _object(line)
            text.detach()


def _lines(text: TextIO, longest: int) -> Iterator[str]:
    """Lines of at most `longest` + 1 characters; the rest of a longer one is read and dropped."""
    while line := text.readline(longest + 1):
        yield line
        while line and not line.endswith("\n"):
            line = text.readline(longest)


def _object(line: str) -> dict[str, Any] | Reason:
    try:
        value = json.loads(line, parse_constant=lambda _: None)
        if "\\u" in line:
            # an escaped half of a surrogate pair is JSON, but no text
            json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return Reason.BAD_JSON
    return value if isinstance(value, dict) else Reason.NOT_AN_OBJECT


def _column(values: list[Any]) -> pa.Array:
    return pa.array([_text(value) for value in values], pa.string())


def _text(value: Any) -> str | None:
    if isinstance(value, str):
        return value or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return str(value)
