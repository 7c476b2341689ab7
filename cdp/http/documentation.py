"""`GET /docs`: the OpenAPI document as a page that needs no network, no script and no other server."""

from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from cdp.console.pages import render
from cdp.http.problems import OTHERS, status_of
from governance.journal.errors import JournalError
from identity.errors import EnishiError

router = APIRouter(include_in_schema=False)
front = APIRouter(include_in_schema=False)


@front.get("/")
def start() -> RedirectResponse:
    """A home that demonstrates nothing has no page of its own to begin with."""
    return RedirectResponse("/docs")


@router.get("/docs", response_class=HTMLResponse)
def docs(request: Request) -> HTMLResponse:
    """The API's documentation."""
    spec = request.app.openapi()
    groups: dict[str, list[dict[str, Any]]] = {}
    for operation in _operations(spec):
        groups.setdefault(operation["tag"], []).append(operation)
    schemas = {name: list(_fields(body)) for name, body in sorted(spec["components"]["schemas"].items())}
    return render(request, "docs.html", spec=spec, groups=groups, schemas=schemas, problems=_problems())


def _operations(spec: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            yield {
                "tag": operation.get("tags", ["other"])[0],
                "id": operation["operationId"],
                "method": method.upper(),
                "path": path,
                "summary": operation.get("summary", "").rstrip("."),
                "description": operation.get("description", ""),
                "parameters": [_parameter(item) for item in operation.get("parameters", [])],
                "body": _body_type(operation.get("requestBody", {})),
                "answer": _body_type(operation.get("responses", {}).get("200", {})),
            }


def _parameter(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": item["name"],
        "place": item["in"],
        "required": item.get("required", False),
        "meaning": item.get("description", ""),
    }


def _body_type(holder: dict[str, Any]) -> str:
    for content in holder.get("content", {}).values():
        return _type(content.get("schema", {}))
    return ""


def _fields(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    needed = schema.get("required", [])
    for name, body in schema.get("properties", {}).items():
        meaning = body.get("description", "")
        yield {"name": name, "type": _type(body), "required": name in needed, "meaning": meaning}


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_type(item) for item in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("type", ""))


def _problems() -> list[dict[str, Any]]:
    """Every type of problem, by code; classes that share a code are one."""
    found = {code: {"code": code, "status": status, "meaning": text} for code, (status, text) in OTHERS.items()}
    for kind in (*_descendants(EnishiError), *_descendants(JournalError)):
        row = {"code": kind.code, "status": int(status_of(kind.__new__(kind))), "meaning": kind.__doc__ or ""}
        found.setdefault(kind.code, row)
    return [found[code] for code in sorted(found)]


def _descendants(
    kind: type[EnishiError] | type[JournalError],
) -> Iterator[type[EnishiError] | type[JournalError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)
