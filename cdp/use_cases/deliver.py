"""Taking in what an entity's edge delivers over HTTP."""

from collections import defaultdict
from dataclasses import dataclass

from cdp.telemetry import Counted, count, span
from cdp.wiring import Application, Hub
from pipelines.batch import EdgeBatch
from pipelines.landing import land
from pipelines.survey import refuse_pii


@dataclass(frozen=True, slots=True)
class Landed:
    """What a delivery did, in records."""

    new: int
    changed: int
    unchanged: int
    moved: int


def deliver(app: Application, hub: Hub, batch: EdgeBatch) -> Landed:
    """Land `batch` in the hub's open transaction.

    Raises PiiFound where text facts hold identifiers of people, UnknownPurpose, UnknownCategory or an error of
    identity; then the transaction must be rolled back.
    """
    with span("ingest.deliver", entity=batch.entity, rows=len(batch.records)):
        refuse_pii(app.scan(_texts(batch), sample=app.settings.batch_records_max))
        landed = land(
            hub.stores,
            batch,
            resolver=app.resolver,
            entities=(),
            trees=app.trees,
            entropy=app.entropy,
            at=app.clock.now(),
        )
    counts = landed.counts
    count(Counted.INGEST_ROWS, len(batch.records), entity=batch.entity)
    return Landed(counts.new, counts.changed, counts.unchanged, len(landed.outcome.moved))


def _texts(batch: EdgeBatch) -> dict[str, list[str]]:
    """The distinct text values of each fact, for the scan that a file's columns go through too."""
    found: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for record in batch.records:
        for fact in record.facts:
            if isinstance(fact.value, str):
                found[fact.name][fact.value] = None
    return {name: list(values) for name, values in found.items()}
