"""A home whose keys are gone is not given new ones behind its owner's back."""

import shutil
from pathlib import Path

import pytest
from codebase import ROOT

from cdp.cli.contracts import contract_at
from cdp.settings import Settings
from cdp.use_cases.ingest_file import ingest_file
from cdp.wiring import Application, initialise
from governance.errors import MissingKey


def test_init_refuses_to_make_new_keys_for_a_home_that_holds_records(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home")
    initialise(settings, group="group", persons=1_000_000)
    shutil.rmtree(settings.keys_folder)
    initialise(settings, group="group", persons=1_000_000)  # nothing was sealed yet: new keys do no harm
    example = ROOT / "examples/minimal"
    ingest_file(Application(settings), example / "shop.csv", contract_at(example / "shop.yaml"))
    shutil.rmtree(settings.keys_folder)
    with pytest.raises(MissingKey):
        initialise(settings, group="group", persons=1_000_000)
    assert not list(settings.keys_folder.glob("*.json"))
