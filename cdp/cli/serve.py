"""`cdp serve`: the HTTP API."""

from typing import Annotated

import typer

from cdp.cli.opening import Home, opened
from cdp.cli.showing import say


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
    say(f"serving http://{app.settings.host}:{app.settings.port}/docs — stop with Ctrl-C")
    # No access log: a path may hold a pseudonym.
    uvicorn.run(create(app), host=app.settings.host, port=app.settings.port, access_log=False, log_level="warning")
