"""Opens a partner's file: one look through its bytes for digest, size and encoding, then the reader of its format."""

import codecs
import gzip
import hashlib
import io
import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO, Protocol

from pipelines.adapters.csv_source import CsvSource
from pipelines.adapters.ndjson_source import NdjsonSource
from pipelines.adapters.opened import Opened
from pipelines.adapters.parquet_source import ParquetSource
from pipelines.contract import FileFormat, FileType
from pipelines.errors import FileEmpty, FileMissing, FileTooLarge, FormatUnknown, NotCompressed, WrongEncoding
from pipelines.limits import IngestLimits
from pipelines.reading import Source

_SUFFIXES: dict[str, tuple[FileType, str | None]] = {
    ".csv": (FileType.CSV, ","),
    ".tsv": (FileType.CSV, "\t"),
    ".ndjson": (FileType.NDJSON, None),
    ".jsonl": (FileType.NDJSON, None),
    ".parquet": (FileType.PARQUET, None),
}
_CHUNK = 1024 * 1024


class LocalFiles:
    """Files of this machine's file system."""

    def open(self, path: str, layout: FileFormat, limits: IngestLimits) -> Source:
        """See `pipelines.reading.Files.open`."""
        place = Path(path)
        if not place.is_file():
            raise FileMissing(f"no file at {path}", remedy="check the path; a folder cannot be ingested")
        zipped = place.suffix == ".gz"
        settled = _settled(place.with_suffix("") if zipped else place, layout)
        with _plainly(place):
            look = _look_through(place, settled, limits, zipped=zipped)
            opened = Opened(place, settled, limits, zipped, look.digest, look.quotes, _stamp(place))
            if settled.type is FileType.PARQUET:
                return ParquetSource(opened)
            return CsvSource(opened) if settled.type is FileType.CSV else NdjsonSource(opened)


@dataclass(frozen=True, slots=True)
class _Look:
    digest: bytes
    quotes: int


def _settled(place: Path, layout: FileFormat) -> FileFormat:
    """The format with type and delimiter filled in from the suffix where the contract leaves them open."""
    inferred = _SUFFIXES.get(place.suffix.lower())
    if layout.type is None and inferred is None:
        known = ", ".join(_SUFFIXES)
        raise FormatUnknown(
            f"the suffix of {place.name} names no format; known are {known}",
            remedy="add 'format: {type: csv}' to the contract",
        )
    kind, delimiter = inferred if inferred is not None else (FileType.CSV, None)
    return replace(layout, type=layout.type or kind, delimiter=layout.delimiter or delimiter or ",")


@contextmanager
def _plainly(place: Path) -> Iterator[None]:
    """Turns the errors of the operating system and of gzip into ours."""
    try:
        yield
    except PermissionError:
        raise FileMissing(f"{place} may not be read", remedy="give this user the right to read it") from None
    except (gzip.BadGzipFile, EOFError, zlib.error):
        raise NotCompressed(
            f"{place.name} is not a whole gzip file", why="it is cut off or damaged", remedy="ask for it again"
        ) from None


def _stamp(place: Path) -> tuple[int, int, int]:
    stat = place.stat()
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


class _Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class _Hashed(io.RawIOBase):
    """A file that hashes what is read from it."""

    def __init__(self, inner: BinaryIO) -> None:
        super().__init__()
        self._inner = inner
        self.hash = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        """The next `size` bytes."""
        part = self._inner.read(size)
        self.hash.update(part)
        return part


def _look_through(place: Path, layout: FileFormat, limits: IngestLimits, *, zipped: bool) -> _Look:
    with place.open("rb") as raw:
        if not os.fstat(raw.fileno()).st_size:
            raise FileEmpty(f"{place.name} is empty", remedy="ask for it again")
        hashed = _Hashed(raw)
        stream: _Readable = gzip.GzipFile(fileobj=hashed) if zipped else hashed
        check = None if layout.type is FileType.PARQUET else _EncodingCheck(place.name, layout.encoding)
        size = quotes = 0
        while part := stream.read(_CHUNK):
            size += len(part)
            quotes += part.count(b'"')
            if size > limits.file_bytes_max:
                raise FileTooLarge(
                    f"{place.name} is larger than {limits.file_bytes_max} bytes",
                    remedy="split it, or raise CDP_FILE_BYTES_MAX",
                )
            if check is not None:
                check.feed(part)
        if check is not None:
            check.feed(b"", final=True)
        return _Look(hashed.hash.digest(), quotes)


class _EncodingCheck:
    """Decodes as it goes and, at the first byte that is no text, says on which line it stands."""

    def __init__(self, name: str, encoding: str) -> None:
        self._name = name
        self._encoding = encoding
        self._decoder = codecs.getincrementaldecoder(encoding)()
        self._line = 1

    def feed(self, part: bytes, *, final: bool = False) -> None:
        """Raises WrongEncoding."""
        try:
            text = self._decoder.decode(part, final)
        except UnicodeDecodeError as error:
            line = self._line + error.object[: error.start].count(b"\n")
            raise WrongEncoding(
                f"line {line} of {self._name} is not {self._encoding}",
                why="the file is in another encoding, or damaged there",
                remedy=_other_encoding(error.object, self._encoding),
            ) from None
        self._line += text.count("\n")


def _other_encoding(sample: bytes, declared: str) -> str:
    """A remedy that names the first encoding in which `sample` reads."""
    if sample[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return "add 'format: {encoding: utf-16}' to the contract"
    declared = codecs.lookup(declared).name
    for encoding in ("utf-8", "cp932", "euc-jp", "gb18030", "big5"):
        try:
            codecs.getincrementaldecoder(encoding)().decode(sample)
        except UnicodeDecodeError:
            continue
        if codecs.lookup(encoding).name != declared:
            return f"try 'format: {{encoding: {encoding}}}' in the contract"
    return "name its encoding in the contract, such as 'format: {encoding: cp932}'"
