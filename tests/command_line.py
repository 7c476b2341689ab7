"""Runs `cdp` as a user would: in this process where that is enough, in one of its own where the process matters."""

import contextlib
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cdp.cli import main
from cdp.settings import PREFIX, Settings, from_environment
from cdp.wiring import Application, initialise

DONE, FINDING, USAGE, REFUSED, UNAVAILABLE = range(5)
"""The documented exit codes."""

ROOT = Path(__file__).parents[1]
PERSONS = 10_000


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left: its exit code and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        """Both streams."""
        return self.out + self.err

    def json(self) -> Any:
        """Standard output, all of it, as one JSON document."""
        return json.loads(self.out)

    def explains(self, *words: str) -> "Ran":
        """The same, after a look that the error has its three parts and names all of `words`."""
        lines = self.err.splitlines()
        assert lines, "nothing was said"
        assert lines[0].startswith("error: "), self.err
        assert lines[0].endswith("]"), self.err
        assert any(line.startswith("   do: ") for line in lines), self.err
        for word in words:
            assert word in self.err, (word, self.err)
        return self


def cdp(*arguments: object, home: Path | None = None, settings: Mapping[str, str] | None = None) -> Ran:
    """Run a command in this process, with these settings and no others of the environment."""
    given = {**({"CDP_HOME": str(home)} if home else {}), **(settings or {})}
    out, err = io.StringIO(), io.StringIO()
    argv, sys.argv = sys.argv, ["cdp", *map(str, arguments)]
    code: Any = DONE
    try:
        with _environment(given), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as end:
        code = end.code or DONE
    finally:
        sys.argv = argv
    return Ran(int(code), out.getvalue(), err.getvalue())


def cdp_process(*arguments: object, home: Path, settings: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start a command in a process of its own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    environment |= {"CDP_HOME": str(home), "PYTHONPATH": str(ROOT), **(settings or {})}
    return subprocess.Popen(
        [sys.executable, "-c", "from cdp.cli import main; main()", *map(str, arguments)],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(process: subprocess.Popen[str], *, seconds: float = 120.0) -> Ran:
    """What a started command left when it ended."""
    out, err = process.communicate(timeout=seconds)
    return Ran(process.returncode, out, err)


def new_home(folder: Path, *, persons: int = PERSONS, demo: bool = False) -> Application:
    """A home without a customer."""
    chosen = settings_of(folder)
    initialise(chosen, group="test", persons=persons, demo=demo)
    return Application(chosen)


def settings_of(folder: Path, **given: Any) -> Settings:
    """The settings of the home in `folder`."""
    return from_environment({}, home=folder, **given)


@contextlib.contextmanager
def _environment(given: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(PREFIX)}
    os.environ.update(given)
    try:
        yield
    finally:
        for name in given:
            os.environ.pop(name, None)
        os.environ.update(before)
