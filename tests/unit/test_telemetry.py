"""Spans and metrics cannot carry a person, cost nothing when nobody listens, and always know their trace."""

import re
import sys
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from cdp import telemetry
from cdp.errors import ExtraMissing, ForbiddenAttribute, NotFound

PERSONAL = (
    "hanako.sato@example.com",
    "佐藤 花子",
    "Sato Hanako",
    "Hanako",
    "+819012345678",
    "09012345678",
    "123456789018",
    "ps1.1.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    "6f1ed002ab5595859014ebf0951522d9",
    "1-2-3 Marunouchi, Chiyoda",
)


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    configured = telemetry.configure(span_exporter=exporter)
    assert configured is not None
    yield exporter
    configured.shutdown()


@pytest.fixture
def metrics() -> Iterator[InMemoryMetricReader]:
    reader = InMemoryMetricReader()
    configured = telemetry.configure(metric_reader=reader)
    assert configured is not None
    yield reader
    configured.shutdown()


@pytest.fixture
def lenient() -> Iterator[None]:
    telemetry.be_strict(False)
    yield
    telemetry.be_strict()


def only(spans: InMemorySpanExporter) -> ReadableSpan:
    (finished,) = spans.get_finished_spans()
    return finished


def points(reader: InMemoryMetricReader) -> dict[str, list[dict[str, object]]]:
    found = reader.get_metrics_data()
    assert found is not None
    return {
        metric.name: [dict(point.attributes or {}) for point in metric.data.data_points]
        for resource in found.resource_metrics
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


def test_a_span_carries_its_name_and_what_was_noted(spans: InMemorySpanExporter) -> None:
    with telemetry.span("ingest.stage", stage="tokenise", entity="bank") as open_span:
        open_span.note(rows=5_000)
    finished = only(spans)
    assert finished.name == "ingest.stage"
    assert dict(finished.attributes or {}) == {"stage": "tokenise", "entity": "bank", "rows": 5_000}


def test_spans_nest_in_one_trace(spans: InMemorySpanExporter) -> None:
    with telemetry.span("http.request", route="/v1/profiles"), telemetry.span("gate.decide", purpose="marketing"):
        pass
    inner, outer = spans.get_finished_spans()
    assert inner.parent is not None
    assert outer.context is not None
    assert inner.context is not None
    assert inner.parent.span_id == outer.context.span_id
    assert inner.context.trace_id == outer.context.trace_id


@pytest.mark.parametrize("key", ["name", "email", "super_id", "pseudonym", "record", "token", "source_key"])
def test_an_unknown_attribute_is_an_error_in_tests(key: str) -> None:
    with pytest.raises(ForbiddenAttribute), telemetry.span("gate.decide", **{key: "bank"}):
        pass


@pytest.mark.parametrize("value", PERSONAL)
@pytest.mark.parametrize("key", sorted(telemetry.ATTRIBUTES))
def test_no_known_attribute_takes_a_personal_value(key: str, value: str) -> None:
    with pytest.raises(ForbiddenAttribute) as refused, telemetry.span("gate.decide", **{key: value}):
        pass
    assert value not in str(refused.value)


@pytest.mark.parametrize("value", PERSONAL)
def test_production_leaves_a_forbidden_value_out_and_goes_on(
    spans: InMemorySpanExporter, lenient: None, value: str
) -> None:
    with telemetry.span("gate.decide", entity=value, email=value, decision="deny") as open_span:
        open_span.note(reason=value)
    assert dict(only(spans).attributes or {}) == {"decision": "deny"}
    assert value not in only(spans).to_json()


@given(st.integers(min_value=10**9 + 1, max_value=2**63 - 1))
def test_a_record_id_cannot_pass_for_a_count(record: int) -> None:
    with pytest.raises(ForbiddenAttribute), telemetry.span("resolver.apply", records=record):
        pass


@pytest.mark.parametrize("value", PERSONAL)
def test_an_error_shows_its_code_and_never_its_message(spans: InMemorySpanExporter, value: str) -> None:
    with pytest.raises(NotFound), telemetry.span("store.read"):
        raise NotFound(value)
    said = only(spans).to_json()
    assert '"error": "not-found"' in said
    assert value not in said
    assert only(spans).events == ()


def test_a_foreign_error_shows_its_type_only(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="hanako"), telemetry.span("store.read"):
        raise ValueError("hanako.sato@example.com")
    assert dict(only(spans).attributes or {}) == {"error": "ValueError"}
    assert "hanako" not in only(spans).to_json()


def test_counters_and_durations_carry_labels_and_no_counts(metrics: InMemoryMetricReader) -> None:
    telemetry.count(telemetry.Counted.GATE_DECISIONS, decision="deny", reason="no-consent")
    with telemetry.span("resolver.apply", entity="bank", pairs=12):
        pass
    seen = points(metrics)
    assert seen["cdp.gate.decisions"] == [{"decision": "deny", "reason": "no-consent"}]
    assert seen["cdp.resolver.duration"] == [{"entity": "bank"}]


def test_a_count_is_no_label_of_a_metric(metrics: InMemoryMetricReader) -> None:
    with pytest.raises(ForbiddenAttribute):
        telemetry.count(telemetry.Counted.INGEST_ROWS, 5, rows=5)


def test_every_trace_id_is_32_hex_digits_configured_or_not(spans: InMemorySpanExporter) -> None:
    with telemetry.span("http.request"):
        inside = telemetry.current_trace_id()
    context = only(spans).context
    assert context is not None
    assert inside == f"{context.trace_id:032x}"
    assert re.fullmatch("[0-9a-f]{32}", telemetry.current_trace_id())


def test_an_unsampled_trace_has_an_id_and_sends_nothing() -> None:
    exporter = InMemorySpanExporter()
    configured = telemetry.configure(span_exporter=exporter, sample_ratio=0.0)
    assert configured is not None
    with telemetry.span("http.request"):
        outer = telemetry.current_trace_id()
        with telemetry.span("gate.decide"):
            assert telemetry.current_trace_id() == outer
    configured.shutdown()
    assert re.fullmatch("[0-9a-f]{32}", outer)
    assert int(outer, 16) != 0
    assert exporter.get_finished_spans() == ()


def test_without_telemetry_the_trace_id_is_stable_inside_one_outermost_span() -> None:
    with telemetry.span("http.request"):
        first = telemetry.current_trace_id()
        with telemetry.span("gate.decide"):
            assert telemetry.current_trace_id() == first
    with telemetry.span("http.request"):
        assert telemetry.current_trace_id() != first


def test_without_a_receiver_nothing_is_configured_and_spans_are_nearly_free(lenient: None) -> None:
    assert telemetry.configure(otlp_endpoint="") is None
    started = time.perf_counter()
    for _ in range(10_000):
        with telemetry.span("gate.decide", entity="bank", purpose="marketing"):
            pass
    assert (time.perf_counter() - started) / 10_000 < 50e-6


def test_a_missing_exporter_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(ExtraMissing, match=r"enishi-cdp\[otlp\]"):
        telemetry.configure(otlp_endpoint="http://127.0.0.1:9")


def test_shutting_down_twice_or_after_a_new_configuration_harms_nothing() -> None:
    first = telemetry.configure(span_exporter=InMemorySpanExporter())
    second = telemetry.configure(span_exporter=(exporter := InMemorySpanExporter()))
    assert first is not None
    assert second is not None
    with telemetry.span("gate.decide"):
        pass
    assert len(exporter.get_finished_spans()) == 1
    second.shutdown()
    with telemetry.span("gate.decide"):
        pass
    assert len(exporter.get_finished_spans()) == 1
