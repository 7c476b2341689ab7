"""What was once good and is sent again: tokens of clients who are gone, and requests whose body has changed."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command_line import cdp, new_home
from fastapi.testclient import TestClient
from httpx import Response

from cdp.http.app import create
from cdp.use_cases.clients import register
from cdp.wiring import Application
from governance.actors import Role
from identity.ids import entity_id

PURPOSE = {"purpose": "marketing"}
SHOP = entity_id("shop")


@pytest.fixture
def app(tmp_path: Path) -> Application:
    return new_home(tmp_path / "home")


@pytest.fixture
def api(app: Application) -> Iterator[TestClient]:
    with TestClient(create(app)) as client:
        yield client


def _token(app: Application, api: TestClient, name: str, *roles: Role) -> dict[str, str]:
    secret = register(app, name, entity=SHOP, roles=roles).reveal()
    form = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
    return {"Authorization": f"Bearer {api.post('/v1/oauth/token', data=form).json()['access_token']}"}


def _problem(answer: Response) -> tuple[int, str]:
    assert answer.headers["content-type"].startswith("application/problem+json"), answer.text
    return answer.status_code, answer.json()["type"].rpartition("problem-")[2]


def _read(api: TestClient, headers: dict[str, str]) -> Response:
    return api.post("/v1/profiles/by-source-key", json={"source_key": "x"}, params=PURPOSE, headers=headers)


def test_a_disabled_clients_token_ends_at_once(app: Application, api: TestClient) -> None:
    headers = _token(app, api, "shop-web", Role.ENGINEER)
    assert _read(api, headers).status_code != 401
    assert cdp("client", "disable", "shop-web", home=app.settings.home).code == 0
    assert _problem(_read(api, headers)) == (401, "not-authenticated")


def test_a_token_of_another_home_is_refused(app: Application, api: TestClient, tmp_path: Path) -> None:
    other = new_home(tmp_path / "other")
    foreign = _token(other, TestClient(create(other)), "shop-web", Role.ENGINEER)
    own = _token(app, api, "shop-web", Role.ENGINEER)
    assert _read(api, own).status_code != 401
    assert _problem(_read(api, foreign)) == (401, "not-authenticated")


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_with_one_character_changed_is_refused(app: Application, api: TestClient, part: int) -> None:
    headers = _token(app, api, "shop-web", Role.ENGINEER)
    parts = headers["Authorization"].removeprefix("Bearer ").split(".")
    parts[part] = ("A" if parts[part][0] != "A" else "B") + parts[part][1:]
    assert _problem(_read(api, {"Authorization": "Bearer " + ".".join(parts)})) == (401, "not-authenticated")


def test_a_token_without_a_signature_is_refused(app: Application, api: TestClient) -> None:
    _, claims, signature = _token(app, api, "shop-web", Role.ENGINEER)["Authorization"][7:].split(".")
    for algorithm in ("none", "None", "NONE", "HS256", "ES256"):
        head = base64.urlsafe_b64encode(json.dumps({"alg": algorithm, "typ": "JWT"}).encode()).rstrip(b"=").decode()
        for end in ("", signature):
            forged = {"Authorization": f"Bearer {head}.{claims}.{end}"}
            if algorithm == "HS256" and end:
                continue  # may be the very token
            assert _problem(_read(api, forged)) == (401, "not-authenticated")


def _delivery(ref: str, value: int = 1) -> dict[str, Any]:
    fact = {"name": "points", "category": "user.behavior", "value": value}
    return {"records": [{"ref": ref * 64, "content": f"{value:064x}", "facts": [fact]}]}


def _counted(app: Application) -> dict[str, int]:
    with app.hub(writes=False) as hub:
        return dict(hub.stores.refs.by_entity())


def test_a_key_that_comes_again_with_another_body_is_refused_and_changes_nothing(
    app: Application, api: TestClient
) -> None:
    headers = {**_token(app, api, "shop-edge", Role.EDGE), "Idempotency-Key": "delivery-1"}
    first = api.post("/v1/records", json=_delivery("a"), headers=headers)
    assert first.status_code == 200, first.text
    assert _problem(api.post("/v1/records", json=_delivery("b"), headers=headers)) == (409, "idempotency-conflict")
    assert _problem(api.post("/v1/records", json=_delivery("a", 2), headers=headers)) == (409, "idempotency-conflict")
    assert _counted(app) == {SHOP: 1}
    again = api.post("/v1/records", json=_delivery("a"), headers=headers)
    assert (again.status_code, again.json()) == (200, first.json())
    assert _counted(app) == {SHOP: 1}


def test_one_clients_key_is_not_anothers(app: Application, api: TestClient) -> None:
    key = {"Idempotency-Key": "delivery-1"}
    mine = {**_token(app, api, "shop-edge", Role.EDGE), **key}
    other = {**_token(app, api, "shop-edge-2", Role.EDGE), **key}
    assert api.post("/v1/records", json=_delivery("a"), headers=mine).json()["new"] == 1
    assert api.post("/v1/records", json=_delivery("b"), headers=other).json()["new"] == 1
    assert _counted(app) == {SHOP: 2}


def test_a_write_without_a_key_is_refused(app: Application, api: TestClient) -> None:
    headers = _token(app, api, "shop-edge", Role.EDGE)
    assert _problem(api.post("/v1/records", json=_delivery("a"), headers=headers))[0] == 422
    assert _counted(app) == {}


def test_a_disabled_edge_cannot_repeat_its_request(app: Application, api: TestClient) -> None:
    headers = {**_token(app, api, "shop-edge", Role.EDGE), "Idempotency-Key": "delivery-1"}
    assert api.post("/v1/records", json=_delivery("a"), headers=headers).status_code == 200
    cdp("client", "disable", "shop-edge", home=app.settings.home)
    assert _problem(api.post("/v1/records", json=_delivery("a"), headers=headers)) == (401, "not-authenticated")
