"""The run of one file: read and judged whole, then landed batch by batch, each in a transaction of its own."""

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from consent.trees import Trees
from governance.vault import Vault
from identity.errors import EnishiError
from identity.ids import EntityId
from identity.ports import Clock, Entropy
from identity.recipes import RecipeTable
from identity.secret import SecretKey
from identity.tokens import Tokeniser
from pipelines.batch import EdgeBatch
from pipelines.contract import Contract
from pipelines.edge import VAULT_USE, Committed, Edge, EdgeKeys
from pipelines.landing import Resolvers, known_entities, land
from pipelines.limits import IngestLimits
from pipelines.lint import lint, refuse_errors
from pipelines.plan import Counts, Run, RunState, Stopwatch, run_id
from pipelines.ports import KeyUnitOfWork, PiiScan, UnitOfWork
from pipelines.quality import QualityChecker, refuse_unmet
from pipelines.quarantine import Quarantined, counted
from pipelines.reading import Files, RawBatch, Source
from pipelines.relink import record_agreements
from pipelines.survey import Survey, refuse_pii

_FILE_NAME: Final = re.compile(r"[A-Za-z0-9._-]{1,100}")
_SUFFIX: Final = re.compile(r"(\.(csv|tsv|ndjson|jsonl|parquet))?(\.gz)?\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Ingestion:
    """All that a run needs of the world, chosen by the composition root."""

    unit_of_work: UnitOfWork
    data_keys: KeyUnitOfWork
    files: Files
    quality: QualityChecker
    scan: PiiScan
    resolver: Resolvers
    keys: Callable[[EntityId], EdgeKeys]
    tokeniser: Callable[[SecretKey], Tokeniser]
    recipes: RecipeTable
    vault: Vault
    trees: Trees
    clock: Clock
    entropy: Entropy
    limits: IngestLimits


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is. `total` is None until the first reading has counted the rows; quarantined ones are done too."""

    stage: str
    rows: int
    total: int | None


@dataclass(frozen=True, slots=True)
class RunReport:
    """What came of an ingest. `repeated`: the same run was done before and nothing changed, so the counts are its."""

    run: Run
    repeated: bool = False
    resumed: bool = False
    relinked: int = 0
    """Records that were stored before and got another permission to link by this contract's agreements."""
    warnings: tuple[str, ...] = ()


def ingest(
    path: str, contract: Contract, using: Ingestion, progress: Callable[[Progress], None] = lambda _: None
) -> RunReport:
    """Take the file at `path` in as `contract` promises it.

    Everything that can refuse the file comes before anything of it lands; then each batch lands with its quarantine
    and the count of batches in one transaction, so that a run that was killed goes on at the next batch when the same
    ingest is asked for again. A file that is done already is gone through again, since newer files or the persons'
    own words may have come between: rows that the hub has as they are change nothing, and when none does, nothing is
    stored; else the run is stored anew with the counts of this time.

    Raises the errors of `pipelines.errors` for a contract or file that is refused (the run is stored as refused, with
    the error's code, unless it was done before), and whatever the stores raise; then the last batch is rolled back and
    the run stays `running`.
    """
    warnings = refuse_errors(lint(contract, trees=using.trees))
    watch = Stopwatch(using.clock)
    with watch.stage("read"):
        source = using.files.open(path, contract.format, using.limits)
    warnings += refuse_errors(lint(contract, trees=using.trees, columns=source.columns))
    told = tuple(dict.fromkeys(str(warning) for warning in warnings))
    run, found = _begin(source, contract, using)
    again = found is not None and found.state is RunState.DONE
    judged = again or run.state is RunState.RUNNING
    if run.batch_rows != using.limits.batch_rows:  # a run goes on in the batches that it began with
        using = replace(using, limits=replace(using.limits, batch_rows=run.batch_rows))
        source = using.files.open(path, contract.format, using.limits)
    try:
        survey, bad, unmet = _judge(source, contract, run, judged=judged, using=using, watch=watch, progress=progress)
    except EnishiError as error:
        if not again:
            refused = replace(run, state=RunState.REFUSED, finished_at=using.clock.now(), refusal=error.code)
            with using.unit_of_work() as stores:
                stores.runs.save(refused)
        raise
    landing = _Landing(source, contract, using, watch, progress, survey, bad)
    done, relinked, ended = landing.all_of(run, again=again)
    if done.state is not RunState.DONE and found is not None:
        return RunReport(found, repeated=True, warnings=(*told, *ended))
    told = (*told, *unmet, *ended, *_unusable(done))
    return RunReport(done, resumed=run.batches_done > 0, relinked=relinked, warnings=told)


def _begin(source: Source, contract: Contract, using: Ingestion) -> tuple[Run, Run | None]:
    """The run to make, from where it got to before, and what was found stored of it.

    One that was done is made anew, but stored only once it changes something.
    """
    id_ = run_id(contract.entity, contract.digest, source.digest)
    now = using.clock.now()
    with using.unit_of_work() as stores:
        found = stores.runs.find(id_)
        fresh = Run(
            id=id_,
            entity=contract.entity,
            contract=contract.name,
            contract_digest=contract.digest,
            file=_file_name(source),
            file_digest=source.digest,
            state=RunState.PLANNED,
            started_at=now,
            batch_rows=using.limits.batch_rows,
        )
        run = found if found is not None and found.state is RunState.RUNNING else fresh
        if found is None or found.state is not RunState.DONE:
            stores.runs.save(run)
    return run, found


def _file_name(source: Source) -> str:
    """The file's name if it is a plain one, else one made of its bytes: names are kept in clear.

    BUG: a person's name in Latin letters without a space is a plain name too; no pattern tells it from a table's.
    """
    if _FILE_NAME.fullmatch(source.name):
        return source.name
    suffix = _SUFFIX.search(source.name)
    return f"file-{source.digest.hex()[:12]}{suffix.group() if suffix else ''}"


def _judge(
    source: Source,
    contract: Contract,
    run: Run,
    *,
    judged: bool,
    using: Ingestion,
    watch: Stopwatch,
    progress: Callable[[Progress], None],
) -> tuple[Survey, tuple[Quarantined, ...], tuple[str, ...]]:
    """The first reading: all rows checked, expectations judged, facts scanned. Raises when the file is refused.

    What was `judged` before, the same file under the same contract, only has its rows checked.
    """
    survey = Survey(contract, using.limits)
    with watch.stage("read"):
        for batch in source.batches():
            survey.add(batch)
            progress(Progress("read", survey.rows, None))
        bad = survey.quarantine()
    if judged:
        return survey, bad, ()
    unmet: tuple[str, ...] = ()
    if contract.quality:
        progress(Progress("validate", survey.rows, survey.rows))
        with watch.stage("validate"):
            result = using.quality.check(contract.quality, survey.judged(), survey.readable)
        with using.unit_of_work() as stores:
            stores.runs.record_validation(run.id, result.to_json(), at=using.clock.now())
        refuse_unmet(result)
        unmet = result.warnings
    scanned = survey.scanned()
    if scanned:
        progress(Progress("scan", survey.rows, survey.rows))
        with watch.stage("scan"):
            refuse_pii(using.scan(scanned, sample=using.limits.scan_values_max))
    return survey, bad, unmet


@dataclass(frozen=True, slots=True)
class _Landing:
    """The second reading of a file, which lands it."""

    source: Source
    contract: Contract
    using: Ingestion
    watch: Stopwatch
    progress: Callable[[Progress], None]
    survey: Survey
    bad: tuple[Quarantined, ...]

    def all_of(self, run: Run, *, again: bool) -> tuple[Run, int, tuple[str, ...]]:
        """Land what is not landed yet. Gives the run when done, how many stored records were relinked, and warnings.

        A run that is made `again` is stored from the first change on, and comes back as planned when there is none.
        """
        using, contract = self.using, self.contract
        edge = self._edge()
        with using.unit_of_work() as stores, self.watch.stage("land"):
            now = using.clock.now()
            before = stores.agreements.all()
            # not before the file was judged: what a contract says of reads holds from the first of its files on
            stores.runs.record_contract(
                contract.entity, contract.name, contract.canonical, digest=contract.digest, at=now
            )
            relinked, warnings = record_agreements(stores, contract, resolver=using.resolver, trees=using.trees, at=now)
            if not again or stores.agreements.all() != before:
                run = replace(run, state=RunState.RUNNING)
                stores.runs.save(run)
        bad_lines = np.array([row.line for row in self.bad], dtype=np.int64)
        seen = 0
        for number, batch in enumerate(self.source.batches()):
            seen += batch.rows + len(batch.bad)
            if number >= run.batches_done:
                last = number + 1 >= self.survey.batches
                until = None if last or not batch.rows else int(batch.lines[-1])
                clean = batch.keep(~np.isin(batch.lines, bad_lines))
                run = self._one(run, edge, clean, read=batch.rows + len(batch.bad), until=until)
                self.progress(Progress("land", seen, self.survey.rows))
        return (run if run.state is RunState.PLANNED else self._finish(run)), relinked, warnings

    def _edge(self) -> Edge:
        using = self.using
        keys = using.keys(self.contract.entity)
        return Edge(
            contract=self.contract,
            keys=keys,
            tokeniser=using.tokeniser(keys.linkage),
            recipes=using.recipes,
            vault=using.vault,
            seal_keys=self._seal_keys,
            trees=using.trees,
            clock=using.clock,
        )

    def _seal_keys(self, refs: Sequence[bytes]) -> Mapping[bytes, SecretKey]:
        """The records' data keys. They live in another database: committed before anything that they seal."""
        with self.using.data_keys() as keys:
            return keys.ensure(refs, VAULT_USE)

    def _one(self, run: Run, edge: Edge, clean: RawBatch, *, read: int, until: int | None) -> Run:
        """Land one batch with its quarantine, and note that it is done, in one transaction.

        Of a run that is made again, batches before its first change are only counted.
        """
        using, watch = self.using, self.watch
        with watch.stage("commit"):
            committed = edge.commit(clean)
            fresh = committed.keep(self._changed(committed))
        unusable = Counter(run.unusable)
        batch = edge.batch(fresh, watch, unusable) if fresh.refs else EdgeBatch(self.contract.entity, ())
        bad = self._bad_until(run, until)
        known = len(committed.refs) - len(fresh.refs)
        passed = Counts(read=read, unchanged=known, quarantined=len(bad))
        if run.state is RunState.PLANNED and not batch.records:
            return replace(run, counts=run.counts.plus(passed), batches_done=run.batches_done + 1)
        with using.unit_of_work() as stores, watch.stage("land"):
            counts = Counts()
            if batch.records:
                landed = land(
                    stores,
                    batch,
                    resolver=using.resolver,
                    entities=known_entities(stores, [self.contract.entity]),
                    trees=using.trees,
                    entropy=using.entropy,
                    at=using.clock.now(),
                )
                counts = landed.counts
            stores.runs.quarantine(run.id, bad)
            counts = run.counts.plus(counts).plus(passed)
            run = replace(run, state=RunState.RUNNING, counts=counts, batches_done=run.batches_done + 1)
            run = self._noted(replace(run, unusable=dict(unusable)))
            stores.runs.save(run)
        return run

    def _changed(self, committed: Committed) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which rows the hub does not have as they are, so that nothing is sealed or tokenised in vain."""
        with self.using.unit_of_work() as stores:
            known = stores.refs.find(self.contract.entity, committed.refs)
        same = (
            ref in known and known[ref].content == content
            for ref, content in zip(committed.refs, committed.contents, strict=True)
        )
        return ~np.fromiter(same, dtype=bool, count=len(committed.refs))

    def _bad_until(self, run: Run, until: int | None) -> tuple[Quarantined, ...]:
        """The rows set aside that no batch before took along, up to line `until` (None: to the end)."""
        lines = [row.line for row in self.bad]
        stop = len(lines) if until is None else bisect_right(lines, until)
        return self.bad[run.counts.quarantined : stop]

    def _noted(self, run: Run) -> Run:
        """The run with this process's seconds and the reasons of what was set aside so far."""
        return replace(run, stages=dict(self.watch.spent), reasons=counted(self.bad[: run.counts.quarantined]))

    def _finish(self, run: Run) -> Run:
        done = replace(self._noted(run), state=RunState.DONE, finished_at=self.using.clock.now())
        with self.using.unit_of_work() as stores:
            stores.runs.save(done)
        return done


def _unusable(run: Run) -> Iterator[str]:
    """A warning for each field and reason for which values said nothing."""
    for what, rows in sorted(run.unusable.items()):
        kind, _, reason = what.partition(" ")
        yield f"{rows:,} values of {kind} cannot identify anybody ({reason}) and were left out of matching"
