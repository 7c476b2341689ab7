"""Refuses bodies over the limit, before anything reads them whole."""

from collections.abc import MutableMapping
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cdp.http.problems import problem


class BodyLimit:
    """ASGI middleware: a request body over `bytes_max` is answered with 413, declared or streamed."""

    def __init__(self, app: ASGIApp, bytes_max: int) -> None:
        self._app = app
        self._bytes_max = bytes_max

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what comes in."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _declared(scope) > self._bytes_max:
            await self._refuse(scope, receive, send)
            return
        counted = _Counted(receive, self._bytes_max)

        async def watched(message: Message) -> None:
            if not counted.over:
                await send(message)

        await self._app(scope, counted, watched)
        if counted.over:
            await self._refuse(scope, receive, send)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = problem(
            413,
            "too-large",
            f"the body is over {self._bytes_max} bytes",
            remedy="send fewer items per request",
            headers={"Connection": "close"},
        )
        await answer(scope, receive, send)


class _Counted:
    """A `receive` that ends the body once it is over the limit and remembers that it was."""

    def __init__(self, receive: Receive, bytes_max: int) -> None:
        self._receive = receive
        self._left = bytes_max
        self.over = False

    async def __call__(self) -> MutableMapping[str, Any]:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            self.over = True
            return {"type": "http.disconnect"}
        return message


def _declared(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0
