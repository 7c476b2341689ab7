"""Nothing that the API says, logs or traces tells who somebody is: planted values are looked for in all of it."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from http_group import BANK, PEOPLE, PURPOSE, SHOP, Group, records_of, said, terms
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from cdp import telemetry

PLANTED = ("Zebulon Quackenbush", "zebulon.quackenbush@mail.example", "0491570156", "ZQ-4711-0815")
OURS = ("cdp", "pipelines", "governance", "consent", "identity", "uvicorn", "sqlalchemy", "fastapi", "starlette")


@dataclass
class Said:
    """All that left the API, by the way that it took."""

    answers: list[Any]
    logs: str
    spans: str
    metrics: str


def requests(group: Group) -> Iterator[Any]:
    """Every kind of request, rightly and wrongly put, with a planted value wherever a careless client may put one."""
    api = group.api
    shop, edge, officer = (group.as_(f"shop-{role}") for role in ("engineer", "edge", "dpo"))
    writing = edge | {"Idempotency-Key": "silence"}
    (record,) = records_of(group, SHOP, PEOPLE["aikoha"])
    for planted in PLANTED:
        yield api.get(f"/v1/profiles/{planted}", params={"purpose": PURPOSE}, headers=shop)
        yield api.get("/v1/profiles/x", params={"purpose": planted}, headers=shop)
        yield api.get("/v1/profiles/x", params={"purpose": PURPOSE, planted: planted}, headers=shop)
        yield api.get(f"/v1/matches/{planted}", params={"purpose": PURPOSE}, headers=shop)
        yield api.get(f"/{planted}/{planted}")
        yield api.get(f"/static/{planted}")
        own = {"source_key": planted}
        yield api.post("/v1/profiles/by-source-key", params={"purpose": PURPOSE}, json=own, headers=shop)
        yield api.post("/v1/profiles/by-source-key", params={"purpose": PURPOSE}, json={planted: 1}, headers=shop)
        yield api.post("/v1/oauth/token", data={"grant_type": planted, "client_id": planted})
        grant = {"grant_type": "client_credentials"}
        yield api.post("/v1/oauth/token", data={**grant, "client_id": planted, "client_secret": planted})
        yield api.get("/v1/profiles/x", headers={"Authorization": f"Bearer {planted}"})
        for spoiled in ({"name": planted}, {"ref": planted}, {planted: 1}, {"facts": [{"name": planted}]}):
            yield api.post("/v1/records", json={"records": [record | spoiled]}, headers=writing)
        yield api.post("/v1/records", content=f'{{"records": "{planted}'.encode(), headers=writing)
        yield api.post("/v1/records", json=planted, headers=edge | {"Idempotency-Key": planted})
        yield group.tell("shop-edge", [{"source_key": planted, "terms": terms(), "state": "given"}], "silence-2")
        yield group.tell("shop-edge", [said("aikoha", SHOP, planted, terms(planted))], "silence-3")
        asked = {"source_key": planted, "purpose": planted, "category": planted, "recipient": planted}
        yield api.post("/v1/consents/state", json=asked, headers=edge)
        for name in ("client", "purpose", "decision", "since", "cursor", "limit"):
            yield api.get("/v1/journal/entries", params={name: planted}, headers=officer)
        yield api.get("/v1/journal/proofs/inclusion", params={"index": planted, "size": planted}, headers=officer)
        yield api.request(planted.split()[0].upper().replace("@", ""), "/health")
    for planted in PLANTED[:3]:  # the last has the form of a notice's id
        yield group.tell("shop-edge", [said("aikoha", SHOP, "given", terms(notice=planted))], "silence-4")
    for who in ("mirabelle", "aikoha"):
        for purpose in (PURPOSE, "marketing", "data-sale"):
            yield group.own("shop", who, purpose)
        key = {"source_key": PEOPLE[who].key(SHOP), "purpose": "marketing", "category": "user.behavior"}
        yield api.post("/v1/consents/state", json=key, headers=officer)
    yield group.own("bank", "mirabelle")
    yield group.deliver("shop-edge", records_of(group, SHOP, PEOPLE["tomasine"], PEOPLE["quillon"]), "silence-5")
    yield group.tell("shop-edge", [said("tomasine", SHOP, "objected", terms("research", "use"))], "silence-6")
    steward = group.as_("shop-steward")
    name = group.pseudonym("shop", "mirabelle")
    yield api.get(f"/v1/matches/{name}", params={"purpose": PURPOSE}, headers=steward)
    yield api.get("/v1/journal/entries", headers=officer)


@pytest.fixture(scope="module")
def said_all(group: Group) -> Said:
    spans, metrics = InMemorySpanExporter(), InMemoryMetricReader()
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name.startswith(OURS):
                lines.append(f"{self.format(record)} {record.__dict__}")

    kept, root = Kept(), logging.getLogger()
    level = root.level
    root.addHandler(kept)
    root.setLevel(logging.DEBUG)
    telemetry.configure(span_exporter=spans, metric_reader=metrics)
    try:
        answers = list(requests(group))
        measured = str(metrics.get_metrics_data())
    finally:
        telemetry.configure()
        root.removeHandler(kept)
        root.setLevel(level)
    told = "\n".join(one.to_json() for one in spans.get_finished_spans())
    return Said(answers, "\n".join(lines), told, measured)


def planted_in(text: str) -> list[str]:
    people = [one for who in PEOPLE.values() for one in who.identifiers()]
    return [one for one in (*PLANTED, *people) if one.lower() in text.lower()]


def test_no_answer_repeats_a_personal_value(said_all: Said) -> None:
    assert len(said_all.answers) > 120
    assert {answer.status_code // 100 for answer in said_all.answers} == {2, 4}
    for answer in said_all.answers:
        text = f"{answer.text} {dict(answer.headers)}"
        assert planted_in(text) == [], (answer.request.method, answer.status_code)


def test_no_log_line_tells_a_personal_value_or_a_pseudonym(group: Group, said_all: Said) -> None:
    assert planted_in(said_all.logs) == []
    assert group.pseudonym("shop", "mirabelle") not in said_all.logs


def test_no_span_or_metric_tells_a_personal_value_or_a_pseudonym(group: Group, said_all: Said) -> None:
    assert "http.request" in said_all.spans
    assert "/v1/profiles/{pseudonym}" in said_all.spans
    assert "gate.read" in said_all.spans
    for text in (said_all.spans, said_all.metrics):
        assert planted_in(text) == []
        assert "ps1." not in text
        assert group.super_id("mirabelle", entity=BANK).hex() not in text


def test_problems_are_counted_by_route_and_status(said_all: Said) -> None:
    assert "cdp.http.problems" in said_all.metrics
    assert "'status': 422" in said_all.metrics
