"""`cdp identity …`: who is one person."""

from pathlib import Path
from typing import Annotated

import typer

from cdp.cli.opening import Home, Json, opened, to_write
from cdp.cli.showing import as_json, say, table
from cdp.use_cases.export_clusters import export_clusters

app = typer.Typer(help="Resolved persons: counts and exports.", no_args_is_help=True)


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="The CSV file to write: entity, source_key, label.")], home: Home = None
) -> None:
    """Write every record with the label of its person. Needs every entity's keys; the file holds source keys.

    Example: cdp identity export clusters.csv
    """
    records, persons = export_clusters(opened(home), to_write(file))
    say(f"wrote {records:,} records of {persons:,} persons to {file}")


@app.command("stats")
def stats(home: Home = None, json: Json = False) -> None:
    """Count records and persons, and list the sizes of the largest. Example: cdp identity stats --json"""
    with opened(home).hub(writes=False) as hub:
        by_entity = hub.stores.refs.by_entity()
        persons = hub.census.persons()
        largest = [len(records) for _, records in hub.census.largest(limit=10)]
    if json:
        as_json({"records": by_entity, "persons": persons, "largest": largest})
        return
    table("records", ["entity", "records"], sorted(by_entity.items()))
    say(f"{sum(by_entity.values()):,} records, {persons:,} persons; the largest have {largest} records")
