"""The ASGI application: routers, problems, limits, security headers."""

from typing import Any

from fastapi import FastAPI

from cdp.console import pages
from cdp.http import consents, documentation, health, journal, matches, oauth, problems, profiles, records
from cdp.http.guard import Guard
from cdp.http.limits import BodyLimit
from cdp.wiring import Application

_TITLE = "Enishi"
_ABOUT = (
    "Resolved profiles of customers of a group of companies, for a stated purpose, without raw personal data "
    "crossing a company's border. Every answer and every refusal is journalled before it leaves."
)


class Api(FastAPI):
    """FastAPI whose OpenAPI document also holds the form of our problems, which no endpoint returns by itself."""

    def openapi(self) -> dict[str, Any]:
        """The document; made once."""
        spec = super().openapi()
        spec["components"]["schemas"].setdefault("Problem", problems.Problem.model_json_schema())
        return spec


def create(application: Application) -> FastAPI:
    """The API over `application`, with the console's pages when the home is a demonstration."""
    app = Api(
        title=_TITLE,
        version=application.version,
        description=_ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        responses=problems.DOCUMENTED,
    )
    app.state.application = application
    problems.install(app)
    for router in (oauth, records, consents, profiles, matches, journal, health, documentation):
        app.include_router(router.router)
    app.include_router(pages.router if application.home.demo else documentation.front)
    app.mount("/static", pages.static_files(), name="static")
    app.add_middleware(BodyLimit, bytes_max=application.settings.request_bytes_max)
    app.add_middleware(Guard)  # added last, so outermost
    return app
