"""An export of who is one person appears whole or not at all, and names nobody who was shredded."""

import csv
from pathlib import Path

import pytest
from codebase import ROOT

from cdp.settings import Settings
from cdp.use_cases.export_clusters import export_clusters
from cdp.wiring import Application, initialise
from identity.ids import EntityId
from pipelines.contract_yaml import contract_from
from pipelines.ingest import ingest

SHOP = EntityId("shop")


@pytest.fixture
def home(tmp_path: Path) -> Application:
    settings = Settings(home=tmp_path / "home")
    initialise(settings, group="group", persons=1000)
    app = Application(settings)
    minimal = ROOT / "examples/minimal"
    contract = contract_from((minimal / "shop.yaml").read_text("utf-8"))
    ingest(str(minimal / "shop.csv"), contract, app.ingestion(SHOP))
    return app


def _interrupted(rows: int) -> None:
    raise KeyboardInterrupt


def test_an_export_that_fails_leaves_no_file_behind(home: Application, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    with pytest.raises(KeyboardInterrupt):
        export_clusters(home, folder / "persons.csv", progress=_interrupted)
    assert list(folder.iterdir()) == []


def test_a_record_whose_data_key_was_shredded_is_named_by_its_ref(home: Application, tmp_path: Path) -> None:
    gone = home.reference(SHOP, "S-1002")
    with home.data_keys(SHOP) as keys:
        assert keys.shred([gone])
    file = tmp_path / "persons.csv"
    export_clusters(home, file)
    named = {row["source_key"] for row in csv.DictReader(file.read_text("utf-8").splitlines())}
    assert gone.hex() in named
    assert {"S-1001", "S-1003"} < named
    assert "S-1002" not in named
    assert file.stat().st_mode & 0o777 == 0o600
