"""Opens the home that a command works on."""

import os
from pathlib import Path
from typing import Annotated

import typer

from cdp.errors import InvalidRequest
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


def to_write(file: Path) -> Path:
    """`file`, if it can be written. Raises InvalidRequest before any work is done for it."""
    if file.is_dir() or not os.access(file.parent, os.W_OK):
        raise InvalidRequest(f"{file} cannot be written", remedy="name a file in a folder that is there and yours")
    return file
