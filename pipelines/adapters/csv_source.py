"""Reads CSV and TSV in blocks of Arrow columns, keeping count of lines."""

import codecs
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from pipelines.adapters.opened import Opened
from pipelines.errors import FileEmpty, PipelineError, RowTooLong, UnclosedQuote, WrongDelimiter
from pipelines.reading import Columns, LineCounter, RawBatch, rebatched, unreadable

_DELIMITERS = (",", ";", "\t", "|")


class CsvSource:
    """One CSV file."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self.name = opened.place.name
        self.digest = opened.digest
        with opened.stream() as stream:
            self.columns = opened.checked_columns(self._header(stream))
        self._check_delimiter()

    def batches(self) -> Iterator[RawBatch]:
        """See `pipelines.reading.Source.batches`."""
        return rebatched(self._blocks(), self._opened.limits.batch_rows)

    def _header(self, stream: BinaryIO) -> tuple[str, ...]:
        if not self._opened.format.header:
            return self._opened.format.columns
        try:
            with closing(self._reader(stream, {}, lambda _: "skip")) as reader:
                return tuple(reader.schema.names)
        except pa.ArrowInvalid as error:
            raise self._plain(error, line=1) from None

    def _blocks(self) -> Iterator[RawBatch]:
        unread: dict[int, int] = {}

        def skip(row: csv.InvalidRow) -> str:
            unread[row.number] = row.text.count("\n")
            return "skip"

        at = LineCounter()
        if self._opened.format.header:
            at.skip(sum(name.count("\n") for name in self.columns))
        last_breaks = 0
        with self._opened.stream() as stream:
            try:
                with closing(self._reader(stream, dict.fromkeys(self.columns, pa.string()), skip)) as reader:
                    for block in reader:
                        columns = dict(zip(block.schema.names, block.columns, strict=True))
                        breaks = _breaks(columns, block.num_rows)
                        lines, places = at.place(breaks, unread)
                        last_breaks = int(breaks[-1]) if len(breaks) else last_breaks
                        yield _without_blank(RawBatch(lines, columns, unreadable(places)))
            except pa.ArrowInvalid as error:
                raise self._plain(error, line=at.line) from None
        yield self._tail(at, unread, last_breaks)

    def _tail(self, at: LineCounter, unread: dict[int, int], last_breaks: int) -> RawBatch:
        """The unreadable rows after the last readable one; raises UnclosedQuote when the last row swallowed others."""
        none = np.empty(0, dtype=np.int64)
        _, places = at.place(none, unread)
        spans = unread.get(at.record - 1, last_breaks)
        if spans and self._opened.quotes % 2:
            start = at.line - 1 - spans
            raise UnclosedQuote(
                f"a quote in the row that starts on line {start} of {self.name} is never closed",
                why="every line after it reads as part of one value",
                remedy="close or double the quote there",
            )
        return RawBatch(none, {name: pa.array([], pa.string()) for name in self.columns}, unreadable(places))

    def _reader(
        self, stream: BinaryIO, types: dict[str, pa.DataType], skip: Callable[[csv.InvalidRow], str]
    ) -> csv.CSVStreamingReader:
        layout = self._opened.format
        encoding = codecs.lookup(layout.encoding).name
        return csv.open_csv(
            stream,
            # one thread: only then are unreadable rows numbered
            read_options=csv.ReadOptions(
                use_threads=False,
                block_size=self._opened.limits.block_bytes,
                encoding="utf8" if encoding in {"utf-8", "utf-8-sig"} else encoding,
                column_names=None if layout.header else list(layout.columns),
            ),
            # blank lines are kept as empty rows, so that lines can be counted, and dropped afterwards
            parse_options=csv.ParseOptions(
                delimiter=layout.delimiter or ",",
                newlines_in_values=True,
                ignore_empty_lines=False,
                invalid_row_handler=skip,
            ),
            convert_options=csv.ConvertOptions(
                column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=True
            ),
        )

    def _check_delimiter(self) -> None:
        used = self._opened.format.delimiter or ","
        other = [mark for mark in _DELIMITERS if mark != used and mark in self.columns[0]]
        if len(self.columns) == 1 and other:
            shown = "tab" if other[0] == "\t" else f"'{other[0]}'"
            raise WrongDelimiter(
                f"the header of {self.name} is a single column",
                why=f"it is split by {'tab' if used == chr(9) else repr(used)} and holds {shown}",
                remedy=f"add 'format: {{delimiter: {shown}}}' to the contract",
            )

    def _plain(self, error: pa.ArrowInvalid, *, line: int) -> PipelineError:
        """Our error for Arrow's, whose own text may quote the row."""
        text = str(error)
        if "Empty CSV" in text:
            return FileEmpty(f"{self.name} has no header", remedy="ask for it again")
        if "straddl" in text:
            return RowTooLong(
                f"a row at or after line {line} of {self.name} is longer than {self._opened.limits.block_bytes} bytes",
                why="most often a quote there is never closed",
                remedy="close or double the quote, or raise CDP_ROW_BYTES_MAX",
            )
        return PipelineError(f"{self.name} cannot be read as CSV at or after line {line}", remedy="ask for it again")


def _breaks(columns: Columns, rows: int) -> NDArray[np.int64]:
    """Line breaks inside the values of each row, (rows,)."""
    total = np.zeros(rows, dtype=np.int64)
    for column in columns.values():
        if pc.any(pc.match_substring(column, "\n")).as_py():
            total += pc.fill_null(pc.count_substring(column, "\n"), 0).to_numpy(zero_copy_only=False)
    return total


def _without_blank(batch: RawBatch) -> RawBatch:
    """The rows in which anything stands."""
    filled = np.zeros(batch.rows, dtype=bool)
    for column in batch.columns.values():
        filled |= column.is_valid().to_numpy(zero_copy_only=False)
    kept = batch.keep(filled)
    return RawBatch(kept.lines, kept.columns, batch.bad)
