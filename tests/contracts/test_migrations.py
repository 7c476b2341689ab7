"""The history of the database ends at the tables that the code uses, and refuses what it does not know."""

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from databases import engine_of
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError

from cdp import migrations
from cdp.errors import DatabaseUnavailable, HomeIsNewer, HomeIsOlder


@pytest.fixture
def engine(empty_database_url: str) -> Iterator[Engine]:
    engine = engine_of(empty_database_url)
    yield engine
    engine.dispose()


def stand_at(engine: Engine, revision: str) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP TABLE IF EXISTS alembic_version"))
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"))
        connection.execute(text("INSERT INTO alembic_version VALUES (:revision)"), {"revision": revision})


def tables(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def test_there_is_a_history_once_there_are_tables() -> None:
    assert migrations.head(), "write it: make migration NAME=spine"


def test_upgrading_gives_exactly_the_tables_that_the_code_uses(engine: Engine) -> None:
    from cdp.migrations.tables import owned

    migrations.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        difference = compare_metadata(context, owned())  # type: ignore[arg-type]
    assert difference == [], "write the change: make migration NAME=what-changes"
    assert tables(engine) == {table for metadata in owned() for table in metadata.tables} | {"alembic_version"}


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    migrations.upgrade(engine)
    before = tables(engine)
    migrations.upgrade(engine)
    assert tables(engine) == before
    assert migrations.current(engine) == migrations.head()
    migrations.check(engine)


def test_an_upgrade_that_fails_half_way_leaves_nothing_behind(engine: Engine) -> None:
    from cdp.migrations.tables import owned

    last = owned()[-1].sorted_tables[-1]
    with engine.begin() as connection:
        last.create(connection)
    with pytest.raises((DatabaseUnavailable, DBAPIError)):
        migrations.upgrade(engine)
    assert tables(engine) == {last.name}


def test_a_database_without_history_is_older(engine: Engine) -> None:
    with pytest.raises(HomeIsOlder, match="cdp init"):
        migrations.check(engine)


@pytest.mark.parametrize("touch", [migrations.upgrade, migrations.check])
def test_a_database_of_a_newer_version_is_refused_and_left_alone(engine: Engine, touch: object) -> None:
    stand_at(engine, "9999")
    assert callable(touch)
    with pytest.raises(HomeIsNewer, match="nothing was changed"):
        touch(engine)
    assert migrations.current(engine) == "9999"
    assert tables(engine) == {"alembic_version"}
