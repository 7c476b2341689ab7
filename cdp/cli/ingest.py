"""`cdp ingest`: take in one partner file under its contract."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from cdp.cli.contracts import contract_at
from cdp.cli.opening import Home, Json, opened
from cdp.cli.showing import as_json, say
from cdp.use_cases.ingest_file import ingest_file
from pipelines import ingest as pipeline
from pipelines.ingest import RunReport


def ingest(
    file: Annotated[
        Path, typer.Argument(help="The partner's file: .csv, .tsv, .ndjson, .parquet, or one of them .gz.")
    ],
    contract: Annotated[Path, typer.Option("--contract", "-c", help="The YAML contract that describes it.")],
    home: Home = None,
    json: Json = False,
) -> None:
    """Check a file against its contract and land it; the same file again changes only what changed since.

    A run that was killed goes on where it stopped when the same command is given again. Bad rows are set aside with
    line and reason: see `cdp run quarantine RUN`.

    Example: cdp ingest customers.parquet --contract hospital.yaml
    """
    app = opened(home)
    promised = contract_at(contract)
    started = time.monotonic()
    with progress_bar(enabled=not json) as progress:
        report = ingest_file(app, file, promised, progress)
    if json:
        as_json(report_as_json(report))
        return
    tell(report, file=file.name, seconds=time.monotonic() - started)


@contextmanager
def progress_bar(*, enabled: bool) -> Iterator[Callable[[pipeline.Progress], None]]:
    """A callback that draws progress with rate and time left on a terminal, and nothing elsewhere."""
    screen = Console(stderr=True)
    if not enabled or not screen.is_terminal:
        yield lambda _: None
        return
    columns = (
        TextColumn("{task.description:9}"),
        BarColumn(),
        TextColumn("{task.completed:,} rows {task.fields[rate]}"),
    )
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=screen, transient=True) as bar:
        task = bar.add_task("read", total=None, rate="")

        def show(step: pipeline.Progress) -> None:
            speed = bar.tasks[task].speed
            rate = f"({speed:,.0f}/s)" if speed else ""
            bar.update(task, description=step.stage, completed=step.rows, total=step.total, rate=rate)

        yield show


def tell(report: RunReport, *, seconds: float, file: str = "") -> None:
    """Say what a run did, in a few lines; `file` is its name as it was typed, which the run may not keep."""
    run = report.run
    name = file or run.file
    if report.repeated:
        say(f"{name}: this file has been ingested already under this contract (run {run.id}); nothing changed")
        return
    counts = run.counts
    resumed = ", resumed" if report.resumed else ""
    rate = counts.read / seconds if seconds else 0.0
    say(f"{name}: {counts.read:,} rows in {seconds:.1f} s ({rate:,.0f}/s){resumed} — run {run.id}")
    say(
        f"  {counts.new:,} new, {counts.changed:,} changed, {counts.unchanged:,} unchanged, "
        f"{counts.linked:,} known from another record, {counts.unlinkable:,} not permitted to be linked"
    )
    if counts.quarantined:
        reasons = ", ".join(f"{number:,} {reason}" for reason, number in sorted(run.reasons.items()))
        say(f"  {counts.quarantined:,} quarantined ({reasons}): cdp run quarantine {run.id}")
    if report.relinked:
        say(f"  {report.relinked:,} earlier records may now be linked otherwise")
    for warning in report.warnings:
        say(f"  warning: {warning}")


def report_as_json(report: RunReport) -> dict[str, Any]:
    """A run report for programs."""
    run = report.run
    return {
        "run": run.id,
        "entity": run.entity,
        "file": run.file,
        "state": str(run.state),
        "repeated": report.repeated,
        "resumed": report.resumed,
        "counts": asdict(run.counts),
        "quarantine_reasons": dict(run.reasons),
        "stage_seconds": {name: micros / 1_000_000 for name, micros in run.stages.items()},
        "relinked": report.relinked,
        "warnings": list(report.warnings),
    }
