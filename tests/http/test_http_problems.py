"""Every error of every route is a problem of RFC 9457, tells no more than it must, and lets no exception out."""

import asyncio
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from http_group import PEOPLE, PURPOSE, SHOP, Group, records_of, said, terms
from sqlalchemy import text
from starlette.responses import StreamingResponse

from cdp.http import limits
from cdp.http.app import create
from cdp.http.guard import Guard
from governance.actors import Role
from identity.ids import entity_id

pytestmark = pytest.mark.parametrize("group", ["sqlite"], indirect=True)
"""What is tested here does not depend on the database."""

BODY_MAX = 200_000
SECURE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}
EDGE = {"Idempotency-Key": "problem", "Content-Type": "application/json"}
BAD_JSON = (b"", b"{", b"nonsense", b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"records": NaN}', b"9" * 5000)
WRITES = ("/v1/records", "/v1/consents", "/v1/consents/state")


def checked_problem(answer: Any, status: int) -> dict[str, Any]:
    """The problem, once it has all that one must have."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["title"] == HTTPStatus(status).phrase
    assert body["type"].startswith("/docs#problem-")
    assert body["detail"]
    assert {name: answer.headers.get(name) for name in SECURE} == SECURE
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    return body


def test_what_is_not_there_is_a_problem(group: Group) -> None:
    for path in (
        "/none",
        "/v1",
        "/v2/profiles/x",
        "/v1/profiles/",
        "/v1/profiles/a/b",
        "/static/none.css",
        "/static/%00",
    ):
        assert checked_problem(group.api.get(path), 404)["type"] == "/docs#problem-not-found", path


def test_nothing_is_redirected_so_no_pseudonym_travels_in_a_location(group: Group) -> None:
    for path in ("/health/", "/v1/purposes/", "/v1/journal/entries/"):
        assert group.api.get(path, follow_redirects=False).status_code == 404


def routes(group: Group) -> Iterator[tuple[str, str]]:
    for path, methods in group.api.get("/openapi.json").json()["paths"].items():
        for method in methods:
            yield method.upper(), path


def test_every_route_has_its_methods_and_tells_them_for_others(group: Group) -> None:
    allowed: dict[str, set[str]] = {}
    for method, path in routes(group):
        allowed.setdefault(path, set()).add(method)
    assert len(allowed) >= 14
    for path, methods in allowed.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} - methods:
            if path.endswith("}") or path in {"/v1/profiles/batch", "/v1/profiles/by-source-key"}:
                continue
            answer = group.api.request(method, path)
            assert checked_problem(answer, 405)["type"] == "/docs#problem-method-not-allowed"
            assert set(answer.headers["allow"].split(", ")) == methods


def test_a_head_request_is_answered_without_a_body(group: Group) -> None:
    answer = group.api.head("/health")
    assert (answer.status_code, answer.content) == (405, b"")


@pytest.mark.parametrize("path", WRITES)
def test_a_body_that_is_no_json_of_ours_is_refused_and_never_repeated(group: Group, path: str) -> None:
    for body in BAD_JSON:
        answer = group.api.post(path, content=body, headers=group.as_("shop-edge") | EDGE)
        assert answer.status_code in {400, 422}, body[:20]
        checked_problem(answer, answer.status_code)
        assert b"nonsense" not in answer.content


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "", "application/json; charset=klingon", "/"])
def test_a_body_of_another_type_is_refused(group: Group, kind: str) -> None:
    headers = group.as_("shop-edge") | {"Idempotency-Key": "kind", "Content-Type": kind}
    answer = group.api.post("/v1/records", content=b'{"records": []}', headers=headers)
    checked_problem(answer, answer.status_code)
    assert answer.status_code in {400, 415, 422}


@pytest.mark.parametrize("body", [{"grant_type": "client_credentials"}, None])
def test_a_token_request_that_is_no_form_is_refused(group: Group, body: object) -> None:
    checked_problem(group.api.post("/v1/oauth/token", json=body), 422)


@dataclass
class Spoken:
    """One request spoken in ASGI itself: the test client would gather a whole stream before it sends any of it."""

    path: str
    headers: dict[str, str]
    sent: int = 0
    status: int = 0
    answered: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    async def receive(self) -> dict[str, Any]:
        self.sent += 10_000
        assert self.sent < 10 * BODY_MAX, "somebody reads without end"
        return {"type": "http.request", "body": b"x" * 10_000, "more_body": True}

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.answered = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.body += message.get("body", b"")

    def to(self, app: Any) -> "Spoken":
        path, _, query = self.path.partition("?")
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.lower().encode(), value.encode()) for name, value in self.headers.items()],
            "server": ("hub.test", 80),
            "client": ("client.test", 1),
            "state": {},
        }
        asyncio.run(app(scope, self.receive, self.send))
        return self


def test_a_declared_body_over_the_limit_is_refused_before_it_is_read(group: Group) -> None:
    for length in (str(BODY_MAX + 1), "9" * 4000):
        headers = group.as_("shop-edge") | EDGE | {"Content-Length": length}
        spoken = Spoken("/v1/records", headers).to(group.api.app)
        assert (spoken.status, spoken.sent) == (413, 0)
        assert spoken.answered["content-type"] == "application/problem+json"
        assert {name: spoken.answered[name] for name in SECURE} == SECURE
        assert json.loads(spoken.body)["type"] == "/docs#problem-too-large"
        assert str(BODY_MAX) in json.loads(spoken.body)["detail"]


@pytest.mark.parametrize("path", [*WRITES, "/v1/oauth/token", "/v1/profiles/batch?purpose=marketing"])
def test_a_streamed_body_over_the_limit_is_refused_as_it_comes(group: Group, path: str) -> None:
    kind = "application/x-www-form-urlencoded" if "oauth" in path else "application/json"
    headers = group.as_("shop-edge") | EDGE | {"Content-Type": kind}
    spoken = Spoken(path, headers).to(group.api.app)
    assert spoken.status == 413
    assert spoken.answered["content-type"] == "application/problem+json"
    assert json.loads(spoken.body)["type"] == "/docs#problem-too-large"
    assert spoken.sent <= BODY_MAX + 10_000


def test_a_body_of_exactly_the_limit_is_read(group: Group) -> None:
    body = b'{"records": [' + b" " * (BODY_MAX - 15) + b"]}"
    assert len(body) == BODY_MAX
    answer = group.api.post("/v1/records", content=body, headers=group.as_("shop-edge") | EDGE)
    assert checked_problem(answer, 422)["type"] == "/docs#problem-invalid-request"


SECRET = "Zebulon.Quackenbush@mail.example"


def broken(group: Group) -> TestClient:
    """The API with a route that fails as no route should, holding a personal value."""
    app = create(group.app)

    @app.get("/broken")
    def _broken() -> None:
        raise ValueError(f"cannot parse {SECRET}")

    @app.get("/broken-sql")
    def _broken_sql() -> None:
        with group.app.hub(writes=False) as hub:
            hub.connection.execute(text("SELECT :mail, no_such_column"), {"mail": SECRET})

    @app.get("/broken-late")
    async def _broken_late() -> Any:
        async def parts() -> Any:
            yield b"first"
            raise ValueError(SECRET)

        return StreamingResponse(parts())

    return TestClient(app)  # raises whatever the application lets out


@pytest.mark.parametrize("path", ["/broken", "/broken-sql"])
def test_an_unexpected_error_is_a_problem_that_tells_and_logs_no_message(
    group: Group, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = broken(group).get(path)
    body = checked_problem(answer, 500)
    assert body["type"] == "/docs#problem-unexpected"
    told = caplog.text + "".join(str(record.__dict__) for record in caplog.records)
    assert SECRET not in answer.text + told
    (line,) = [record.getMessage() for record in caplog.records if record.name == "cdp.http"]
    assert " at cdp.http." in line  # where, so that somebody can mend it


def test_an_error_after_the_answer_began_lets_nothing_out_either(
    group: Group, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = broken(group).get("/broken-late")
    assert answer.content == b"first"
    assert SECRET not in caplog.text


def test_a_mistake_in_our_sql_is_no_absence_of_the_database(group: Group) -> None:
    assert broken(group).get("/broken-sql").status_code == 500
    assert group.api.get("/ready").status_code == 200


def test_the_guard_stands_outside_of_everything_of_ours(group: Group) -> None:
    app = create(group.app)
    assert isinstance(app, FastAPI)
    assert [item.cls for item in app.user_middleware] == [Guard, limits.BodyLimit]


def test_every_problem_that_we_answer_is_explained_on_the_page_of_documentation(group: Group) -> None:
    page = group.api.get("/docs").text
    shop = group.as_("shop-edge")
    answers = [
        group.api.get("/none"),
        group.api.put("/health"),
        group.api.get("/v1/profiles/x"),
        group.own("shop", "mirabelle", "data-sale"),
        group.read("shop", "x"),
        group.read("shop", "x", "no-such-purpose"),
        group.api.post("/v1/oauth/token", data={"grant_type": "x"}),
        group.api.post("/v1/oauth/token", data={"grant_type": "client_credentials", "client_id": "x"}),
        group.api.post("/v1/records", content=b"[" * 100_000, headers=shop | EDGE),
        group.api.post("/v1/records", content=b"", headers=shop | EDGE),
        group.api.post("/v1/records", content=b" " * (BODY_MAX + 1), headers=shop | EDGE),
        group.api.get("/v1/journal/entries", headers=shop),
        group.api.get("/v1/journal/proofs/inclusion?index=9&size=9999999", headers=group.as_("shop-dpo")),
        broken(group).get("/broken"),
    ]
    kinds = {answer.json()["type"] for answer in answers}
    assert len(kinds) >= 12
    assert not [kind for kind in kinds if f'id="{kind.partition("#")[2]}"' not in page]


def test_a_home_without_the_companys_key_says_so_and_where_no_key_is(group: Group, tmp_path: Path) -> None:
    group.add_client("elsewhere-engineer", entity_id("elsewhere"), Role.ENGINEER)
    answer = group.api.post(
        "/v1/profiles/by-source-key",
        params={"purpose": PURPOSE},
        json={"source_key": PEOPLE["mirabelle"].key(SHOP)},
        headers=group.as_("elsewhere-engineer"),
    )
    body = checked_problem(answer, 422)
    assert body["type"] == "/docs#problem-missing-key"
    assert str(group.folder) not in answer.text


def test_absent_and_not_yours_have_one_status_one_length_and_the_same_headers(group: Group) -> None:
    of_shop = group.app.reference(SHOP, PEOPLE["aikoha"].key(SHOP)).hex()
    asked = {"purpose": "marketing", "category": "user.behavior"}
    answers = [
        group.api.post("/v1/consents/state", json=asked | {"ref": ref}, headers=group.as_("bank-edge"))
        for ref in (of_shop, "f" * 64)
    ]
    answers += [
        group.tell("bank-edge", [said("aikoha", SHOP, "given", terms())], "absent-1"),
        group.tell("bank-edge", [{"source_key": "nobody", "state": "given", "terms": terms()}], "absent-2"),
    ]
    assert len({(one.status_code, one.content, str(sorted(one.headers.items()))) for one in answers}) == 1


def test_a_delivery_that_is_refused_is_refused_before_anything_of_it_is_looked_up(group: Group) -> None:
    (record,) = records_of(group, SHOP, PEOPLE["aikoha"])
    record["name"] = SECRET
    answer = group.deliver("bank-engineer", [record], "order")
    assert checked_problem(answer, 403)["type"] == "/docs#problem-not-permitted"
