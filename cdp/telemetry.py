"""Traces and metrics of our own at gate, resolver, ingest and store, which cannot carry a personal value.

Nothing leaves the process unless `configure` names a collector; until then a span costs a microsecond or two. What may
be said is a closed list of attributes whose values are slugs and counts: no key, name, pseudonym, token or record id
fits (checked here, not left to care). Errors appear by their code, never by their message.
"""

import re
import secrets
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from contextvars import ContextVar, Token
from enum import StrEnum
from types import TracebackType
from typing import Self

from opentelemetry.metrics import Counter, Histogram
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import MetricReader, PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SimpleSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, Status, StatusCode, format_trace_id, get_current_span

from cdp.errors import ExtraMissing, ForbiddenAttribute
from identity.errors import EnishiError

LABELS = frozenset(
    {"backend", "category", "decision", "entity", "error", "method", "operation", "purpose", "reason", "recipient"}
    | {"role", "route", "run_state", "stage", "status", "strength"}
)
"""Attributes with few values: allowed on spans and on metrics."""

COUNTS = frozenset(
    {"batch", "leaves", "moved", "pairs", "profiles", "recipes", "records", "rejected", "rows", "traits"}
)
"""Attributes that are numbers of things: on spans only, since each value would be a metric series of its own."""

ATTRIBUTES = LABELS | COUNTS

_COUNT_MAX = 10**9
"""More than we ever handle at once, and less than a record id is likely to be (63 random bits)."""

_HARMLESS = re.compile(r"[a-z0-9_.:/{}*-]{1,80}\Z")
_SUSPECT = re.compile(r"[0-9]{5}|[A-Za-z0-9]{21}")
"""A run of digits as long as a phone's or card's, or of characters as long as a token's or a pseudonym's."""

Value = str | int | float | bool
"""What an attribute may hold at all."""


class Counted(StrEnum):
    """What we count."""

    GATE_DECISIONS = "cdp.gate.decisions"
    GATE_TRAITS = "cdp.gate.traits"
    RESOLVER_PAIRS = "cdp.resolver.pairs"
    RESOLVER_MOVES = "cdp.resolver.moves"
    INGEST_ROWS = "cdp.ingest.rows"
    INGEST_REJECTED = "cdp.ingest.rejected"
    JOURNAL_LEAVES = "cdp.journal.leaves"
    HTTP_PROBLEMS = "cdp.http.problems"


_TIMED = frozenset({"gate", "resolver", "ingest", "store", "journal", "http"})
"""The organs (a span's name up to the dot) whose spans also fill a histogram `cdp.<organ>.duration`, in seconds."""


class Telemetry:
    """One configured pair of tracer and meter. Made by `configure`."""

    def __init__(self, tracers: TracerProvider, meters: MeterProvider) -> None:
        self._tracers = tracers
        self._meters = meters
        self.tracer = tracers.get_tracer("enishi")
        meter = meters.get_meter("enishi")
        self.counters: Mapping[Counted, Counter] = {what: meter.create_counter(what.value) for what in Counted}
        self.durations: Mapping[str, Histogram] = {
            organ: meter.create_histogram(f"cdp.{organ}.duration", unit="s") for organ in sorted(_TIMED)
        }

    def shutdown(self) -> None:
        """Send what is waiting, and be silent from now on."""
        if _state.active is self:
            _state.active = None
        self._tracers.shutdown()
        self._meters.shutdown()


class _State:
    """What this process uses: at most one Telemetry, and whether a forbidden attribute is an error."""

    active: Telemetry | None = None
    strict: bool = False


_state = _State()
_local_trace: ContextVar[list[str] | None] = ContextVar("enishi_local_trace", default=None)


def configure(
    *,
    otlp_endpoint: str | None = None,
    sample_ratio: float = 1.0,
    service_name: str = "enishi",
    span_exporter: SpanExporter | None = None,
    metric_reader: MetricReader | None = None,
) -> Telemetry | None:
    """Send spans (of a share `sample_ratio` of traces) and metrics from now on; None when nobody would receive them.

    `otlp_endpoint` is a collector's base address for OTLP over HTTP; `/v1/traces` and `/v1/metrics` are added.
    `span_exporter` and `metric_reader` serve in its place (tests). Raises ExtraMissing without the extra `otlp`.
    """
    if _state.active is not None:
        _state.active.shutdown()
    if not otlp_endpoint and span_exporter is None and metric_reader is None:
        return None
    resource = Resource({"service.name": service_name})
    tracers = TracerProvider(
        resource=resource, sampler=ParentBased(TraceIdRatioBased(sample_ratio)), shutdown_on_exit=True
    )
    readers = [metric_reader] if metric_reader else []
    if span_exporter is not None:
        tracers.add_span_processor(SimpleSpanProcessor(span_exporter))
    if otlp_endpoint:
        exporter, reader = _otlp(otlp_endpoint)
        tracers.add_span_processor(BatchSpanProcessor(exporter))
        readers.append(reader)
    _state.active = Telemetry(tracers, MeterProvider(resource=resource, metric_readers=readers))
    return _state.active


def _otlp(endpoint: str) -> tuple[SpanExporter, MetricReader]:
    try:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ModuleNotFoundError:
        raise ExtraMissing(
            "a collector is configured, but the OTLP exporter is not installed",
            remedy="pip install 'enishi-cdp[otlp]', or leave CDP_OTLP_ENDPOINT empty",
        ) from None
    base = endpoint.rstrip("/")
    reader = PeriodicExportingMetricReader(OTLPMetricExporter(endpoint=f"{base}/v1/metrics"))
    return OTLPSpanExporter(endpoint=f"{base}/v1/traces"), reader


def be_strict(strict: bool = True) -> None:
    """Whether a forbidden attribute raises ForbiddenAttribute (in tests) or is left out (in production)."""
    _state.strict = strict


def span(name: str, /, **attributes: Value) -> "Spanned":
    """A span for the length of a `with` block; `name` is `<organ>.<deed>`, such as `gate.decide`.

    Its duration also fills the organ's histogram. An error that passes through marks it with the error's code.
    """
    return Spanned(name, attributes)


class Spanned(AbstractContextManager["Spanned"]):
    """An open span. `note` adds what became known on the way."""

    __slots__ = ("_attributes", "_manager", "_name", "_span", "_started", "_telemetry", "_token")

    def __init__(self, name: str, attributes: Mapping[str, Value]) -> None:
        self._name = name
        self._telemetry = _state.active
        self._attributes: dict[str, Value] = _harmless(attributes) if self._listens() else {}
        self._manager: AbstractContextManager[Span] | None = None
        self._span: Span | None = None
        self._token: Token[list[str] | None] | None = None

    def _listens(self) -> bool:
        return self._telemetry is not None or _state.strict

    def __enter__(self) -> Self:
        if self._telemetry is None:
            if _local_trace.get() is None:
                self._token = _local_trace.set([])
            return self
        self._started = time.perf_counter()
        # An exception's message and traceback may hold a personal value: neither is recorded, only its code below.
        self._manager = self._telemetry.tracer.start_as_current_span(
            self._name, attributes=self._attributes, record_exception=False, set_status_on_exception=False
        )
        self._span = self._manager.__enter__()
        return self

    def note(self, **attributes: Value) -> None:
        """Add attributes to the open span."""
        if not self._listens():
            return
        harmless = _harmless(attributes)
        self._attributes |= harmless
        if self._span is not None:
            self._span.set_attributes(harmless)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._token is not None:
            _local_trace.reset(self._token)
        if self._manager is None or self._span is None or self._telemetry is None:
            return
        if error is not None:
            code = _code(error)
            self._attributes["error"] = code
            self._span.set_attribute("error", code)
            self._span.set_status(Status(StatusCode.ERROR, code))
        duration = self._telemetry.durations.get(self._name.partition(".")[0])
        if duration is not None:
            duration.record(time.perf_counter() - self._started, _labels(self._attributes))
        self._manager.__exit__(None, None, None)


def count(what: Counted, amount: int = 1, /, **labels: Value) -> None:
    """Add `amount` to a counter."""
    telemetry = _state.active
    if telemetry is None and not _state.strict:
        return
    harmless = _harmless(labels, allowed=LABELS)
    if telemetry is not None:
        telemetry.counters[what].add(amount, harmless)


def current_trace_id() -> str:
    """The trace that we are in, as 32 hex digits: also when it is not sampled, and when no telemetry is configured.

    The same inside one outermost span; outside of any span a new one each time.
    """
    context = get_current_span().get_span_context()
    if context.is_valid:
        return format_trace_id(context.trace_id)
    local = _local_trace.get()
    if local is None:
        return secrets.token_hex(16)
    if not local:
        local.append(secrets.token_hex(16))
    return local[0]


def _code(error: BaseException) -> str:
    return error.code if isinstance(error, EnishiError) else type(error).__name__[:20]


def _labels(attributes: Mapping[str, Value]) -> dict[str, Value]:
    return {key: value for key, value in attributes.items() if key in LABELS}


def _harmless(attributes: Mapping[str, Value], *, allowed: frozenset[str] = ATTRIBUTES) -> dict[str, Value]:
    kept = {key: value for key, value in attributes.items() if key in allowed and _is_harmless(key, value)}
    if _state.strict and len(kept) != len(attributes):
        refused = sorted(key if key in allowed else "an unknown key" for key in attributes.keys() - kept.keys())
        raise ForbiddenAttribute(
            f"telemetry may not carry {', '.join(refused)} as given",
            why="only slugs and counts under the keys in cdp.telemetry.ATTRIBUTES are surely not personal",
            remedy="leave it out, or give a slug, a route template or a count",
        )
    return kept


def _is_harmless(key: str, value: object) -> bool:
    if isinstance(value, (bool, int, float)):
        return abs(value) <= _COUNT_MAX
    is_slug = isinstance(value, str) and _HARMLESS.match(value) is not None and _SUSPECT.search(value) is None
    return is_slug and key in LABELS
