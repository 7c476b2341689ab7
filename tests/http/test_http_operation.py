"""Alive, ready, and honest when the database is gone: 503 with a remedy, nothing half done, back when it is back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from databases import sqlite_url
from http_group import PEOPLE, SHOP, Group, new_group, records_of, said, terms

from cdp.database import open_engine, transaction
from cdp.errors import DatabaseUnavailable
from cdp.http.app import create
from cdp.settings import Settings
from cdp.wiring import Application
from governance.journal.errors import DamagedJournal


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    """A group on SQLite whose files a test may move away."""
    made = new_group(tmp_path_factory.mktemp("alone"))
    with made.api:
        yield made
    made.close()


def every_kind_of_call(group: Group) -> list[Any]:
    (record,) = records_of(group, SHOP, PEOPLE["pavel"])
    return [
        group.own("shop", "pavel"),
        group.read("shop", "nonsense"),
        group.deliver("shop-edge", [record], "gone-1"),
        group.tell("shop-edge", [said("pavel", SHOP, "withdrawn", terms())], "gone-2"),
        group.api.get("/v1/journal/entries", headers=group.as_("shop-dpo")),
        group.api.get("/v1/journal/checkpoint", headers=group.as_("shop-dpo")),
        group.api.post("/v1/oauth/token", data={"grant_type": "client_credentials", "client_id": "x"}),
    ]


def unavailable(answer: Any) -> bool:
    return (
        answer.status_code == 503
        and answer.headers["content-type"] == "application/problem+json"
        and answer.headers["retry-after"] == "1"
        and answer.json()["type"] == "/docs#problem-database-unavailable"
        and bool(answer.json()["remedy"])
    )


def test_the_process_lives_and_is_ready(group: Group) -> None:
    assert group.api.get("/health").json() == {"status": "ok"}
    ready = group.api.get("/ready")
    assert (ready.status_code, ready.json()["ready"]) == (200, True)
    assert set(ready.json()["parts"].values()) == {"ok"}
    assert len(ready.json()["parts"]) >= 3


@pytest.mark.parametrize("name", ["enishi.db", "keys.db"])
def test_a_database_file_that_is_gone_is_told_and_never_made_anew(alone: Group, name: str) -> None:
    before = alone.own("shop", "pavel").json()
    home = alone.app.settings.home
    away = (home / name).rename(home / "elsewhere")
    try:
        ready = alone.api.get("/ready")
        assert (ready.status_code, ready.json()["ready"]) == (503, False)
        assert "database-unavailable" in ready.json()["parts"].values()
        assert alone.api.get("/health").status_code == 200
        calls = every_kind_of_call(alone) if name == "enishi.db" else [alone.own("shop", "pavel")]
        assert all(unavailable(answer) for answer in calls), [answer.text for answer in calls]
        assert str(home) not in "".join(answer.text for answer in calls)
        assert not (home / name).exists()
    finally:
        away.rename(home / name)
    assert alone.api.get("/ready").status_code == 200
    after = alone.own("shop", "pavel").json()
    assert after.pop("journal_index") == before.pop("journal_index") + 1  # not one leaf of an answer that nobody got
    assert after == before


def test_a_server_that_is_gone_is_told_within_the_wait(alone: Group, tmp_path: Path) -> None:
    hub = alone.app.engine
    alone.app.engine = open_engine(f"postgresql+psycopg://nobody@/none?host={tmp_path}", wait_seconds=1)
    try:
        assert all(unavailable(answer) for answer in every_kind_of_call(alone))
        assert alone.api.get("/ready").status_code == 503
    finally:
        alone.app.engine = hub
    assert alone.own("shop", "pavel").status_code == 200


def test_a_database_that_somebody_keeps_locked_is_unavailable_and_nothing_is_half_done(
    alone: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = open_engine(alone.app.settings.hub_database, wait_seconds=0)
    monkeypatch.setattr(alone.app, "engine", impatient)
    (record,) = records_of(alone, SHOP, PEOPLE["tomasine"])
    patient = open_engine(alone.app.settings.hub_database, wait_seconds=1)
    with transaction(patient, writes=True):
        answers = [alone.own("shop", "pavel"), alone.deliver("shop-edge", [record], "locked")]
        assert all(unavailable(answer) for answer in answers), [answer.text for answer in answers]
    assert alone.deliver("shop-edge", [record], "locked").json()["new"] == 1
    impatient.dispose()
    patient.dispose()


def test_no_journal_no_answer(alone: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    def damaged(*_: object) -> int:
        raise DamagedJournal("the hash at level 0, index 0 is missing from the journal", remedy="restore a backup")

    monkeypatch.setattr("governance.adapters.journal_sql.JournalSql.lock", damaged)
    answer = alone.own("shop", "mirabelle")
    assert (answer.status_code, answer.json()["type"]) == (503, "/docs#problem-damaged-journal")
    assert PEOPLE["mirabelle"].facts("shop")[1] not in answer.text


def test_an_application_opens_no_home_whose_database_is_gone(alone: Group, tmp_path: Path) -> None:
    lost = replace(alone.app.settings, database_url=sqlite_url(tmp_path / "never.db"))
    with pytest.raises(DatabaseUnavailable):
        Application(lost)
    assert not (tmp_path / "never.db").exists()


def test_an_api_can_be_made_twice_over_one_application(alone: Group) -> None:
    assert create(alone.app).openapi() == create(alone.app).openapi()


def test_a_request_may_not_be_larger_than_one_batch_needs() -> None:
    """A whole batch of the largest records that the shipped recipes make fits into the shipped limit of bytes."""
    settings = Settings()
    assert settings.request_bytes_max >= settings.batch_records_max * 4_000
