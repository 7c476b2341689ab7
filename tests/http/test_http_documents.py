"""The OpenAPI document and the page that shows it: whole, valid, and without a word from another server."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from fastapi.routing import APIRoute
from http_group import Group
from jsonschema import Draft202012Validator

pytestmark = pytest.mark.parametrize("group", ["sqlite"], indirect=True)
"""What is tested here does not depend on the database."""

METHODS = {"get", "post", "put", "patch", "delete"}


@pytest.fixture(scope="module")
def spec(group: Group) -> dict[str, Any]:
    answer = group.api.get("/openapi.json")
    assert answer.status_code == 200
    document: dict[str, Any] = answer.json()
    return document


def operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            assert method in METHODS
            yield path, method, operation


def references(part: object) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for inner in part.values():
            yield from references(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from references(inner)


def test_the_document_is_openapi_3_1_and_points_at_nothing_that_is_not_there(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1.")
    assert spec["info"]["title"]
    assert spec["info"]["version"]
    pointed = set(references(spec))
    assert pointed
    for reference in pointed:
        place: Any = spec
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_every_schema_of_the_document_is_a_json_schema(spec: dict[str, Any]) -> None:
    schemas = dict(spec["components"]["schemas"])
    for path, method, operation in operations(spec):
        for at, parameter in enumerate(operation.get("parameters", [])):
            schemas[f"{method} {path} {at}"] = parameter["schema"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)


def test_every_operation_has_a_name_of_its_own_a_summary_and_its_path_parameters(spec: dict[str, Any]) -> None:
    names = [operation["operationId"] for _, _, operation in operations(spec)]
    assert len(names) == len(set(names))
    for path, _, operation in operations(spec):
        assert operation["summary"]
        assert operation["description"]
        told = {item["name"] for item in operation.get("parameters", []) if item["in"] == "path"}
        assert told == set(re.findall(r"{(\w+)}", path))
        assert "200" in operation["responses"]


def test_the_document_lists_every_route_that_is_served(group: Group, spec: dict[str, Any]) -> None:
    listed = {(path, method.upper()) for path, method, _ in operations(spec)}
    served = {
        (route.path, method)
        for route in walked(group.api.app.routes)  # type: ignore[attr-defined]
        if route.include_in_schema
        for method in route.methods
    }
    assert listed == served
    assert len(listed) >= 15
    for path in ("/v1/oauth/token", "/v1/records", "/v1/consents", "/v1/profiles/{pseudonym}", "/ready"):
        assert path in spec["paths"]


def walked(routes: list[Any]) -> Iterator[APIRoute]:
    """Every route, those of included routers too, whatever FastAPI keeps them in."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif (router := getattr(route, "original_router", None)) is not None:
            yield from walked(router.routes)


def test_every_operation_says_that_it_answers_errors_with_problems(spec: dict[str, Any]) -> None:
    for _, _, operation in operations(spec):
        content = operation["responses"]["4XX"]["content"]
        assert content == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        assert "422" not in operation["responses"]  # FastAPI's own form of errors, which we never send
    assert "HTTPValidationError" not in spec["components"]["schemas"]


def test_what_needs_a_token_says_so(spec: dict[str, Any]) -> None:
    for path, _, operation in operations(spec):
        is_open = path in {"/health", "/ready", "/v1/purposes", "/v1/oauth/token"}
        assert bool(operation.get("security")) is not is_open, path


def test_every_read_needs_a_purpose_in_the_document_too(spec: dict[str, Any]) -> None:
    for path, _, operation in operations(spec):
        if path.startswith(("/v1/profiles", "/v1/matches")):
            assert "purpose" in {item["name"] for item in operation["parameters"]}


def test_answers_are_as_the_document_says(group: Group, spec: dict[str, Any]) -> None:
    answers = {
        ("/v1/profiles/by-source-key", "post"): group.own("shop", "mirabelle"),
        ("/v1/profiles/{pseudonym}", "get"): group.read("shop", group.pseudonym("shop", "mirabelle")),
        ("/v1/purposes", "get"): group.api.get("/v1/purposes"),
        ("/ready", "get"): group.api.get("/ready"),
        ("/v1/journal/entries", "get"): group.api.get("/v1/journal/entries", headers=group.as_("shop-dpo")),
    }
    for (path, method), answer in answers.items():
        schema = spec["paths"][path][method]["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": spec["components"]}).validate(answer.json())
    refused = group.own("shop", "mirabelle", "data-sale").json()
    problem = spec["components"]["schemas"]["Problem"]
    Draft202012Validator(problem).validate(refused)
    assert set(refused) <= set(problem["properties"])


class Page(HTMLParser):
    """What a page loads, what it links to, and where it can be linked to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.places: list[str] = []
        self.tags: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.add(tag)
        if found.get("id"):
            self.places.append(str(found["id"]))
        if tag == "a":
            self.links.append(str(found.get("href")))
        else:
            self.loads += [str(found[name]) for name in ("src", "href", "srcset", "action") if found.get(name)]


def test_the_page_of_documentation_needs_no_network_and_no_script(group: Group) -> None:
    answer = group.api.get("/docs")
    assert answer.headers["content-type"].startswith("text/html")
    page = Page(answer.text)
    assert "script" not in page.tags
    assert "style=" not in answer.text
    loads = [place for place in page.loads if place != "data:,"]
    assert loads
    for place in loads:
        assert place.startswith("/static/")
        assert group.api.get(place).status_code == 200
    assert "url(http" not in group.api.get(loads[0]).text


def test_the_page_of_documentation_mentions_every_route_and_every_link_leads_somewhere(
    group: Group, spec: dict[str, Any]
) -> None:
    answer = group.api.get("/docs")
    page = Page(answer.text)
    for path, method, _ in operations(spec):
        assert f"{method.upper()} {path}" in answer.text
    assert len(page.places) == len(set(page.places))
    for link in page.links:
        if link.startswith("#"):
            assert link[1:] in page.places, link
        else:
            assert link.startswith("/"), link
            assert group.api.get(link.partition("#")[0]).status_code == 200
