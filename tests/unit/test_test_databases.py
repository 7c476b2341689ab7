"""The tests' own databases are real, private to a test, and gone afterwards."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from databases import engine_of
from postgres import PostgresServer
from sqlalchemy import Column, Connection, Engine, Integer, MetaData, Table, inspect, text

PROBE = Table("probe", MetaData(), Column("number", Integer, primary_key=True))

OPENS_A_SERVER_AND_WAITS = """
import time
from postgres import PostgresServer
with PostgresServer() as server:
    print(server.process_id(), server.url("x"), flush=True)
    time.sleep(60)
"""


def test_the_connection_is_one_of_the_two_stores(sql_connection: Connection) -> None:
    assert sql_connection.dialect.name in {"sqlite", "postgresql"}
    assert sql_connection.execute(text("SELECT 1")).scalar_one() == 1


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_makes_in_the_connection_is_rolled_back(sql_connection: Connection, turn: int) -> None:
    assert not inspect(sql_connection).has_table("probe")
    PROBE.create(sql_connection)


@pytest.mark.parametrize("turn", [1, 2])
def test_what_a_test_commits_stays_in_its_own_database(sql_engine: Engine, turn: int) -> None:
    with sql_engine.begin() as connection:
        assert not inspect(connection).has_table("probe")
        PROBE.create(connection)
    with sql_engine.connect() as connection:
        assert inspect(connection).has_table("probe")


def test_an_empty_database_has_no_tables(empty_database_url: str) -> None:
    with engine_of(empty_database_url).connect() as connection:
        assert inspect(connection).get_table_names() == []


@pytest.mark.postgres
@pytest.mark.skipif(not Path("/proc/self").exists(), reason="looks for the process in /proc")
def test_a_killed_run_leaves_no_server_behind(postgres_server: PostgresServer) -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", OPENS_A_SERVER_AND_WAITS],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])},
    )
    assert run.stdout is not None
    process, _, url = run.stdout.readline().decode().strip().partition(" ")
    server, folder = Path("/proc", process), Path(url.partition("host=")[2])
    assert folder.is_dir()
    assert server.exists()
    run.send_signal(signal.SIGKILL)
    run.wait()
    run.stdout.close()
    patience = time.monotonic() + 8
    while (folder.exists() or server.exists()) and time.monotonic() < patience:
        time.sleep(0.05)
    assert not folder.exists()
    assert not server.exists()
