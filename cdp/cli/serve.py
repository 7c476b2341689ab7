"""`cdp serve`: the HTTP API."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from cdp.cli.opening import Home, opened
from cdp.cli.showing import say
from cdp.errors import AddressUnavailable


def serve(
    home: Home = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on; else CDP_HOST, else 127.0.0.1.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; else CDP_PORT, else 8484.")] = None,
) -> None:
    """Serve the API, its documentation page at /docs and, for a demonstration home, the console at /.

    Example: cdp serve --port 8484
    """
    import uvicorn

    from cdp.http.app import create
    from cdp.telemetry import configure

    app = opened(home, host=host, port=port)
    configure(otlp_endpoint=app.settings.otlp_endpoint, sample_ratio=app.settings.trace_sample_ratio)
    # No access log: a path may hold a pseudonym.
    server = uvicorn.Server(uvicorn.Config(create(app), access_log=False, log_level="warning"))
    with listening(app.settings.host, app.settings.port) as bound:
        host, port_ = bound.getsockname()[:2]
        say(f"serving http://{host}:{port_}{'/' if app.home.demo else '/docs'} — stop with Ctrl-C")
        server.run(sockets=[bound])


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket bound to the address, before anybody is told that we serve there.

    Raises AddressUnavailable when it is taken, or not one of this machine's.
    """
    try:
        bound = socket.create_server((host, port))
    except (OSError, OverflowError) as error:
        raise AddressUnavailable(
            f"cannot listen on port {port} of {host}",
            why=(getattr(error, "strerror", None) or "there is no such port").lower(),
            remedy="choose another with --port or CDP_PORT (0 takes any free one), or stop what listens there",
        ) from None
    with bound:
        yield bound
