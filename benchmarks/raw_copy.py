"""The bare counterpart of an ingest: the same files read with pyarrow, their rows put into a table as they are."""

import io
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.json
import pyarrow.parquet
from sqlalchemy import Column, MetaData, Table, Text, insert

from benchmarks.homes import Delivered
from cdp.database import open_engine, transaction
from identity.adapters.bulk import insert_rows
from pipelines.contract import FileFormat


def copy_raw(files: tuple[Delivered, ...], database: Path) -> int:
    """Copies every file into a table of its own in a new SQLite file, one durable commit each; gives the rows.

    Nothing is checked, changed or looked up, but for a line that is broken, which pyarrow cannot read either.
    """
    engine = open_engine(f"sqlite:///{database}", wait_seconds=5)
    copied = 0
    for file in files:
        found = _read(file.path, file.contract.format)
        names = [f"c{number}" for number in range(found.num_columns)]
        table = Table(file.entity, MetaData(), *(Column(name, Text) for name in names))
        columns = (column.cast(pa.string()).to_pylist() for column in found.columns)
        rows = [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
        with transaction(engine, writes=True) as connection:
            table.create(connection)
            insert_rows(connection, insert(table), rows)
        copied += len(rows)
    engine.dispose()
    return copied


def _read(path: Path, layout: FileFormat) -> Any:
    if path.suffix == ".parquet":
        return pa.parquet.read_table(path)
    if path.suffix == ".ndjson":
        whole = b"\n".join(line for line in path.read_bytes().split(b"\n") if line.endswith(b"}"))
        return pa.json.read_json(io.BytesIO(whole))
    return pa.csv.read_csv(
        path,
        read_options=pa.csv.ReadOptions(encoding=layout.encoding),
        parse_options=pa.csv.ParseOptions(
            delimiter=layout.delimiter or ",", newlines_in_values=True, invalid_row_handler=lambda _: "skip"
        ),
        convert_options=pa.csv.ConvertOptions(column_types=_all_text(path, layout)),
    )


def _all_text(path: Path, layout: FileFormat) -> dict[str, Any]:
    with path.open(encoding=layout.encoding, newline="") as file:
        header = file.readline()
    parsed = pa.csv.read_csv(
        io.BytesIO(header.encode()), parse_options=pa.csv.ParseOptions(delimiter=layout.delimiter or ",")
    )
    return dict.fromkeys(parsed.column_names, pa.string())
