"""The ASGI application: routers, problems, limits, security headers."""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response

from cdp.console import pages
from cdp.http import consents, documentation, health, journal, matches, oauth, problems, profiles, records
from cdp.http.limits import BodyLimit
from cdp.telemetry import span
from cdp.wiring import Application

_TITLE = "Enishi"
_ABOUT = (
    "Resolved profiles of customers of a group of companies, for a stated purpose, without raw personal data "
    "crossing a company's border. Every answer and every refusal is journalled before it leaves."
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors 'none'",
}


def create(application: Application) -> FastAPI:
    """The API over `application`, with the console's pages when the home is a demonstration."""
    app = FastAPI(title=_TITLE, version=application.version, description=_ABOUT, docs_url=None, redoc_url=None)
    app.state.application = application
    problems.install(app)
    for router in (oauth, records, consents, profiles, matches, journal, health, documentation):
        app.include_router(router.router)
    if application.home.demo:
        app.include_router(pages.router)
    app.mount("/static", pages.static_files(), name="static")

    @app.middleware("http")
    async def _serve(request: Request, call: Callable[[Request], Awaitable[Response]]) -> Response:
        with span("http.request", method=request.method.lower()) as watched:
            response = await call(request)
            watched.note(route=_route(request), status=response.status_code)
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        return response

    app.add_middleware(BodyLimit, bytes_max=application.settings.request_bytes_max)
    return app


def _route(request: Request) -> str:
    """The template of the route, never the path itself: a path may hold a pseudonym."""
    route = request.scope.get("route")
    return str(getattr(route, "path", "none"))
