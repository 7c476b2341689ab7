"""Around every request: a span, the security headers, and a problem where our own code failed."""

import logging
import traceback
from collections.abc import Mapping
from types import MappingProxyType

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cdp.http.problems import problem
from cdp.telemetry import Counted, count, span

HEADERS: Mapping[str, str] = MappingProxyType(
    {
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    }
)
"""On every answer that does not say otherwise itself."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OURS = frozenset({"cdp", "pipelines", "governance", "consent", "identity"})
_STEPS = 5
_log = logging.getLogger("cdp.http")


class Guard:
    """ASGI middleware, the outermost of ours.

    INVARIANT: no exception leaves it. Whoever stands further out (Starlette, the server) logs an exception with its
    message, and the message of an unknown error may hold a personal value: only its type is told, here.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(send)
        with span("http.request", method=_method(scope)) as watched:
            try:
                await self._app(scope, receive, answer)
            except Exception as error:  # noqa: BLE001  what it is cannot be known here; it is told by its type
                _log.error("unexpected error of type %s at %s", type(error).__name__, _place(error))
                if not answer.status:
                    await _failed()(scope, receive, answer)
            watched.note(route=_route(scope), status=answer.status)
        if answer.status >= 400:
            count(Counted.HTTP_PROBLEMS, route=_route(scope), status=answer.status)


def _place(error: Exception) -> str:
    """The last of our own steps to an error, and the very last, as module:line; a traceback would tell its message."""
    steps = [(str(frame.f_globals.get("__name__")), line) for frame, line in traceback.walk_tb(error.__traceback__)]
    shown = [step for step in steps[:-1] if step[0].partition(".")[0] in _OURS][-_STEPS:] + steps[-1:]
    return " > ".join(f"{module}:{line}" for module, line in shown)


def _failed() -> ASGIApp:
    return problem(500, "unexpected", "something failed that should not; nothing was disclosed")


class _Answer:
    """A `send` that adds our headers and remembers the status; 0 until an answer began."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = int(message["status"])
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await self._send(message)


def _method(scope: Scope) -> str:
    """The method in lower case; one that nobody knows is whatever a client made up, so it is not repeated."""
    return str(scope["method"]).lower() if scope["method"] in _METHODS else "other"


def _route(scope: Scope) -> str:
    """The template of the route, never the path itself: a path may hold a pseudonym."""
    return str(getattr(scope.get("route"), "path", "none"))
