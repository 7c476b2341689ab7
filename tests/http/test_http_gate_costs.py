"""What reads cost the databases, and what the gate and the journal count of them once they are durable."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from http_group import PURPOSE, Group, new_group
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import Engine, event

from cdp import telemetry
from governance.journal.errors import JournalContention
from governance.journal.journal import Journal

PEOPLE = ("mirabelle", "pavel", "aikoha", "kenjiro", "leilani")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    """A group that nobody else counts in."""
    made = new_group(tmp_path_factory.mktemp("costs"))
    with made.api:
        made.own("shop", "mirabelle")  # the policy is compiled now
        yield made
    made.close()


@pytest.fixture
def metrics() -> Iterator[InMemoryMetricReader]:
    reader = InMemoryMetricReader()
    configured = telemetry.configure(metric_reader=reader)
    assert configured is not None
    yield reader
    configured.shutdown()


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The statements that the block sends."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def batch(group: Group, names: list[str]) -> Any:
    headers = group.as_("shop-engineer")
    return group.api.post(
        "/v1/profiles/batch", params={"purpose": PURPOSE}, json={"pseudonyms": names}, headers=headers
    )


def counted(metrics: InMemoryMetricReader, name: str) -> dict[tuple[Any, ...], int]:
    """What a counter holds, by its labels in alphabetical order."""
    data = metrics.get_metrics_data()
    scopes = [scope for resource in data.resource_metrics for scope in resource.scope_metrics] if data else []
    points: list[Any] = [
        point for one in scopes for found in one.metrics if found.name == name for point in found.data.data_points
    ]
    return {tuple(point.attributes[key] for key in sorted(point.attributes)): point.value for point in points}


def test_a_read_looks_the_policy_up_once_and_never_loads_its_texts_again(alone: Group) -> None:
    with statements(alone.app.engine) as sent:
        assert alone.own("shop", "mirabelle").status_code == 200
    asked = [one for one in sent if "governance_policies" in one]
    assert len(asked) == 1
    assert "source" not in asked[0]


def test_a_batch_loads_agreements_once_makes_keys_once_and_appends_once(alone: Group) -> None:
    names = [alone.pseudonym("shop", who) for who in PEOPLE]
    with statements(alone.app.engine) as sent, statements(alone.app.keystore) as keys:
        assert all(item["profile"] for item in batch(alone, names).json())
    assert len([one for one in sent if "FROM consent_agreements" in one]) == 1
    assert len([one for one in keys if "FROM keystore" in one or "data_keys" in one]) == 1
    assert len([one for one in sent if one.startswith("INSERT INTO governance_journal_leaves")]) == 1


def test_every_decision_and_trait_is_counted_once_it_is_durable(alone: Group, metrics: InMemoryMetricReader) -> None:
    names = [alone.pseudonym("shop", who) for who in ("mirabelle", "pavel")]
    batch(alone, [*names, "nonsense"])
    alone.own("shop", "mirabelle", "data-sale")
    alone.api.get(f"/v1/matches/{names[0]}", params={"purpose": PURPOSE}, headers=alone.as_("shop-steward"))
    assert counted(metrics, "cdp.gate.decisions") == {
        ("allow", "read", PURPOSE, "permitted", "shop"): 2,
        ("allow", "batch-read", PURPOSE, "permitted", "shop"): 2,
        ("refuse", "read", "data-sale", "purpose-not-permitted", "shop"): 1,
        ("allow", "explain", PURPOSE, "permitted", "shop"): 1,
    }
    assert set(counted(metrics, "cdp.gate.traits")) == {("release", PURPOSE, "shop", "clear")}
    assert sum(counted(metrics, "cdp.journal.leaves").values()) == 6


def test_what_never_became_durable_is_not_counted_as_decided(
    alone: Group, metrics: InMemoryMetricReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def contended(*_args: object) -> range:
        raise JournalContention("another appender was first")

    monkeypatch.setattr(Journal, "append", contended)
    assert alone.own("shop", "mirabelle").status_code >= 500
    assert counted(metrics, "cdp.gate.decisions") == {}
    assert counted(metrics, "cdp.journal.leaves") == {}


def test_an_append_is_a_span_that_tells_how_many_leaves(alone: Group) -> None:
    exporter = InMemorySpanExporter()
    configured = telemetry.configure(span_exporter=exporter)
    assert configured is not None
    batch(alone, [alone.pseudonym("shop", "mirabelle")] * 3)
    configured.shutdown()
    appended = [one for one in exporter.get_finished_spans() if one.name == "journal.append"]
    assert [dict(one.attributes or {}) for one in appended] == [{"leaves": 1}, {"leaves": 3}]
