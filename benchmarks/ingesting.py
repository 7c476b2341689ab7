"""The ingest by stage, in turns with the bare copy of the same files."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.homes import Group, Tell, invented, made, take_in
from benchmarks.raw_copy import copy_raw
from benchmarks.turns import Turns, in_turns
from cdp.wiring import Application

INGEST, RAW_COPY = "ingest", "raw copy"
REST = "rest"
"""What a run spends outside its stages: agreements, run notes, commits."""

_WARM_RECORDS = 100


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage over all files: median seconds of a round, and its share of the whole."""

    seconds: float
    share: float


@dataclass(frozen=True, slots=True)
class IngestMeasure:
    """What ingesting a group costs. `rows` are all rows read; `ratio` is the speed against the raw copy's."""

    rows: int
    seconds: float
    raw_seconds: float
    ratio: float
    stages: Mapping[str, Stage]

    @property
    def rows_per_second(self) -> float:
        """Of the whole ingest."""
        return self.rows / self.seconds


def measured(group: Group, scratch: Path, *, rounds: int, tell: Tell) -> tuple[IngestMeasure, Application]:
    """Ingests `group` into a fresh home in every round; gives the figures, and the last home."""
    _warm_up(scratch / "warm", tell)
    homes: list[Application] = []
    spent: list[dict[str, float]] = []
    rows: list[int] = []

    def ingest(turn: int) -> None:
        tell(f"round {turn + 1} of {rounds}: make a home")
        app = made(scratch / f"home-{turn}")
        reports = take_in(app, group.files, tell)
        while homes:  # a home of an earlier round shall not hold memory that a later one is measured in
            _close(homes.pop())
        homes.append(app)
        rows.append(sum(report.run.counts.read for report in reports))
        stages = Counter[str]()
        for report in reports:
            stages.update(report.run.stages)
        spent.append({name: micros / 1_000_000 for name, micros in stages.items()})

    def copy(turn: int) -> None:
        tell(f"round {turn + 1} of {rounds}: copy the raw rows")
        copy_raw(group.files, scratch / f"raw-{turn}.db")

    turns = in_turns({RAW_COPY: copy, INGEST: ingest}, turns=rounds)
    return _told(turns, spent, rows[-1]), homes[-1]


def _close(app: Application) -> None:
    app.engine.dispose()
    app.keystore.dispose()


def _told(turns: Turns, spent: list[dict[str, float]], rows: int) -> IngestMeasure:
    for stages, whole in zip(spent, turns.seconds[INGEST], strict=True):
        stages[REST] = whole - sum(stages.values())
    seconds = {name: median(stages.get(name, 0.0) for stages in spent) for name in spent[-1]}
    whole = sum(seconds.values())
    return IngestMeasure(
        rows=rows,
        seconds=turns.typical(INGEST),
        raw_seconds=turns.typical(RAW_COPY),
        ratio=turns.ratio(INGEST, bare=RAW_COPY),
        stages={name: Stage(spent_, spent_ / whole) for name, spent_ in seconds.items()},
    )


def _warm_up(folder: Path, tell: Tell) -> None:
    """Imports great-expectations and its like, which is the cost of a start and not of a row."""
    tell("warm up: a hundred records")
    folder.mkdir()
    group = invented(folder / "files", records=_WARM_RECORDS, seed=0)
    take_in(made(folder / "home"), group.files, tell)
    copy_raw(group.files, folder / "raw.db")
