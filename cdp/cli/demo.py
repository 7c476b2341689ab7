"""`cdp demo`: an invented group of six companies, run through the real pipeline and served."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from cdp.cli.contracts import contract_at
from cdp.cli.ingest import progress_bar, tell
from cdp.cli.opening import opened, settings
from cdp.cli.serve import serve
from cdp.cli.showing import say
from cdp.errors import HomeExists
from cdp.use_cases import agreements
from cdp.use_cases.ingest_file import ingest_file
from cdp.wiring import Application, initialise
from pipelines.contract import Contract

_PERSONS = 1_000_000


def demo(
    home: Annotated[Path, typer.Option("--home", help="The demonstration's own home.")] = Path("demo-home"),
    records: Annotated[int, typer.Option(min=100, help="How many records to invent.")] = 20_000,
    seed: Annotated[int, typer.Option(help="The same seed invents the same people.")] = 7,
    port: Annotated[int | None, typer.Option(help="Port to serve on; else CDP_PORT, else 8484.")] = None,
    serving: Annotated[bool, typer.Option("--serve/--no-serve", help="Serve the page and the API afterwards.")] = True,
) -> None:
    """Invent six companies and their customers, ingest their files, and serve a page that tells the story.

    Run again, it finds everything there and only serves.

    Example: cdp demo --records 20000 --port 8484
    """
    started = time.monotonic()
    chosen = settings(home)
    files = chosen.home / "partners" / f"{records}-{seed}"
    if chosen.home.exists() and not files.exists() and (chosen.home / "partners").exists():
        raise HomeExists(
            f"{chosen.home} holds a demonstration of other people",
            remedy="remove the folder (`make clean-demo`), or name another with --home",
        )
    say(f"1/3 home: {chosen.home}")
    initialise(chosen, group="demo", persons=_PERSONS, demo=True)
    app = opened(home, port=port)
    _invent(files, records, seed)
    _ingest(app, files)
    say(f"ready after {time.monotonic() - started:.0f} s: {_summary(app)}")
    if serving:
        say("the page tells the story, /docs the API; the address follows once it is served")
        serve(home, None, port)


def _invent(files: Path, records: int, seed: int) -> None:
    from cdp.sample import generate

    if files.exists():
        say(f"2/3 people: {records:,} records were invented before, in {files}")
        return
    started = time.monotonic()
    unfinished = files.with_name(files.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    generate(unfinished, records=records, seed=seed)
    unfinished.replace(files)
    say(f"2/3 people: invented {records:,} records of six companies in {time.monotonic() - started:.1f} s, in {files}")


def _ingest(app: Application, files: Path) -> None:
    from cdp.sample import ENTITIES
    from cdp.sample.files import FORMS

    say("3/3 pipeline: contract, great-expectations, presidio, normalise, tokenise, vault, consent, resolve, profile")
    _agree(app, [contract_at(files / "contracts" / f"{entity}.yaml") for entity in ENTITIES])
    for entity in ENTITIES:
        promised = contract_at(files / "contracts" / f"{entity}.yaml")
        started = time.monotonic()
        with progress_bar(enabled=True) as progress:
            file = files / f"{entity}{FORMS[entity].suffix}"
            report = ingest_file(app, file, promised, progress)
        tell(report, seconds=time.monotonic() - started)


def _agree(app: Application, contracts: Sequence[Contract]) -> None:
    """All companies sign before any data moves, so that no record's permission to link has to be judged twice."""
    for contract in contracts:
        agreements.sign(app, contract)


def _summary(app: Application) -> str:
    with app.hub(writes=False) as hub:
        records, persons = sum(hub.stores.refs.by_entity().values()), hub.census.persons()
    return f"{records:,} records are {persons:,} persons"
