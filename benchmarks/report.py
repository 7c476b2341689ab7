"""What was measured, for people and for programs."""

from collections.abc import Iterator
from typing import Any

from benchmarks.ingesting import REST
from benchmarks.measuring import Found
from benchmarks.quality import Fit
from benchmarks.reading import BATCH, BATCH_PROFILES, READ, SELECT, SELECT_INSERT, SELECTS
from benchmarks.turns import Turns

_TELLING_SECONDS = 0.005
"""A stage that took less has no rate worth telling."""


def as_tables(found: Found) -> str:
    """Some plain tables."""
    return "\n".join([*_ingest(found), "", *_quality(found), "", *_reads(found), ""])


def as_json(found: Found) -> dict[str, Any]:
    """One flat object. Ratios are speeds as a share of the bare speed; seconds are medians of a round."""
    ingest, read, research = found.ingest, found.read, found.febrl
    return {
        "records": found.plan.records,
        "rounds": found.plan.rounds,
        "ingest_rows_per_second": round(ingest.rows_per_second, 1),
        "ingest_seconds": round(ingest.seconds, 3),
        "raw_copy_seconds": round(ingest.raw_seconds, 3),
        "ingest_vs_raw_copy": _figures(ingest.ratio),
        "stage_seconds": {name: round(stage.seconds, 3) for name, stage in ingest.stages.items()},
        "pair_precision": round(found.sample.precision, 5),
        "pair_recall": round(found.sample.recall, 5),
        "pair_f1": round(found.sample.f1, 5),
        "largest_cluster": found.sample.largest,
        "true_largest": found.sample.true_largest,
        "febrl4_pair_f1": None if research is None else round(research.f1, 5),
        "read_ratio_select": _figures(read.ratio_select),
        "read_ratio_select_insert": _figures(read.ratio_select_insert),
        "batch100_ratio_select": _figures(read.batch_ratio_select),
        "reads": found.plan.reads * found.plan.rounds,
        "p50_ms": round(1000 * read.turns.percentile(READ, 50), 3),
        "p99_ms": round(1000 * read.turns.percentile(READ, 99), 3),
    }


def _figures(ratio: float) -> float:
    """Three significant figures."""
    return float(f"{ratio:.3g}")


def _ingest(found: Found) -> Iterator[str]:
    ingest = found.ingest
    yield f"Ingest of {ingest.rows:,} rows, six files, SQLite, median of {found.plan.rounds} round(s)"
    yield f"  {'stage':<12} {'seconds':>9} {'share':>7} {'rows/s':>10}"
    for name, stage in sorted(ingest.stages.items(), key=lambda item: (item[0] == REST, -item[1].seconds)):
        rate = f"{ingest.rows / stage.seconds:,.0f}" if stage.seconds >= _TELLING_SECONDS else "-"
        yield f"  {name:<12} {stage.seconds:9.2f} {stage.share:7.1%} {rate:>10}"
    yield f"  {'whole':<12} {ingest.seconds:9.2f} {1:7.1%} {ingest.rows_per_second:10,.0f}"
    yield f"  {'raw copy':<12} {ingest.raw_seconds:9.2f} {'':>7} {ingest.rows / ingest.raw_seconds:10,.0f}"
    yield f"  speed against the raw copy: {_figures(ingest.ratio)}"


def _quality(found: Found) -> Iterator[str]:
    yield "Pairs of records said to be one person, against the truth"
    yield f"  {'files':<12} {'precision':>9} {'recall':>9} {'F1':>9} {'largest':>9} {'in truth':>9}"
    yield _fit("sample", found.sample)
    if found.febrl is not None:
        yield _fit("FEBRL 4", found.febrl)
    else:
        yield f"  {'FEBRL 4':<12} not measured: its files are not in {found.plan.research}"


def _fit(name: str, fit: Fit) -> str:
    return f"  {name:<12} {fit.precision:9.4f} {fit.recall:9.4f} {fit.f1:9.4f} {fit.largest:9,} {fit.true_largest:9,}"


def _reads(found: Found) -> Iterator[str]:
    read = found.read
    yield f"Profile reads by {read.recipient} for {read.purpose}, SQLite, each with its durable journal leaf"
    yield f"  {'step':<22} {'p50 ms':>9} {'p99 ms':>9}   speed of the profile read against it"
    ratios = {SELECT: read.ratio_select, SELECT_INSERT: read.ratio_select_insert}
    for step in (READ, SELECT, SELECT_INSERT):
        ratio = _figures(ratios[step]) if step in ratios else ""
        yield f"  {step:<22} {_ms(read.turns, step)}   {ratio}"
    for step in (BATCH, SELECTS):
        ratio = _figures(read.batch_ratio_select) if step == SELECTS else ""
        yield f"  {f'{step}, {BATCH_PROFILES}':<22} {_ms(read.batches, step)}   {ratio}"


def _ms(turns: Turns, step: str) -> str:
    return " ".join(f"{1000 * turns.percentile(step, rank):9.2f}" for rank in (50, 99))
