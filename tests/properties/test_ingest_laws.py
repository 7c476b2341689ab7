"""Laws of ingest: whatever the rows, their order and the batches, the hub ends the same, and nothing is lost."""

import csv
import io
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from pipeline_world import HEADER, World, contract

from pipelines.adapters.files import LocalFiles
from pipelines.contract import FileFormat
from pipelines.ingest import ingest
from pipelines.limits import IngestLimits
from pipelines.quarantine import Reason

CELLS = st.text(st.sampled_from('ab,"\n 0é縁'), max_size=4)
KEYS = st.sampled_from(["k1", "k2", "k3", "k4", "", " "])
SPENT = st.sampled_from(["", "1", "2.5", "much"])
ROWS = st.lists(
    st.tuples(
        KEYS,
        CELLS,
        CELLS,
        st.just("01/02/1990"),
        st.just(""),
        SPENT,
        CELLS,
        st.sampled_from(["yes", "no", ""]),
        st.just(""),
    ),
    min_size=1,
    max_size=12,
)
LENIENT = {"quarantine_share_max": 1.0}


def written(folder: Path, rows: list[tuple[str, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([HEADER.split(","), *rows])
    (folder / "f.csv").write_text(text.getvalue(), "utf-8")
    return str(folder / "f.csv")


@settings(max_examples=60)
@given(rows=ROWS)
def test_every_row_is_read_as_it_was_written_on_the_line_where_it_stands(rows: list[tuple[str, ...]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), rows)
        source = LocalFiles().open(path, FileFormat(), IngestLimits(batch_rows=3))
        read = [
            (int(line), tuple(column[at].as_py() or "" for column in batch.columns.values()))
            for batch in source.batches()
            for at, line in enumerate(batch.lines)
        ]
    starts, line = [], 2
    for row in rows:
        starts.append(line)
        line += 1 + sum(cell.count("\n") for cell in row)
    assert read == [(start, row) for start, row in zip(starts, rows, strict=True) if any(row)]


@settings(max_examples=12)
@given(rows=ROWS, batch_rows=st.integers(1, 5))
def test_rows_land_or_are_set_aside_and_each_key_once_whatever_the_batches(
    rows: list[tuple[str, ...]], batch_rows: int
) -> None:
    world = World(IngestLimits(batch_rows=batch_rows, **LENIENT))  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder:
        report = ingest(written(Path(folder), rows), contract(), world.using)
    counts = report.run.counts
    sound = [row[0].strip() for row in rows if row[0].strip() and row[5] != "much"]
    assert counts.read == len([row for row in rows if any(row)])
    assert counts.new == len(set(sound)) == sum(world.stores.refs.by_entity().values())
    assert counts.read == counts.new + counts.changed + counts.unchanged + counts.quarantined
    assert report.run.reasons.get(Reason.DUPLICATE_SOURCE_KEY, 0) == len(sound) - len(set(sound))


@settings(max_examples=8)
@given(rows=ROWS, first=st.integers(1, 5), second=st.integers(1, 5))
def test_the_size_of_batches_does_not_change_what_is_known(
    rows: list[tuple[str, ...]], first: int, second: int
) -> None:
    known = []
    for batch_rows in (first, second):
        world = World(IngestLimits(batch_rows=batch_rows, **LENIENT))  # type: ignore[arg-type]
        with tempfile.TemporaryDirectory() as folder:
            report = ingest(written(Path(folder), rows), contract(), world.using)
        facts = sorted(sorted((name, str(fact.value)) for name, fact in own.items()) for own in world.facts().values())
        known.append((report.run.counts.new, report.run.reasons, facts))
    assert known[0] == known[1]
