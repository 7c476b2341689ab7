"""Refuses bodies over the limit, before anything reads them whole."""

from collections.abc import MutableMapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from cdp.http.problems import problem


class BodyLimit:
    """ASGI middleware: a request body over `bytes_max` is answered with 413, declared or streamed.

    No endpoint runs on the beginning of a body: whoever reads past the limit gets an HTTPException, which FastAPI
    passes on as it is.
    """

    def __init__(self, app: ASGIApp, bytes_max: int) -> None:
        self._app = app
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what comes in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _declared(scope) > self._bytes_max:
            await _over(self._bytes_max)(scope, receive, send)
        else:
            await self._app(scope, _Counted(receive, self._bytes_max), send)


class BodyOverLimit(HTTPException):
    """More bytes came than a request may have."""

    def __init__(self, bytes_max: int) -> None:
        super().__init__(413)
        self.answer = _over(bytes_max)


class _Counted:
    """A `receive` that raises BodyOverLimit at the first message over the limit, and at every one after it."""

    def __init__(self, receive: Receive, bytes_max: int) -> None:
        self._receive = receive
        self._bytes_max = bytes_max
        self._left = bytes_max

    async def __call__(self) -> MutableMapping[str, Any]:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise BodyOverLimit(self._bytes_max)
        return message


def _over(bytes_max: int) -> ASGIApp:
    return problem(
        413,
        "too-large",
        f"the body is over {bytes_max} bytes",
        remedy="send fewer items per request",
        headers={"Connection": "close"},
    )


def _declared(scope: Scope) -> int:
    """The length that the request states; 0 when it states none. A number too long to read is over every limit."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])
    return 0
