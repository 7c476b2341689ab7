"""The group behind its API, once for all tests here on SQLite and once on PostgreSQL."""

from collections.abc import Iterator

import pytest
from http_group import Group, new_group
from postgres import PostgresServer

BACKENDS = ("sqlite", pytest.param("postgres", marks=pytest.mark.postgres))


@pytest.fixture(scope="session", params=BACKENDS)
def group(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    """The whole group. Who changes somebody's consent takes a person of their own."""
    url = ""
    if request.param == "postgres":
        server: PostgresServer = request.getfixturevalue("postgres_server")
        url = server.url(server.create_database())
    made = new_group(tmp_path_factory.mktemp(f"group-{request.param}"), url)
    with made.api:
        yield made
    made.close()
