"""Writing down who is one person, in the source keys of the companies themselves: for whoever holds their keys."""

import csv
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby, islice
from pathlib import Path
from typing import IO

from cdp.telemetry import span
from cdp.wiring import Application, Hub
from governance.vault import Vault
from identity.ids import EntityId, RecordId
from identity.refs import Ref
from pipelines.edge import SOURCE_KEY, VAULT_USE

HEADER = ("entity", "source_key", "label")
_CHUNK = 2_000


def export_clusters(
    app: Application, file: Path, *, progress: Callable[[int], None] = lambda _: None
) -> tuple[int, int]:
    """Write `entity, source_key, label` of every record; gives how many records and persons.

    Labels count the persons of this export and mean nothing in another. Source keys come out of each entity's vault,
    so this needs the keys of every entity: an operator's tool for an embedded home and for evaluations, not an
    endpoint. A record whose data key was shredded is named by its ref in hexadecimal. The file appears whole or not
    at all, and nothing of it stays behind on an error. Raises MissingKey without an entity's key.
    """
    records = 0
    with span("ingest.export"), _whole(file) as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        persons = -1
        with app.hub(writes=False) as hub:
            labelled = enumerate(groupby(hub.census.everyone(), key=lambda row: row[0]))
            rows = ((record, label) for label, (_, group) in labelled for _, record in group)
            while chunk := list(islice(rows, _CHUNK)):
                persons = chunk[-1][1]
                writer.writerows(_named(app, hub, chunk))
                records += len(chunk)
                progress(records)
    return records, persons + 1


@contextmanager
def _whole(file: Path) -> Iterator[IO[str]]:
    """What is written takes the place of `file` when left in peace, durably, and is gone on any error."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, newline="", encoding="utf-8", delete=False) as out:
        part = Path(out.name)
        try:
            yield out
            out.flush()
            os.fsync(out.fileno())
            part.chmod(0o600)  # source keys are personal data
            part.replace(file)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def _named(app: Application, hub: Hub, chunk: Sequence[tuple[RecordId, int]]) -> Iterator[tuple[str, str, int]]:
    refs = hub.stores.refs.of([record for record, _ in chunk])
    keys: dict[RecordId, str] = {}
    for entity in sorted({ref.entity for ref in refs.values()}):
        keys |= _source_keys(app, hub, entity, {r: ref for r, ref in refs.items() if ref.entity == entity})
    for record, label in chunk:
        yield refs[record].entity, keys.get(record, refs[record].ref.hex()), label


def _source_keys(app: Application, hub: Hub, entity: EntityId, refs: Mapping[RecordId, Ref]) -> dict[RecordId, str]:
    """The source keys of records whose vault rows this home can open; an edge elsewhere keeps its own."""
    sealed = hub.stores.vault.get(entity, list(refs))
    with app.data_keys(entity) as store:
        keys = store.get([refs[record].ref for record in sealed], VAULT_USE)
    vault = Vault(app.entropy)
    found = {}
    for record, row in sealed.items():
        ref = refs[record].ref
        if ref not in keys:
            continue  # shredded: nobody can name this record any more
        only = {SOURCE_KEY: row.fields[SOURCE_KEY]}
        found[record] = vault.open(entity, ref, only, keys[ref], epoch=row.epoch)[SOURCE_KEY]
    return found
