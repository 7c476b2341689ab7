"""Taking in one partner file, watched."""

from collections.abc import Callable
from pathlib import Path

from cdp.telemetry import Counted, count, span
from cdp.wiring import Application
from pipelines import ingest as pipeline
from pipelines.contract import Contract
from pipelines.ingest import Progress, RunReport


def ingest_file(
    app: Application, file: Path, contract: Contract, progress: Callable[[Progress], None] = lambda _: None
) -> RunReport:
    """Run `file` under `contract`; see `pipelines.ingest.ingest` for what it does and raises."""
    with span("ingest.run", entity=contract.entity) as watched:
        report = pipeline.ingest(str(file), contract, app.ingestion(contract.entity), progress)
        counts = report.run.counts
        watched.note(run_state=str(report.run.state), rows=counts.read, rejected=counts.quarantined)
    if not report.repeated:
        count(Counted.INGEST_ROWS, counts.read, entity=contract.entity)
        count(Counted.INGEST_REJECTED, counts.quarantined, entity=contract.entity)
    return report
