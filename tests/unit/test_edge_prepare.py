"""A file that a company's own edge prepares, delivered over HTTP, lands like an ingested one and holds no name."""

import json
import shutil
from pathlib import Path

from codebase import ROOT
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from cdp.cli.app import app as command_line
from cdp.cli.contracts import contract_at
from cdp.http.app import create
from cdp.settings import Settings
from cdp.use_cases.agreements import sign
from cdp.use_cases.clients import register
from cdp.wiring import Application, initialise
from governance.actors import Role
from identity.ids import EntityId

MINIMAL = ROOT / "examples/minimal"


def _home(folder: Path) -> Settings:
    settings = Settings(home=folder)
    initialise(settings, group="two-machines", persons=1_000_000)
    return settings


def _deliver(client: TestClient, app: Application, entity: str, bodies: list[str]) -> None:
    secret = register(app, f"{entity}-edge", entity=EntityId(entity), roles=[Role.EDGE]).reveal()
    form = {"grant_type": "client_credentials", "client_id": f"{entity}-edge", "client_secret": secret}
    token = client.post("/v1/oauth/token", data=form).json()["access_token"]
    for number, body in enumerate(bodies):
        headers = {
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": f"{entity}-{number}",
            "Content-Type": "application/json",
        }
        answer = client.post("/v1/records", content=body, headers=headers)
        assert answer.status_code == 200, answer.text


def test_prepared_deliveries_hold_no_personal_value_and_link_at_a_hub_that_has_no_company_key(tmp_path: Path) -> None:
    hub = Application(_home(tmp_path / "hub"))
    run = CliRunner()
    recorded = []
    for entity in ("shop", "bank"):
        edge = tmp_path / entity
        _home(edge)
        shutil.copy(tmp_path / "hub/keys/group.key.json", edge / "keys/group.key.json")
        out = tmp_path / f"{entity}.ndjson"
        file, contract = MINIMAL / f"{entity}.csv", MINIMAL / f"{entity}.yaml"
        done = run.invoke(
            command_line,
            ["edge", "prepare", str(file), "--contract", str(contract), "--out", str(out), "--home", str(edge)],
        )
        assert done.exit_code == 0, done.output
        recorded.append((entity, out.read_text("utf-8").splitlines()))
    everything = json.dumps(recorded).lower()
    # Nothing shorter: four letters or digits stand in so much base64 by chance.
    values = ("okonkwo", "mira.okonkwo", "491570156", "491 570 156", "1981-04-03", "03/04/1981", "s-1001", "b-77")
    assert [value for value in values if value in everything] == []
    assert json.loads(recorded[0][1][0])["records"], "the positive control: something was delivered"

    with TestClient(create(hub)) as client:
        for entity, bodies in recorded:
            _deliver(client, hub, entity, bodies)
    with hub.hub(writes=False) as stores:
        assert sum(stores.stores.refs.by_entity().values()) == 7
        assert stores.census.persons() == 7, "no agreement yet: what is delivered is linked with nobody"
    for entity in ("shop", "bank"):
        sign(hub, contract_at(MINIMAL / f"{entity}.yaml"))
    with hub.hub(writes=False) as stores:
        assert stores.census.persons() == 5
    assert hub.keys.names() == ("group", "hub")
