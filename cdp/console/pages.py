"""Renders the console's pages: Jinja with autoescape, no script, nothing from outside."""

from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.staticfiles import StaticFiles

from cdp.console.story import cast_of, tell

router = APIRouter(include_in_schema=False)

_templates = Environment(loader=PackageLoader("cdp.console"), autoescape=True, undefined=StrictUndefined)


def static_files() -> StaticFiles:
    """The stylesheet, served by ourselves."""
    return StaticFiles(directory=Path(__file__).parent / "static")


def render(request: Request, template: str, **values: Any) -> HTMLResponse:
    """A page from a template of ours."""
    version = request.app.state.application.version
    return HTMLResponse(_templates.get_template(template).render(version=version, **values))


@router.get("/", response_class=HTMLResponse)
def story(request: Request) -> HTMLResponse:
    """The demonstration: one customer of several companies, two reads, a refusal and their proofs."""
    state = request.app.state
    if not hasattr(state, "cast"):
        state.cast = cast_of(state.application)
    return render(request, "story.html", **tell(state.application, state.cast))
