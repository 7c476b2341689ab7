"""Opens the home that a command works on."""

import os
from pathlib import Path
from typing import Annotated

import typer

from cdp.settings import Settings, from_environment
from cdp.wiring import Application

Home = Annotated[Path | None, typer.Option("--home", help="The home's folder; else CDP_HOME, else ~/.enishi.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def settings(home: Path | None = None, **given: object) -> Settings:
    """The settings of this process, with what the command line gives."""
    return from_environment(os.environ, home=home, **given)


def opened(home: Path | None = None, **given: object) -> Application:
    """The application of the home, opened and checked."""
    return Application(settings(home, **given))
