"""Who gets in: access tokens for proven clients, and one answer for everybody else."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from http_group import BANK, PURPOSE, SHOP, Group

from cdp.access_tokens import AccessTokens
from cdp.use_cases.clients import register
from governance.actors import Role

pytestmark = pytest.mark.parametrize("group", ["sqlite"], indirect=True)
"""What is tested here does not depend on the database."""

TOKEN = "/v1/oauth/token"
GRANT = {"grant_type": "client_credentials"}
PROTECTED = (
    ("GET", "/v1/profiles/x"),
    ("POST", "/v1/profiles/by-source-key"),
    ("POST", "/v1/profiles/batch"),
    ("GET", "/v1/matches/x"),
    ("POST", "/v1/records"),
    ("POST", "/v1/consents"),
    ("POST", "/v1/consents/state"),
    ("GET", "/v1/journal/entries"),
    ("GET", "/v1/journal/checkpoint"),
    ("GET", "/v1/journal/key"),
    ("GET", "/v1/journal/proofs/inclusion?index=0&size=1"),
    ("GET", "/v1/journal/proofs/consistency?old=0&new=1"),
)


@dataclass(frozen=True, slots=True)
class Known:
    """A client with a secret that works."""

    name: str
    secret: str


@pytest.fixture(scope="module")
def known(group: Group) -> Iterator[Known]:
    secret = register(group.app, "shop-proven", entity=SHOP, roles=[Role.ENGINEER])
    return Known("shop-proven", secret.reveal())


def basic(name: str, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def read(group: Group, headers: dict[str, str]) -> Any:
    return group.api.get("/v1/profiles/x", params={"purpose": PURPOSE}, headers=headers)


def test_a_client_proves_itself_in_the_form_and_may_call(group: Group, known: Known) -> None:
    answer = group.api.post(TOKEN, data={**GRANT, "client_id": known.name, "client_secret": known.secret})
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "Bearer"
    assert answer.json()["expires_in"] == group.app.settings.token_ttl_seconds
    assert answer.headers["cache-control"] == "no-store"
    assert read(group, bearer(answer.json()["access_token"])).json()["type"].endswith("unknown-pseudonym")


def test_http_basic_proves_a_client_as_the_form_does(group: Group, known: Known) -> None:
    answer = group.api.post(TOKEN, data=GRANT, headers=basic(known.name, known.secret))
    assert answer.status_code == 200
    assert read(group, bearer(answer.json()["access_token"])).status_code == 404


def test_a_wrong_secret_an_unknown_and_a_disabled_client_look_alike(group: Group, known: Known) -> None:
    disabled = register(group.app, "shop-dismissed", entity=SHOP, roles=[Role.ENGINEER]).reveal()
    with group.app.hub(writes=True) as hub:
        hub.clients.disable("shop-dismissed")
    tries = [(known.name, "wrong"), ("nobody-at-all", known.secret), ("shop-dismissed", disabled)]
    answers = [group.api.post(TOKEN, data=GRANT, headers=basic(*one)) for one in tries]
    assert {one.status_code for one in answers} == {401}
    assert len({one.content for one in answers}) == 1
    assert len({str(sorted(one.headers.items())) for one in answers}) == 1
    assert answers[0].json()["error"] == "invalid_client"  # RFC 6749, 5.2
    assert answers[0].headers["www-authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    "header", [b"Basic", b"Basic !!!", b"Basic w6TDtg", b"Basic \xe4\xf6", b"Bearer abc", b"Basic " + b"A" * 5000]
)
def test_credentials_that_are_none_are_refused_and_break_nothing(group: Group, header: bytes) -> None:
    answer = group.api.post(TOKEN, data=GRANT, headers={b"Authorization": header})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


def test_another_grant_is_an_error_that_oauth_clients_understand(group: Group) -> None:
    answer = group.api.post(TOKEN, data={"grant_type": "password"})
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize(("method", "path"), PROTECTED)
def test_nothing_of_the_group_is_told_without_a_token(group: Group, method: str, path: str) -> None:
    answer = group.api.request(method, path, json={} if method == "POST" else None)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer realm="enishi"'
    assert answer.json()["type"] == "/docs#problem-not-authenticated"


def test_an_expired_token_ends_and_says_so(group: Group) -> None:
    long_ago = group.app.clock.now() - (group.app.settings.token_ttl_seconds + 1) * 1_000_000
    old = group.app.access_tokens.issue("shop-engineer", at=long_ago, nonce="old").text
    answer = read(group, bearer(old))
    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]


def forged(group: Group) -> Iterator[str]:
    now = group.app.clock.now() // 1_000_000
    claims = {"iss": "enishi", "sub": "shop-engineer", "iat": now, "exp": now + 600, "jti": "x"}
    stranger = Ed25519PrivateKey.generate()
    good = group.as_("shop-engineer")["Authorization"].removeprefix("Bearer ")
    head, body, signature = good.split(".")
    yield jwt.encode(claims, stranger, algorithm="EdDSA")
    yield jwt.encode(claims, "", algorithm="none")
    yield jwt.encode(claims, "x" * 32, algorithm="HS256")
    yield f"{head}.{body}.{signature[:-4]}AAAA"
    yield f"{head}.{body}."
    yield good[:-1]
    yield "not a token"
    yield "é"


def test_every_forged_token_is_refused_alike(group: Group) -> None:
    headers = [{b"Authorization": b"Bearer " + one.encode("latin-1")} for one in forged(group)]
    answers = [group.api.get("/v1/profiles/x", params={"purpose": PURPOSE}, headers=one) for one in headers]
    assert {one.status_code for one in answers} == {401}
    assert len({one.content for one in answers}) == 1


def test_a_token_without_a_needed_claim_is_refused(group: Group) -> None:
    key = group.app.access_tokens._private
    assert isinstance(group.app.access_tokens, AccessTokens)
    claims = {"iss": "enishi", "sub": "shop-engineer", "iat": 1, "exp": 2**33}
    assert read(group, bearer(jwt.encode(claims, key, algorithm="EdDSA"))).status_code == 404
    for name in claims:
        lacking = {one: value for one, value in claims.items() if one != name}
        assert read(group, bearer(jwt.encode(lacking, key, algorithm="EdDSA"))).status_code == 401


def test_the_tokens_of_a_disabled_client_end_at_once(group: Group) -> None:
    group.add_client("bank-leaving", BANK, Role.ENGINEER)
    assert read(group, group.as_("bank-leaving")).status_code == 404
    with group.app.hub(writes=True) as hub:
        hub.clients.disable("bank-leaving")
    assert read(group, group.as_("bank-leaving")).status_code == 401


@pytest.mark.parametrize(
    ("client", "method", "path"),
    [
        ("shop-edge", "GET", "/v1/profiles/x?purpose=marketing"),
        ("shop-dpo", "GET", "/v1/profiles/x?purpose=marketing"),
        ("shop-edge", "GET", "/v1/matches/x?purpose=marketing"),
        ("shop-engineer", "GET", "/v1/journal/entries"),
        ("shop-engineer", "GET", "/v1/journal/checkpoint"),
        ("shop-engineer", "POST", "/v1/records"),
        ("shop-steward", "POST", "/v1/consents"),
        ("shop-steward", "POST", "/v1/consents/state"),
    ],
)
def test_a_client_without_the_role_is_refused(group: Group, client: str, method: str, path: str) -> None:
    body = {
        "/v1/records": {"records": [{"ref": "0" * 64, "content": "0" * 64}]},
        "/v1/consents": {"events": [{"ref": "0" * 64, "state": "given", "terms": _TERMS}]},
        "/v1/consents/state": {"ref": "0" * 64, "purpose": "marketing", "category": "user.behavior"},
    }.get(path)
    headers = {**group.as_(client), "Idempotency-Key": "role"}
    answer = group.api.request(method, path, headers=headers, json=body)
    assert (answer.status_code, answer.json()["type"]) == (403, "/docs#problem-not-permitted")


_TERMS = {
    "operations": ["use"],
    "purpose": "marketing",
    "recipients": ["*"],
    "categories": ["*"],
    "basis": "consent",
}
