"""Whoever pulls the plug during an ingest, again and again, finds the same in the end as if nobody had."""

import contextlib
import csv
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from command_line import DONE, Ran, cdp, cdp_process, finished, new_home, settings_of
from invented_group import NAMES, invented, shop_row, write_group

from cdp.wiring import Application
from identity.ids import RecordId

ROWS = 3_000
KNOWN = 400
"""Customers whom the bank delivered before, so that the killed run has somebody to link."""
SETTINGS = {"CDP_BATCH_ROWS": "300"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the bank's customers, the shop's file with a bad row in every batch, and the shop's contract."""
    place = tmp_path_factory.mktemp("killed")
    people = invented(ROWS)
    write_group(place, people[:KNOWN])
    header = (place / NAMES["shop"]).read_text("utf-8").splitlines()[0]
    rows = [shop_row(one) for one in people]
    with_bad = [line for at, row in enumerate(rows) for line in ((row, row) if at % 150 == 75 else (row,))]
    (place / NAMES["shop"]).write_text("\n".join([header, *with_bad]) + "\n", "utf-8")
    app = new_home(place / "home")
    app.keys.create("entity/shop")
    ran = cdp("ingest", place / NAMES["bank"], "-c", place / "bank.yaml", home=place / "home")
    assert ran.code == DONE, ran.said
    app.engine.dispose()
    app.keystore.dispose()
    return place


@pytest.fixture(scope="module")
def uninterrupted(folder: Path) -> dict[str, Any]:
    """What is in the hub when nobody pulls the plug."""
    home = _copied(folder, "uninterrupted")
    ran = cdp("ingest", *_delivery(folder), home=home, settings=SETTINGS)
    assert ran.code == DONE, ran.said
    return _everything(home)


def _copied(folder: Path, name: str) -> Path:
    return Path(shutil.copytree(folder / "home", folder / name))


def _delivery(folder: Path) -> tuple[object, ...]:
    return folder / NAMES["shop"], "--contract", folder / "shop.yaml"


def _batches_done(home: Path) -> int:
    """How far the killed run is, as its database says; -1 before it is planned."""
    with contextlib.closing(sqlite3.connect(f"file:{home / 'enishi.db'}?mode=ro", uri=True)) as connection:
        query = "SELECT batches_done FROM pipelines_runs WHERE entity = 'shop'"
        found = connection.execute(query).fetchone()
    return -1 if found is None else int(found[0])


def _kill_at_some_moment(folder: Path, home: Path, chance: random.Random) -> bool:
    """Start the ingest and kill it a random while after it got going. False when it was done before that."""
    before = _batches_done(home)
    process = cdp_process("ingest", *_delivery(folder), home=home, settings=SETTINGS)
    ahead = chance.choice((0, 0, 1, 1, 2))
    deadline = time.monotonic() + 120
    while process.poll() is None and _batches_done(home) < before + ahead and time.monotonic() < deadline:
        time.sleep(0.01)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(chance.uniform(0.0, 0.5) + (2.0 if ahead == 0 and chance.random() < 0.5 else 0.0))
    process.send_signal(signal.SIGKILL)
    ran = finished(process)
    assert ran.code in {-signal.SIGKILL, DONE}, ran.said
    return ran.code != DONE


def _everything(home: Path) -> dict[str, Any]:
    """All that an ingest leaves, by the records' hashes, without what is random or a time."""
    app = Application(settings_of(home))
    clusters = home.parent / f"{home.name}.csv"
    assert cdp("identity", "export", clusters, home=home).code == DONE
    with app.hub(writes=False) as hub:
        records = [RecordId(row[0]) for row in hub.connection.exec_driver_sql("SELECT record FROM identity_refs")]
        refs = hub.stores.refs.of(records)
        facts = Counter(
            (refs[row.record].ref, row.name, hub.facts._open(row.record, row.name, row.sealed))
            for row in hub.connection.exec_driver_sql("SELECT record, name, sealed FROM profiles_facts")
        )
        consents = Counter(
            (refs[record].ref, event.state, event.purpose, event.operations, event.recipients, event.source)
            for record, events in hub.stores.ledger.of_records(records).items()
            for event in events
        )
        links = {refs[record].ref for record in records}
        tokens = Counter(row[0] for row in hub.connection.exec_driver_sql("SELECT token FROM identity_tokens"))
        counts = {
            table: hub.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
            for table in ("identity_refs", "identity_records", "governance_vault", "pipelines_runs")
        }
        run = next(run for run in hub.stores.runs.recent() if run.entity == "shop")
        quarantine = [(row.line, row.column, row.code) for row in hub.stores.runs.quarantined(run.id)]
    app.engine.dispose()
    app.keystore.dispose()
    return {
        "partition": _partition(clusters),
        "facts": facts,
        "consents": consents,
        "records": links,
        "tokens": tokens,
        "rows": counts,
        "run": (run.id, run.state, run.counts.read, run.counts.new, run.counts.quarantined, dict(run.reasons)),
        "quarantine": quarantine,
    }


def _partition(clusters: Path) -> set[frozenset[tuple[str, str]]]:
    """The persons, as sets of their records: labels mean nothing."""
    persons: dict[str, set[tuple[str, str]]] = {}
    with clusters.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            persons.setdefault(row["label"], set()).add((row["entity"], row["source_key"]))
    return {frozenset(members) for members in persons.values()}


def _assert_same(found: dict[str, Any], expected: dict[str, Any]) -> None:
    for what, value in expected.items():
        assert found[what] == value, what


def _killed_and_resumed(folder: Path, name: str, kills: int) -> tuple[Path, list[bool], Ran]:
    home = _copied(folder, name)
    chance = random.Random(name)
    killed: list[bool] = []
    while len(killed) < kills and (not killed or killed[-1]):
        killed.append(_kill_at_some_moment(folder, home, chance))
    return home, killed, cdp("ingest", *_delivery(folder), home=home, settings=SETTINGS)


def test_an_ingest_killed_six_times_ends_like_one_never_killed(folder: Path, uninterrupted: dict[str, Any]) -> None:
    home, killed, last = _killed_and_resumed(folder, "six kills", 6)
    assert sum(killed) >= 3, "the kills came too late to prove anything"
    assert last.code == DONE, last.said
    _assert_same(_everything(home), uninterrupted)
    again = cdp("ingest", *_delivery(folder), home=home, settings=SETTINGS)
    assert again.code == DONE
    assert "nothing changed" in again.out
    _assert_same(_everything(home), uninterrupted)


def test_the_uninterrupted_run_has_something_to_compare(uninterrupted: dict[str, Any]) -> None:
    sizes = Counter(map(len, uninterrupted["partition"]))
    assert sizes == {1: ROWS - KNOWN, 2: KNOWN}
    assert len(uninterrupted["quarantine"]) == ROWS // 150
    assert uninterrupted["rows"]["identity_refs"] == ROWS + KNOWN
    assert max(uninterrupted["facts"].values()) == max(uninterrupted["consents"].values()) == 1


@pytest.mark.long
@pytest.mark.parametrize("round_", range(6))
def test_an_ingest_killed_many_times_ends_like_one_never_killed(
    folder: Path, uninterrupted: dict[str, Any], round_: int
) -> None:
    home, _, last = _killed_and_resumed(folder, f"round {round_}", 12)
    assert last.code == DONE, last.said
    _assert_same(_everything(home), uninterrupted)
