"""The example contracts hold beside their files, and the two of `examples/minimal` find the customers they share."""

import csv
from collections import defaultdict
from pathlib import Path

import pytest
from codebase import ROOT
from sqlalchemy import inspect

from cdp.settings import Settings
from cdp.use_cases.export_clusters import export_clusters
from cdp.wiring import Application, initialise
from consent.trees import shipped
from pipelines.adapters.files import LocalFiles
from pipelines.contract import Contract
from pipelines.contract_yaml import contract_from
from pipelines.ingest import RunReport, ingest
from pipelines.limits import IngestLimits
from pipelines.lint import Severity, lint

MINIMAL = ROOT / "examples/minimal"
COMPANIES = ("shop", "bank")
SHARED = [{("shop", "S-1001"), ("bank", "B-77")}, {("shop", "S-1002"), ("bank", "B-78")}]


def contract_at(path: Path) -> Contract:
    return contract_from(path.read_text("utf-8"))


def deliver(app: Application, company: str) -> RunReport:
    contract = contract_at(MINIMAL / f"{company}.yaml")
    return ingest(str(MINIMAL / f"{company}.csv"), contract, app.ingestion(contract.entity))


def persons(app: Application, folder: Path) -> list[set[tuple[str, str]]]:
    """The records of each person whom more than one record shows."""
    file = folder / "persons.csv"
    export_clusters(app, file)
    found: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for row in csv.DictReader(file.read_text("utf-8").splitlines()):
        found[row["label"]].add((row["entity"], row["source_key"]))
    return [records for records in found.values() if len(records) > 1]


@pytest.fixture
def home(tmp_path: Path) -> Application:
    settings = Settings(home=tmp_path / "home")
    initialise(settings, group="group", persons=1_000_000)
    return Application(settings)


@pytest.mark.parametrize("place", sorted((ROOT / "examples").rglob("*.yaml")), ids=lambda place: place.stem)
def test_an_example_contract_is_one(place: Path) -> None:
    found = lint(contract_at(place), trees=shipped())
    assert [str(one) for one in found if one.severity is Severity.ERROR] == []


@pytest.mark.parametrize("company", COMPANIES)
def test_a_minimal_contract_has_no_finding_beside_its_file(company: str) -> None:
    contract = contract_at(MINIMAL / f"{company}.yaml")
    columns = LocalFiles().open(str(MINIMAL / f"{company}.csv"), contract.format, IngestLimits()).columns
    assert lint(contract, trees=shipped(), columns=columns) == ()


@pytest.mark.parametrize("order", [COMPANIES, COMPANIES[::-1]], ids="-".join)
def test_the_customers_whom_both_companies_know_are_linked_and_no_others(
    order: tuple[str, ...], home: Application, tmp_path: Path
) -> None:
    reports = [deliver(home, company) for company in order]
    assert [report.run.counts.quarantined for report in reports] == [0, 0]
    found = persons(home, tmp_path)
    assert all(shared in found for shared in SHARED)
    assert len(found) == len(SHARED)


def every_row(app: Application) -> dict[str, list[str]]:
    """All that the databases hold, by table."""
    found: dict[str, list[str]] = {}
    for name, engine in (("hub", app.engine), ("keys", app.keystore)):
        with engine.connect() as connection:
            for table in inspect(connection).get_table_names():
                rows = connection.exec_driver_sql(f"SELECT * FROM {table}")
                found[f"{name} {table}"] = sorted(map(repr, rows))
    return found


def test_the_same_example_again_changes_nothing(home: Application) -> None:
    assert not deliver(home, "shop").repeated
    before = every_row(home)
    assert before["hub pipelines_runs"]
    assert deliver(home, "shop").repeated
    assert every_row(home) == before
