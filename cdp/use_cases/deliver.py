"""Taking in what an entity's edge delivers over HTTP."""

from dataclasses import dataclass

from cdp.telemetry import Counted, count, span
from cdp.wiring import Application, Hub
from pipelines.batch import EdgeBatch
from pipelines.landing import land


@dataclass(frozen=True, slots=True)
class Landed:
    """What a delivery did, in records."""

    new: int
    changed: int
    unchanged: int
    moved: int


def deliver(app: Application, hub: Hub, batch: EdgeBatch) -> Landed:
    """Land `batch` in the hub's open transaction.

    Raises UnknownPurpose, UnknownCategory or an error of identity; then the transaction must be rolled back.
    """
    with span("ingest.deliver", entity=batch.entity, rows=len(batch.records)):
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
