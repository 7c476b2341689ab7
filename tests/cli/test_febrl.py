"""On people whom nobody here made: the issue's four commands give FEBRL 4's true pairs back."""

import csv
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from command_line import DONE, ROOT, cdp
from planted import Needles

SHARED = ROOT.parent / "shared" / "data"
CONTRACTS = ROOT / "examples" / "febrl"
F1_AT_LEAST = 0.98

pytestmark = pytest.mark.skipif(
    not (SHARED / "febrl4a.parquet").exists(), reason="FEBRL 4 is not in ../shared/data on this machine"
)


@pytest.fixture(scope="module")
def clusters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the four commands write."""
    folder = tmp_path_factory.mktemp("febrl")
    home, file = folder / "home", folder / "clusters.csv"
    for command in (
        ("init",),
        ("ingest", SHARED / "febrl4a.parquet", "--contract", CONTRACTS / "hospital.yaml"),
        ("ingest", SHARED / "febrl4b.parquet", "--contract", CONTRACTS / "insurer.yaml"),
        ("identity", "export", file),
    ):
        ran = cdp(*command, home=home)
        assert ran.code == DONE, ran.said
    return file


def test_febrl_4_is_resolved(clusters: Path) -> None:
    found = _pairs(clusters)
    true = {tuple(sorted(row.values())) for row in pq.read_table(SHARED / "febrl4_links.parquet").to_pylist()}
    hits = len(found & true)
    precision, recall = hits / len(found), hits / len(true)
    assert 2 * precision * recall / (precision + recall) >= F1_AT_LEAST, (precision, recall)


def _pairs(clusters: Path) -> set[tuple[str, ...]]:
    """Every pair of records with one label, whatever their companies."""
    persons: dict[str, list[str]] = {}
    with clusters.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            persons.setdefault(row["label"], []).append(row["source_key"])
    return {(left, right) for members in persons.values() for left in members for right in members if left < right}


def test_nothing_of_a_person_is_in_the_hub_in_clear(clusters: Path) -> None:
    rows = pq.read_table(SHARED / "febrl4a.parquet", columns=["rec_id", "address_1"]).slice(0, 300)
    values = {value for column in rows.columns for value in column.to_pylist() if value and len(value) >= 10}
    needles = Needles(values)
    assert len(values) > 400
    for path in clusters.parent.glob("home/*.db*"):
        assert needles.found_in(path.read_bytes()) == set(), path.name
    assert needles.found_in(clusters.read_bytes())  # the export names them, for who holds the companies' keys
