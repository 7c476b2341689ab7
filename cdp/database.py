"""Engines and transactions: how we open SQLite and PostgreSQL, and the only place that begins and commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, NoSuchModuleError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cdp.errors import DatabaseUnavailable, InvalidSetting
from cdp.telemetry import span

_MISTAKES = ("SQLITE_ERROR", "SQLITE_CONSTRAINT", "SQLITE_MISUSE")
"""SQLite's names for wrong SQL, which is our mistake and not the database's absence."""

_BROKEN = ("SQLITE_NOTADB", "SQLITE_CORRUPT")
"""SQLite's names for a file that is not what it should be."""


def open_engine(url: str, *, wait_seconds: int, must_exist: bool = False) -> Engine:
    """An engine on SQLite (WAL, durable commits) or PostgreSQL. Does not connect yet.

    `must_exist`: a SQLite file that is not there, or not any more, is DatabaseUnavailable and never made anew.
    Raises InvalidSetting for a URL of another kind, without showing it: it may hold a password.
    """
    try:
        kind = make_url(url).get_backend_name()
    except ArgumentError:
        kind = ""
    try:
        if kind == "sqlite":
            engine = _sqlite(url, wait_seconds)
            if must_exist:
                _watch_file(engine)
            return engine
        if kind == "postgresql":
            return create_engine(
                url,
                hide_parameters=True,
                pool_pre_ping=True,
                pool_timeout=wait_seconds,
                connect_args={"connect_timeout": wait_seconds},
            )
    except (ModuleNotFoundError, NoSuchModuleError):
        raise InvalidSetting(
            "the PostgreSQL driver is not installed", remedy="pip install 'enishi-cdp[postgres]'"
        ) from None
    raise InvalidSetting(
        "not a database URL that we can use", remedy="give sqlite:///PATH or postgresql://USER@HOST/NAME"
    )


def _sqlite(url: str, wait_seconds: int) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_timeout=wait_seconds,
        connect_args={"timeout": wait_seconds, "check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves: the driver's own guess locks too late
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "cache_size=-65536"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _watch_file(engine: Engine) -> None:
    """Connect to the file that is there, and let go of connections to one that was moved, deleted or replaced.

    SQLite would go on writing to the old file, which nobody finds any more, and make an empty one where it is absent.
    """
    path = Path(engine.url.database or "")

    @event.listens_for(engine, "do_connect")
    def _look(_dialect: object, record: Any, _args: object, _parameters: object) -> None:
        record.info["file"] = _file_at(path)

    @event.listens_for(engine, "checkout")
    def _look_again(_connection: object, record: Any, _proxy: object) -> None:
        if record.info["file"] != _file_at(path):
            raise DisconnectionError


def _file_at(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        raise DatabaseUnavailable(
            "the database file is not there", remedy="put it back where the home or CDP_DATABASE_URL says it is"
        ) from None
    return found.st_dev, found.st_ino


@contextmanager
def transaction(engine: Engine, *, writes: bool) -> Iterator[Connection]:
    """A transaction that commits when the block ends and rolls back when it raises.

    A writing one takes SQLite's write lock at once, so that two writers never deadlock half-way.
    Raises DatabaseUnavailable when the database is gone, locked for too long, or full.
    """
    try:
        watched = span("store.transaction", backend=engine.dialect.name, operation="write" if writes else "read")
        with watched, engine.connect().execution_options(writes=writes) as connection, connection.begin():
            yield connection
    except OperationalError as error:
        code = getattr(error.orig, "sqlite_errorname", "")
        if str(error.orig).startswith("no such table"):
            raise _damaged("tables are missing from it") from error
        if code.startswith(_MISTAKES):
            raise
        raise DatabaseUnavailable(
            "the database does not answer",
            why=code.lower().replace("_", " "),
            remedy="check that it runs and is reachable, and that its disk is not full; nothing was changed",
        ) from error
    except PoolTimeout:
        raise DatabaseUnavailable("the database is busy", remedy="try again; nothing was changed") from None
    except DBAPIError as error:
        if error.connection_invalidated:
            raise DatabaseUnavailable("the database went away", remedy="nothing was changed; try again") from error
        if getattr(error.orig, "sqlite_errorname", "").startswith(_BROKEN):
            raise _damaged("its file is not a whole SQLite database") from error
        raise


def _damaged(why: str) -> DatabaseUnavailable:
    return DatabaseUnavailable(
        "the database is damaged", why=why, remedy="restore it from a backup; nothing was changed"
    )
