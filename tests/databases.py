"""Databases for the tests: one with every table made once, and copies of it that a test may ruin."""

import importlib
import importlib.util
from pathlib import Path

from sqlalchemy import Engine, MetaData, event

from cdp.database import open_engine

OWNERS = (
    "identity.adapters.tables",
    "consent.adapters.tables",
    "governance.adapters.tables",
    "governance.adapters.tables_access",
    "pipelines.adapters.tables",
    "cdp.profiles.adapters.tables",
)
"""The modules where each package keeps its tables."""


def metadatas() -> tuple[MetaData, ...]:
    """The tables of every package, the key store's among them."""
    modules = [importlib.import_module(name) for name in OWNERS if exists(name)]
    found = [value for module in modules for value in vars(module).values() if isinstance(value, MetaData)]
    return tuple({id(metadata): metadata for metadata in found}.values())


def exists(module: str) -> bool:
    """Whether `module` is there to import."""
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def engine_of(url: str) -> Engine:
    """The product's own engine on `url`, except that nothing waits for the disk."""
    engine = open_engine(url, wait_seconds=10)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))
    return engine


def create_all_tables(url: str) -> None:
    """Make every table in the empty database at `url`."""
    engine = engine_of(url)
    with engine.begin() as connection:
        for metadata in metadatas():
            metadata.create_all(connection)
    engine.dispose()


def sqlite_url(path: Path) -> str:
    """The address of the database file at `path`."""
    return f"sqlite:///{path}"
