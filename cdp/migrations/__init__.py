"""The history of the hub's database: brings one to the tables that this version knows, or says why it will not.

The key store is another database (`keystore_metadata`, one table) and is not part of this history. Alembic is
imported only where something is upgraded: it costs every other start half a second.
"""

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, inspect, text

from cdp.database import transaction
from cdp.errors import HomeIsNewer, HomeIsOlder

if TYPE_CHECKING:
    from alembic.config import Config

_LOCK = 0x656E6973
"""PostgreSQL's advisory lock under which one process upgrades while the others wait ("enis")."""


def upgrade(engine: Engine) -> None:
    """Bring the database to `head()` in one transaction; done twice, the second does nothing.

    Raises HomeIsNewer when a newer version of this program made it, DatabaseUnavailable when it does not answer.
    """
    with transaction(engine, writes=True) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        found = _current(connection)
        _refuse_newer(found)
        if found != head():
            from alembic import command

            command.upgrade(config(connection), "head")


def check(engine: Engine) -> None:
    """Pass when the database stands at `head()`; changes nothing.

    Raises HomeIsNewer or HomeIsOlder, each with its remedy, and DatabaseUnavailable when it does not answer.
    """
    found = current(engine)
    _refuse_newer(found)
    if found != head():
        raise HomeIsOlder(
            "the database lacks tables that this version needs",
            why=f"it stands at revision {found or 'none'}, this version at {head() or 'none'}",
            remedy="run `cdp init` again: it upgrades the database and changes nothing else",
        )


def current(engine: Engine) -> str | None:
    """The revision at which the database stands; None for one that was never upgraded."""
    with transaction(engine, writes=False) as connection:
        return _current(connection)


def head() -> str | None:
    """The newest revision that this version knows; None while there is none."""
    return max(_known(), default=None)


def config(connection: Connection | None = None) -> "Config":
    """Alembic's configuration without a file, on an open connection whose transaction somebody else ends."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", "cdp:migrations")
    settings.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    settings.attributes["connection"] = connection
    return settings


def _current(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


@cache
def _known() -> frozenset[str]:
    """The revisions that this version knows: their files are named `NUMBER_SLUG.py`, in one line of four digits."""
    names = (file.name for file in files("cdp.migrations.versions").iterdir())
    return frozenset(name.partition("_")[0] for name in names if name[:1].isdigit())


def _refuse_newer(revision: str | None) -> None:
    if revision is not None and revision not in _known():
        raise HomeIsNewer(
            "the database was made by a newer version of this program",
            why="it stands at a revision that this version does not know",
            remedy="install the newer version again (`cdp --version` tells this one's); nothing was changed",
        )
