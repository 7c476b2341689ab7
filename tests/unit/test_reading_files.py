"""Files are read as they stand, every row by its line, and a file that is not one says where and what to do."""

import gzip
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pipeline_world import csv_file

from identity.errors import EnishiError
from pipelines.adapters.files import LocalFiles
from pipelines.contract import FileFormat, FileType
from pipelines.errors import (
    DuplicateColumn,
    FileChanged,
    FileEmpty,
    FileMissing,
    FileTooLarge,
    FormatUnknown,
    NotCompressed,
    NotParquet,
    RowTooLong,
    UnclosedQuote,
    UnreadableColumn,
    WrongDelimiter,
    WrongEncoding,
)
from pipelines.limits import IngestLimits
from pipelines.quarantine import Reason
from pipelines.reading import Source

PLAIN = FileFormat()


def opened(path: Path | str, layout: FileFormat = PLAIN, **limits: int) -> Source:
    return LocalFiles().open(str(path), layout, IngestLimits(**limits))  # type: ignore[arg-type]


def rows(source: Source) -> list[tuple[int, dict[str, str | None]]]:
    return [
        (int(line), {name: column[at].as_py() for name, column in batch.columns.items()})
        for batch in source.batches()
        for at, line in enumerate(batch.lines)
    ]


def bad(source: Source) -> list[tuple[int, Reason]]:
    return [(row.line, row.code) for batch in source.batches() for row in batch.bad]


def written(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_ragged_rows_are_set_aside_one_by_one_and_every_other_row_keeps_its_line(tmp_path: Path) -> None:
    text = b'a,b\n1,x\nlonely\n\n"two\nlines",y\n3,4,5\n6,\n,\nlast\n'
    source = opened(written(tmp_path, "f.csv", text))
    assert rows(source) == [(2, {"a": "1", "b": "x"}), (5, {"a": "two\nlines", "b": "y"}), (8, {"a": "6", "b": None})]
    assert bad(source) == [(3, Reason.RAGGED_ROW), (7, Reason.RAGGED_ROW), (10, Reason.RAGGED_ROW)]


def test_lines_hold_across_blocks_and_batches(tmp_path: Path) -> None:
    lines = ["a,b"] + [f"{n},x" if n % 97 else "ragged" for n in range(2, 120_000)]
    source = opened(written(tmp_path, "f.csv", "\n".join(lines).encode()), batch_rows=7_000, row_bytes_max=100)
    assert all(str(line) == row["a"] for line, row in rows(source))
    assert [line for line, _ in bad(source)] == [n for n in range(2, 120_000) if n % 97 == 0]
    assert {batch.rows for batch in list(source.batches())[:-2]} == {7_000}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("f.tsv", b"a\tb\n1\t2\n"),
        ("f.csv", b"\xef\xbb\xbfa,b\r\n1,2\r\n"),
        ("f.csv.gz", gzip.compress(b"a,b\n1,2\n")),
        ("f.ndjson", b'{"a": 1, "b": "2"}\n'),
        ("f.jsonl.gz", gzip.compress(b'\n{"a": 1.0, "b": 2}\n')),
    ],
)
def test_every_format_reads_the_same(tmp_path: Path, name: str, content: bytes) -> None:
    assert [row for _, row in rows(opened(written(tmp_path, name, content)))] == [{"a": "1", "b": "2"}]


def test_another_encoding_is_read_when_the_contract_names_it(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", "氏,名\n縁,結\n".encode("cp932"))
    assert rows(opened(path, FileFormat(encoding="cp932"))) == [(2, {"氏": "縁", "名": "結"})]


def test_a_wrong_encoding_names_the_line_and_the_remedy(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", b"a,b\n1,2\n" + "名前,1\n".encode("cp932"))
    with pytest.raises(WrongEncoding, match=r"line 3 .*encoding: cp932"):
        opened(path)


def test_a_file_without_a_header_takes_the_columns_of_the_contract(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", b"1,2\nx\n3,4\n")
    source = opened(path, FileFormat(header=False, columns=("a", "b")))
    assert [line for line, _ in rows(source)] == [1, 3]
    assert bad(source) == [(2, Reason.RAGGED_ROW)]


def test_typed_parquet_becomes_text(tmp_path: Path) -> None:
    table = pa.table(
        {
            "d": pa.array([18000, None], pa.date32()),
            "t": pa.array([1_600_000_000, None], pa.timestamp("s")),
            "i": pa.array([7, None], pa.int32()),
            "f": pa.array([7.0, 0.5]),
            "b": pa.array([True, False]),
            "c": pa.array(["x", ""]).dictionary_encode(),
        }
    )
    pq.write_table(table, tmp_path / "f.parquet")
    first, second = rows(opened(tmp_path / "f.parquet"))
    assert first == (1, {"d": "2019-04-14", "t": "2020-09-13T12:26:40", "i": "7", "f": "7", "b": "true", "c": "x"})
    assert second == (2, {"d": None, "t": None, "i": None, "f": "0.5", "b": "false", "c": None})


def test_bad_ndjson_lines_are_set_aside_one_by_one(tmp_path: Path) -> None:
    lines = [
        '{"a": "1", "b": null}',
        '{"a": ',
        "[1]",
        "",
        '{"a": {"x": 1}}',
        '{"a": "\\ud800"}',
        '{"a": "' + "x" * 300 + '"}',
        '{"a": "2", "b": true}',
    ]
    source = opened(written(tmp_path, "f.ndjson", "\n".join(lines).encode()), row_bytes_max=200)
    assert [line for line, _ in rows(source)] == [1, 8]
    assert bad(source) == [
        (2, Reason.BAD_JSON),
        (3, Reason.NOT_AN_OBJECT),
        (5, Reason.NESTED_VALUE),
        (6, Reason.BAD_JSON),
        (7, Reason.ROW_TOO_LONG),
    ]


def _list_parquet(folder: Path) -> Path:
    pq.write_table(pa.table({"a": [[1]]}), folder / "list.parquet")
    return folder / "list.parquet"


def _cut_parquet(folder: Path) -> Path:
    pq.write_table(pa.table({"a": ["x"] * 1000}), folder / "whole.parquet")
    return written(folder, "cut.parquet", (folder / "whole.parquet").read_bytes()[:-100])


FAULTS = {
    "missing": (lambda f: f / "nowhere.csv", FileMissing, "no file"),
    "folder": (lambda f: f, FileMissing, "folder cannot"),
    "suffix": (lambda f: written(f, "f.xlsx", b"x"), FormatUnknown, "format: {type: csv}"),
    "empty": (lambda f: written(f, "f.csv", b""), FileEmpty, "empty"),
    "empty ndjson": (lambda f: written(f, "f.ndjson", b"\n\n"), FileEmpty, "no columns"),
    "delimiter": (lambda f: written(f, "f.csv", b"a;b\n1;2\n"), WrongDelimiter, "delimiter: ';'"),
    "duplicate": (lambda f: written(f, "f.csv", b"a,b,a\n1,2,3\n"), DuplicateColumn, "column 3"),
    "cut parquet": (_cut_parquet, NotParquet, "cut off"),
    "not parquet": (lambda f: written(f, "f.parquet", b"a,b\n1,2\n"), NotParquet, "type: csv"),
    "list": (_list_parquet, UnreadableColumn, "column a"),
    "cut gzip": (lambda f: written(f, "f.csv.gz", gzip.compress(b"a,b\n" * 999)[:-9]), NotCompressed, "cut off"),
    "not gzip": (lambda f: written(f, "f.csv.gz", b"a,b\n1,2\n"), NotCompressed, "not a whole"),
    "row too long": (lambda f: written(f, "f.csv", b"a,b\n1," + b"x" * 3_000_000 + b"\n2,y\n"), RowTooLong, "line 1"),
    "unclosed quote": (lambda f: written(f, "f.csv", b'a,b\n1,2\n3,"4\n5,6\n7,8\n'), UnclosedQuote, "line 3"),
    "unclosed, ragged": (lambda f: written(f, "f.csv", b'a,b\n1,2\n"3,4\n5,6\n7,8\n'), UnclosedQuote, "line 3"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_file_that_is_not_one_is_refused_with_place_and_remedy(tmp_path: Path, fault: str) -> None:
    make, error, told = FAULTS[fault]
    with pytest.raises(error) as caught:
        rows(opened(make(tmp_path), row_bytes_max=1000))
    assert told in str(caught.value)
    assert "remedy" not in str(caught.value)
    assert caught.value.remedy or error is FileEmpty


def test_a_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileTooLarge, match="CDP_FILE_BYTES_MAX"):
        opened(csv_file(tmp_path, "x" * 99), file_bytes_max=50)


def test_a_file_that_changes_between_two_readings_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "f.csv", b"a,b\n1,2\n")
    source = opened(path)
    rows(source)
    path.write_bytes(b"a,b\n1,2\n3,4\n")
    with pytest.raises(FileChanged):
        rows(source)


def test_no_error_of_reading_quotes_the_file(tmp_path: Path) -> None:
    secret = b"mira.okonkwo"
    for name, content in {
        "a.csv": b"a,b\n" + secret + b"," + "é".encode("latin-1") + b"\n",
        "b.csv": b'a,b\n1,"' + secret + b"\n2,3\n",
        "c.parquet": secret,
        "d.csv.gz": secret,
    }.items():
        with pytest.raises(EnishiError) as caught:
            rows(opened(written(tmp_path, name, content)))
        assert secret.decode() not in str(caught.value)


def test_the_type_in_the_contract_beats_the_suffix(tmp_path: Path) -> None:
    path = written(tmp_path, "f.dat", b"a,b\n1,2\n")
    assert opened(path, FileFormat(type=FileType.CSV)).columns == ("a", "b")
