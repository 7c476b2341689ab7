"""What commands print: tables for people, JSON for programs, progress on a terminal."""

import json
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.table import Table

from identity.ids import FOREVER, Instant

_WIDTH_UNATTENDED = 160
"""Columns of a table that goes to a file or a pipe, where no terminal says how wide it is."""

console = Console(highlight=False, soft_wrap=True)
if not console.is_terminal:
    console.width = _WIDTH_UNATTENDED


def as_json(value: Any) -> None:
    """Print `value` as one JSON document."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def table(title: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table; numbers stand to the right."""
    shown = Table(title=title, title_justify="left", box=None, header_style="bold", pad_edge=False)
    lines = [list(row) for row in rows]
    for place, heading in enumerate(headings):
        numeric = bool(lines) and all(isinstance(line[place], int | float) for line in lines)
        shown.add_column(heading, justify="right" if numeric else "left", overflow="fold")
    for line in lines:
        shown.add_row(*(f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in line))
    console.print(shown)


def say(text: str) -> None:
    """Print one line, without markup: a name may hold brackets."""
    console.print(text, markup=False)


def instant(value: Instant | None) -> str:
    """An instant in RFC 3339, or a dash."""
    if value is None or value >= FOREVER:
        return "-"
    return datetime.fromtimestamp(value / 1_000_000, tz=UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
