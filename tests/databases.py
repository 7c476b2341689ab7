"""Databases for the tests: one with every table made once, and copies of it that a test may ruin."""

from pathlib import Path

from sqlalchemy import Engine, MetaData, event

from cdp.database import open_engine
from cdp.migrations.tables import owned
from governance.adapters.data_keys_sql import keystore_metadata


def metadatas() -> tuple[MetaData, ...]:
    """The tables of every package, the key store's among them."""
    return (*owned(), keystore_metadata)


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
