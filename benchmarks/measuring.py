"""All that one run of the benchmarks measures, on one scratch folder."""

from dataclasses import dataclass
from pathlib import Path

from benchmarks import ingesting, reading
from benchmarks.homes import Tell, invented
from benchmarks.ingesting import IngestMeasure
from benchmarks.quality import Fit, febrl, fit, labels_of, truth_of
from benchmarks.reading import ReadMeasure

_READS_PER_BATCH = 20


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure and how long. `research` may lack the files of FEBRL 4; then they are left out."""

    records: int
    rounds: int
    reads: int
    seed: int
    research: Path
    examples: Path


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured."""

    plan: Plan
    ingest: IngestMeasure
    sample: Fit
    febrl: Fit | None
    read: ReadMeasure


def measure(plan: Plan, scratch: Path, tell: Tell) -> Found:
    """Runs the plan in the empty folder `scratch`."""
    tell(f"invent {plan.records:,} records of six companies")
    group = invented(scratch / "files", records=plan.records, seed=plan.seed)
    ingest, app = ingesting.measured(group, scratch, rounds=plan.rounds, tell=tell)
    tell("compare the clusters with the truth")
    sample = fit(labels_of(app, scratch), truth_of(group.truth))
    reads = plan.reads * plan.rounds
    read = reading.measured(app, reads=reads, batches=max(1, reads // _READS_PER_BATCH), tell=tell)
    tell(f"FEBRL 4 from {plan.research}")
    research = febrl(plan.research, plan.examples / "febrl", scratch / "febrl", tell)
    return Found(plan, ingest, sample, research, read)
