"""Writes the next migration: `make migration NAME=add-the-quota` (for developers, in a checkout)."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic import command

from cdp.database import open_engine, transaction
from cdp.migrations import config, head, upgrade


def write_next(name: str) -> None:
    """Compare the tables with the history so far, and write the difference as the next revision."""
    number = f"{int(head() or 0) + 1:04d}"
    with TemporaryDirectory() as folder:
        engine = open_engine(f"sqlite:///{Path(folder) / 'history.db'}", wait_seconds=10)
        upgrade(engine)
        with transaction(engine, writes=True) as connection:
            written = command.revision(config(connection), message=name, rev_id=number, autogenerate=True)
        engine.dispose()
    for script in written if isinstance(written, list) else [written]:
        if script is not None:
            _without_banners(Path(script.path))


def _without_banners(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.lstrip().startswith("# ###")), encoding="utf-8")


if __name__ == "__main__":
    write_next(sys.argv[1])
