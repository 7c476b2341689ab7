"""`cdp run …`: what became of each delivery."""

import json as json_module
from typing import Annotated

import typer

from cdp.cli.opening import Home, Json, opened
from cdp.cli.showing import as_json, instant, say, table
from cdp.errors import NotFound
from pipelines.plan import Run

app = typer.Typer(help="Runs: one file under one contract, and what came of it.", no_args_is_help=True)

RunId = Annotated[str, typer.Argument(help="The run's id, as `cdp ingest` and `cdp run list` show it.")]


@app.command("list")
def list_(home: Home = None, json: Json = False) -> None:
    """List the latest runs. Example: cdp run list"""
    with opened(home).hub(writes=False) as hub:
        runs = hub.stores.runs.recent()
    if json:
        as_json([_as_json(run) for run in runs])
        return
    table(
        "runs",
        ["run", "entity", "file", "state", "started", "read", "quarantined"],
        [
            [run.id, run.entity, run.file, run.state, instant(run.started_at), run.counts.read, run.counts.quarantined]
            for run in runs
        ],
    )


@app.command("show")
def show(run: RunId, home: Home = None) -> None:
    """Show a run with its stages and the stored result of its validation, as JSON. Example: cdp run show RUN"""
    with opened(home).hub(writes=False) as hub:
        found = hub.stores.runs.find(run)
        validation = hub.stores.runs.validation(run)
    if found is None:
        raise _unknown()
    as_json(_as_json(found) | {"validation": json_module.loads(validation) if validation else None})


@app.command("quarantine")
def quarantine(run: RunId, home: Home = None, json: Json = False) -> None:
    """List the rows that a run set aside: line, column and reason, never the value. Example: cdp run quarantine RUN"""
    with opened(home).hub(writes=False) as hub:
        if hub.stores.runs.find(run) is None:
            raise _unknown()
        rows = hub.stores.runs.quarantined(run)
    if json:
        as_json([{"line": r.line, "column": r.column, "code": r.code, "reason": r.reason} for r in rows])
        return
    if not rows:
        say("no rows were set aside")
        return
    table(
        "quarantined rows",
        ["line", "column", "code", "reason"],
        [[r.line, r.column or "-", r.code, r.reason] for r in rows],
    )


def _unknown() -> NotFound:
    return NotFound("no such run", remedy="see `cdp run list`")


def _as_json(run: Run) -> dict[str, object]:
    return {
        "run": run.id,
        "entity": run.entity,
        "contract": run.contract,
        "file": run.file,
        "state": str(run.state),
        "refusal": run.refusal or None,
        "started_at": instant(run.started_at),
        "finished_at": instant(run.finished_at),
        "read": run.counts.read,
        "new": run.counts.new,
        "changed": run.counts.changed,
        "unchanged": run.counts.unchanged,
        "quarantined": run.counts.quarantined,
        "quarantine_reasons": dict(run.reasons),
        "stage_seconds": {name: micros / 1_000_000 for name, micros in run.stages.items()},
    }
