"""A file that was looked through once, as the readers of all formats share it."""

import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from pipelines.contract import FileFormat
from pipelines.errors import DuplicateColumn, FileChanged, FileEmpty, PipelineError
from pipelines.limits import IngestLimits


@dataclass(frozen=True, slots=True)
class Opened:
    """Where the file is, how it is written, its digest, its quotes, and its stamp (inode, bytes, mtime)."""

    place: Path
    format: FileFormat
    limits: IngestLimits
    zipped: bool
    digest: bytes
    quotes: int
    stamp: tuple[int, int, int]

    @contextmanager
    def stream(self) -> Iterator[BinaryIO]:
        """The file's bytes, unpacked. Raises FileChanged when it is no longer the file that was looked through."""
        self.check_unchanged()
        with self.place.open("rb") as raw:
            if self.zipped:
                with gzip.GzipFile(fileobj=raw) as unpacked:
                    yield cast("BinaryIO", io.BufferedReader(unpacked, 1024 * 1024))
            else:
                yield raw
        self.check_unchanged()

    def check_unchanged(self) -> None:
        """Raises FileChanged when size, time or inode are others than at the first look."""
        try:
            stat = self.place.stat()
        except FileNotFoundError:
            stat = None
        if stat is None or (stat.st_ino, stat.st_size, stat.st_mtime_ns) != self.stamp:
            raise FileChanged(
                f"{self.place.name} changed while it was read",
                remedy="deliver files under another name and rename them when whole; then ingest it again",
            )

    def checked_columns(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """`names` themselves. Raises FileEmpty, DuplicateColumn, or PipelineError for too many of them."""
        if not names:
            raise FileEmpty(f"{self.place.name} has no columns", remedy="ask for it again")
        if len(names) > self.limits.columns_max:
            raise PipelineError(f"{self.place.name} has more than {self.limits.columns_max} columns")
        if len(set(names)) != len(names):
            twice = [number for number, name in enumerate(names, 1) if name in names[: number - 1]]
            raise DuplicateColumn(
                f"column {twice[0]} of {self.place.name} has the name of an earlier one",
                remedy="give each column its own name; for a file without a header write 'header: false'",
            )
        return names
