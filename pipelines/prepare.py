"""A file as its company's own edge would deliver it: judged and tokenised here, landed elsewhere."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from identity.secret import SecretKey
from pipelines.batch import EdgeBatch
from pipelines.contract import Contract
from pipelines.edge import VAULT_USE, Edge
from pipelines.ingest import Ingestion
from pipelines.lint import lint, refuse_errors
from pipelines.plan import Stopwatch
from pipelines.quarantine import Quarantined
from pipelines.survey import Survey, refuse_pii


def prepared(path: str, contract: Contract, using: Ingestion) -> Iterator[EdgeBatch | Quarantined]:
    """The batches that may cross the border, each after the bad rows before its end; nothing is stored in a hub.

    The same checks as an ingest, but for the expectations about the whole file, whose result a hub would keep.
    Raises the errors of `pipelines.errors` for a contract or file that is refused, before the first batch.
    """
    source = using.files.open(path, contract.format, using.limits)
    refuse_errors(lint(contract, trees=using.trees, columns=source.columns))
    survey = Survey(contract, using.limits)
    for batch in source.batches():
        survey.add(batch)
    bad = survey.quarantine()
    refuse_pii(using.scan(survey.scanned(), sample=using.limits.scan_values_max))
    yield from bad
    edge = _edge(contract, using)
    lines = np.array([row.line for row in bad], dtype=np.int64)
    for batch in source.batches():
        clean = batch.keep(~np.isin(batch.lines, lines))
        if clean.rows:
            yield edge.batch(edge.commit(clean), Stopwatch(using.clock))


def _edge(contract: Contract, using: Ingestion) -> Edge:
    def seal_keys(refs: Sequence[bytes]) -> Mapping[bytes, SecretKey]:
        with using.data_keys() as keys:
            return keys.ensure(refs, VAULT_USE)

    keys = using.keys(contract.entity)
    return Edge(
        contract=contract,
        keys=keys,
        tokeniser=using.tokeniser(keys.linkage),
        recipes=using.recipes,
        vault=using.vault,
        seal_keys=seal_keys,
        trees=using.trees,
        clock=using.clock,
    )
