"""What a reader of files gives: batches of text columns with the line of every row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from pipelines.contract import FileFormat
from pipelines.errors import UnreadableColumn
from pipelines.limits import IngestLimits
from pipelines.quarantine import Quarantined, Reason

Columns = Mapping[str, pa.Array]
"""String arrays of one length by column name; null is missing."""


@dataclass(frozen=True, slots=True)
class RawBatch:
    """Some rows as the file has them: text columns, each row's line, and the rows that could not be read at all."""

    lines: NDArray[np.int64]
    columns: Columns
    bad: tuple[Quarantined, ...] = ()

    def __post_init__(self) -> None:
        if any(len(column) != len(self.lines) for column in self.columns.values()):
            raise ValueError("columns and lines differ in length")

    @property
    def rows(self) -> int:
        """Rows that could be read."""
        return len(self.lines)

    def keep(self, mask: NDArray[np.bool_]) -> "RawBatch":
        """The rows where `mask` is true."""
        if mask.all():
            return self
        chosen = pa.array(mask)
        return RawBatch(self.lines[mask], {name: column.filter(chosen) for name, column in self.columns.items()})


class Source(Protocol):
    """One file of a partner, that can be read again from its start."""

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        ...

    @property
    def digest(self) -> bytes:
        """SHA-256 of the file's bytes, 32 bytes."""
        ...

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        ...

    def batches(self) -> Iterator[RawBatch]:
        """Batches of `batch_rows` rows (the last may be shorter), the same at every call.

        Raises the errors of `pipelines.errors` that tell what is wrong with the file, and FileChanged.
        """
        ...


class Files(Protocol):
    """Opens the files that partners deliver."""

    def open(self, path: str, layout: FileFormat, limits: IngestLimits) -> Source:
        """The file at `path`, looked through once for its digest, size and encoding.

        Raises FileMissing, FormatUnknown, FileEmpty, FileTooLarge, WrongEncoding, WrongDelimiter, DuplicateColumn,
        NotParquet, NotCompressed or UnreadableColumn.
        """
        ...


def as_text(column: pa.Array, name: str) -> pa.Array:
    """A typed column as text: dates and instants in ISO form, whole numbers without a fraction, booleans as words.

    Empty text is missing. Raises UnreadableColumn for lists, structures and bytes that are not text.
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
        kind = column.type
    try:
        text = pc.cast(column, pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise UnreadableColumn(
            f"column {name} is of type {kind}, which has no plain text form",
            remedy="deliver the column as text, a number, a date or a boolean",
        ) from None
    if pa.types.is_timestamp(kind):
        text = pc.replace_substring(text, " ", "T", max_replacements=1)
        text = pc.replace_substring_regex(text, r"\.0+(Z|[+-].*)?$", r"\1")
    return pc.if_else(pc.equal(text, ""), pa.scalar(None, pa.string()), text)


def rebatched(parts: Iterator[RawBatch], rows: int) -> Iterator[RawBatch]:
    """The same rows in batches of exactly `rows`, so that what a batch holds never depends on the reader's blocks."""
    waiting: list[RawBatch] = []
    held = 0
    for part in parts:
        waiting.append(part)
        held += part.rows
        if held < rows:
            continue
        whole = _joined(waiting)
        start = 0
        bad = whole.bad
        while held - start >= rows:
            yield _cut(whole, start, rows, bad)
            start, bad = start + rows, ()
        waiting, held = [_cut(whole, start, held - start, ())], held - start
    last = _joined(waiting) if waiting else None
    if last is not None and (last.rows or last.bad):
        yield last


def _joined(parts: list[RawBatch]) -> RawBatch:
    if len(parts) == 1:
        return parts[0]
    columns = {name: pa.concat_arrays([part.columns[name] for part in parts]) for name in parts[0].columns}
    bad = tuple(row for part in parts for row in part.bad)
    return RawBatch(np.concatenate([part.lines for part in parts]), columns, bad)


def _cut(batch: RawBatch, start: int, rows: int, bad: tuple[Quarantined, ...]) -> RawBatch:
    columns = {name: column.slice(start, rows) for name, column in batch.columns.items()}
    return RawBatch(batch.lines[start : start + rows], columns, bad)


@dataclass(slots=True)
class LineCounter:
    """Gives every record of a CSV file the line on which it starts, though values may hold line breaks."""

    record: int = 1
    line: int = 1

    def skip(self, breaks: int) -> None:
        """One record was seen that spans `breaks` more lines than one."""
        self.record += 1
        self.line += 1 + breaks

    def place(self, breaks: NDArray[np.int64], unread: Mapping[int, int]) -> tuple[NDArray[np.int64], dict[int, int]]:
        """Lines of the next `len(breaks)` readable records, and of the unreadable ones between them.

        `breaks` holds the line breaks inside each readable record; `unread` maps the number of an unreadable record
        to its own. Gives (lines, {record number: line}).
        """
        lines = np.empty(len(breaks), dtype=np.int64)
        found: dict[int, int] = {}
        done = 0
        ahead = sorted(number for number in unread if number >= self.record)
        for number in ahead:
            run = min(number - self.record, len(breaks) - done)
            self._run(breaks[done : done + run], lines[done : done + run])
            done += run
            if self.record != number:
                break
            found[number] = self.line
            self.skip(unread[number])
        self._run(breaks[done:], lines[done:])
        return lines, found

    def _run(self, breaks: NDArray[np.int64], lines: NDArray[np.int64]) -> None:
        if not len(breaks):
            return
        ends = np.cumsum(breaks + 1)
        lines[0] = self.line
        lines[1:] = self.line + ends[:-1]
        self.record += len(breaks)
        self.line += int(ends[-1])


def unreadable(places: Mapping[int, int]) -> tuple[Quarantined, ...]:
    """Ragged rows, by the lines in `places`."""
    return tuple(Quarantined(line, "", Reason.RAGGED_ROW) for line in places.values())
