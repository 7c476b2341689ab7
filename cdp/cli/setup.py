"""`cdp init`: make a home."""

from typing import Annotated

import typer

from cdp.cli.opening import Home, settings
from cdp.cli.showing import say
from cdp.wiring import initialise


def init(
    home: Home = None,
    group: Annotated[str, typer.Option(help="The group's name, as its journal states it.")] = "group",
    persons: Annotated[
        int, typer.Option(min=2, help="How many persons the whole group knows, to the nearest power of ten.")
    ] = 1_000_000,
) -> None:
    """Make a home: keys, key store, database. Doing it again changes nothing.

    Example: CDP_HOME=./home cdp init --group rakuten-like --persons 100000000
    """
    chosen = settings(home)
    initialise(chosen, group=group, persons=persons)
    say(f"home ready in {chosen.home}")
    say("next: cdp ingest FILE --contract CONTRACT.yaml")
