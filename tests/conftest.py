"""What every test may ask for: databases of both kinds, strict telemetry, and Hypothesis without a clock."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from databases import create_all_tables, engine_of, sqlite_url
from hypothesis import HealthCheck, Phase, settings
from postgres import REQUIRED, NoPostgres, PostgresServer
from sqlalchemy import Connection, Engine

from cdp import telemetry

telemetry.be_strict()

# Without the phase "explain", which can take minutes on a law that fails.
PHASES = (Phase.explicit, Phase.generate, Phase.target, Phase.shrink)

settings.register_profile(
    "here", deadline=None, database=None, phases=PHASES, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", settings.get_profile("here"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes make no name of a test: compressed ones hold a time, and two workers would collect different tests."""
    return argname if isinstance(val, bytes) else None


BACKENDS = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One real server for this process; skipped where no server is installed, unless CI forbids that."""
    try:
        server = PostgresServer()
    except NoPostgres as absent:
        if os.environ.get(REQUIRED):
            pytest.fail(f"{REQUIRED} is set, but {absent}")
        pytest.skip(str(absent))
    with server:
        yield server


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with every table and no rows, to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    create_all_tables(sqlite_url(path))
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres_server: PostgresServer) -> str:
    """The name of a database with every table and no rows, to copy."""
    name = postgres_server.create_database()
    create_all_tables(postgres_server.url(name))
    return name


@pytest.fixture(params=BACKENDS)
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables, this test's alone; on SQLite, then on PostgreSQL."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "empty.db")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_database()
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture(params=BACKENDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database with every table and no rows, this test's alone; on SQLite, then on PostgreSQL."""
    if request.param == "sqlite":
        path = tmp_path / "all.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield sqlite_url(path)
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_database(template=request.getfixturevalue("postgres_template"))
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def sql_engine(database_url: str) -> Iterator[Engine]:
    """An engine on a database with every table and no rows, this test's alone: it may commit as it likes."""
    engine = engine_of(database_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session", params=BACKENDS)
def shared_engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """The database behind `sql_connection`, where nobody ever commits."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("shared") / "shared.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        url = sqlite_url(path)
    else:
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database(template=request.getfixturevalue("postgres_template")))
    engine = engine_of(url)
    yield engine
    engine.dispose()


@pytest.fixture
def sql_connection(shared_engine: Engine) -> Iterator[Connection]:
    """A connection in a transaction that is rolled back, with every table and no rows; on SQLite, then PostgreSQL."""
    with shared_engine.connect().execution_options(writes=True) as connection:
        transaction = connection.begin()
        yield connection
        if transaction.is_active:
            transaction.rollback()
