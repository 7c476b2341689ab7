"""Reads Parquet; typed columns become text, and rows are counted from 1 in place of lines."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.adapters.opened import Opened
from pipelines.errors import NotParquet, PipelineError
from pipelines.reading import RawBatch, as_text, rebatched


class ParquetSource:
    """One Parquet file."""

    def __init__(self, opened: Opened) -> None:
        self._opened = opened
        self.name = opened.place.name
        self.digest = opened.digest
        if opened.zipped:
            raise NotParquet(f"{self.name} is packed by gzip", remedy="deliver Parquet as it is; it packs itself")
        try:
            with pq.ParquetFile(opened.place) as file:
                schema = file.schema_arrow
        except (pa.ArrowInvalid, OSError):
            raise self._damaged() from None
        self.columns = opened.checked_columns(tuple(schema.names))

    def batches(self) -> Iterator[RawBatch]:
        """See `pipelines.reading.Source.batches`."""
        return rebatched(self._blocks(), self._opened.limits.batch_rows)

    def _blocks(self) -> Iterator[RawBatch]:
        self._opened.check_unchanged()
        row = 1
        try:
            with pq.ParquetFile(self._opened.place) as file:
                for block in file.iter_batches(batch_size=self._opened.limits.batch_rows):
                    named = zip(block.schema.names, block.columns, strict=True)
                    columns = {name: as_text(column, name) for name, column in named}
                    yield RawBatch(np.arange(row, row + block.num_rows, dtype=np.int64), columns)
                    row += block.num_rows
        except (pa.ArrowInvalid, OSError):
            raise self._damaged() from None
        self._opened.check_unchanged()

    def _damaged(self) -> PipelineError:
        return NotParquet(
            f"{self.name} is not a whole Parquet file",
            why="it is cut off, damaged or in another format",
            remedy="ask for it again; for another format add 'format: {type: csv}' to the contract",
        )
