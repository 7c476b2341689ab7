"""Whatever comes in, what goes out is an answer or a problem: never a failure of ours, never a traceback."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest
from http_group import PEOPLE, PURPOSE, SHOP, Group, records_of, terms
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

EXAMPLES = settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
ON_ONE = pytest.mark.parametrize("group", ["sqlite"], indirect=True)
"""What never gets as far as a database."""

TEXT = st.text(st.characters(exclude_categories=()), max_size=30)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(min_value=-(10**40), max_value=10**40),
    st.floats(),
    TEXT,
    st.sampled_from(["*", "", "marketing", "given", "a\x00b", "\ud800", "shop", "x" * 3000, "user.behavior", "link"]),
)
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)
READS = ("/v1/profiles/by-source-key", "/v1/profiles/batch", "/v1/consents/state")
CALLS = ("/v1/records", "/v1/consents", *READS)
LISTS = ("/v1/journal/entries", "/v1/journal/proofs/inclusion", "/v1/journal/proofs/consistency")
NAMES = ("client", "purpose", "decision", "since", "until", "cursor", "limit", "index", "size", "old", "new")


def is_answered(answer: Any) -> None:
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == answer.status_code


def headers(group: Group, path: str, key: str = "fuzz") -> dict[str, str]:
    client = "shop-engineer" if path.startswith("/v1/profiles") else "shop-edge"
    return group.as_(client) | {"Idempotency-Key": key, "Content-Type": "application/json"}


def send(group: Group, path: str, body: object) -> Any:
    """The answer to a body of any JSON that Python can write, half characters and all."""
    content = json.dumps(body).encode()
    return group.api.post(path, params={"purpose": PURPOSE}, content=content, headers=headers(group, path))


@ON_ONE
@pytest.mark.parametrize("path", CALLS)
@EXAMPLES
@given(body=JSON)
def test_any_json_is_answered(group: Group, path: str, body: object) -> None:
    is_answered(send(group, path, body))


@ON_ONE
@pytest.mark.parametrize("path", CALLS)
@EXAMPLES
@given(body=st.binary(max_size=200))
def test_any_bytes_are_answered(group: Group, path: str, body: bytes) -> None:
    is_answered(group.api.post(path, params={"purpose": PURPOSE}, content=body, headers=headers(group, path)))


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """The path of every part of a JSON value."""
    inner: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list):
        inner = list(enumerate(value))
    return [path, *(found for step, part in inner for found in places(part, (*path, step)))]


def put(value: Any, path: tuple[str | int, ...], new: object) -> Any:
    """A copy with another value at `path`."""
    if not path:
        return new
    if isinstance(value, dict):
        return {**value, path[0]: put(value[path[0]], path[1:], new)}
    return [put(part, path[1:], new) if at == path[0] else part for at, part in enumerate(value)]


@pytest.fixture(scope="module")
def sound(group: Group) -> Mapping[str, Any]:
    """A good body for each call."""
    (record,) = records_of(group, SHOP, PEOPLE["aikoha"])
    ref = group.app.reference(SHOP, PEOPLE["aikoha"].key(SHOP)).hex()
    event = {"ref": ref, "terms": terms("analytics", "use"), "state": "given", "valid_from": 1, "evidence": "ab" * 32}
    return {
        "/v1/records": {"records": [record], "source": "edge"},
        "/v1/consents": {"events": [event]},
        "/v1/consents/state": {"ref": ref, "purpose": "analytics", "category": "user.behavior", "recipient": "bank"},
        "/v1/profiles/by-source-key": {"source_key": PEOPLE["aikoha"].key(SHOP)},
        "/v1/profiles/batch": {"pseudonyms": [group.pseudonym("shop", "aikoha")]},
    }


@pytest.mark.parametrize("path", CALLS)
@EXAMPLES
@given(draw=st.data(), new=SCALARS)
def test_a_good_body_with_one_part_spoiled_is_answered(
    group: Group, sound: Mapping[str, Any], path: str, draw: st.DataObject, new: object
) -> None:
    place = draw.draw(st.sampled_from(places(sound[path])))
    is_answered(send(group, path, put(sound[path], place, new)))


def test_after_all_that_everybody_reads_on(group: Group) -> None:
    for who, client in (("mirabelle", "shop"), ("aikoha", "shop"), ("mirabelle", "bank")):
        assert group.own(client, who).status_code == 200


@pytest.mark.parametrize("path", LISTS)
@EXAMPLES
@given(params=st.dictionaries(st.sampled_from(NAMES), TEXT | st.integers().map(str), max_size=4))
def test_any_parameters_are_answered(group: Group, path: str, params: dict[str, str]) -> None:
    clean = {name: text.encode("utf-8", "replace").decode() for name, text in params.items()}
    is_answered(group.api.get(path, params=clean, headers=group.as_("shop-dpo")))


@ON_ONE
@EXAMPLES
@given(path=TEXT, purpose=TEXT)
def test_any_pseudonym_and_purpose_are_answered(group: Group, path: str, purpose: str) -> None:
    name = quote(path.encode("utf-8", "replace"), safe="")
    stated = purpose.encode("utf-8", "replace").decode()
    for kind in ("profiles", "matches"):
        is_answered(group.api.get(f"/v1/{kind}/{name}", params={"purpose": stated}, headers=group.as_("shop-engineer")))
        is_answered(
            group.api.get(f"/v1/{kind}/{name}", params={"purpose": PURPOSE}, headers=group.as_("shop-engineer"))
        )
    is_answered(group.api.get(f"/static/{name}"))


@ON_ONE
@EXAMPLES
@given(body=st.binary(max_size=80), kind=st.sampled_from(["x-www-form-urlencoded", "form-data; boundary=x", "json"]))
def test_any_token_request_is_answered(group: Group, body: bytes, kind: str) -> None:
    family = "multipart" if kind.startswith("form") else "application"
    answer = group.api.post("/v1/oauth/token", content=body, headers={"Content-Type": f"{family}/{kind}"})
    is_answered(answer)
    assert answer.status_code != 200


@ON_ONE
@EXAMPLES
@given(
    secret=st.binary(max_size=40), name=st.sampled_from([b"authorization", b"content-type", b"idempotency-key", b"x-y"])
)
def test_any_header_is_answered(group: Group, secret: bytes, name: bytes) -> None:
    value = bytes(byte for byte in secret if byte not in b"\r\n\x00")
    asked = {name: value, b"accept": b"*/*"}
    is_answered(group.api.get("/v1/profiles/x", params={"purpose": PURPOSE}, headers=asked))
    is_answered(group.api.post("/v1/oauth/token", data={"grant_type": "client_credentials"}, headers=asked))
