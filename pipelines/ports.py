"""The roles that pipelines asks the world to play, and one transaction's set of stores."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from consent.ports import AgreementStore, ConsentLedger
from governance.data_keys import DataKeyStore
from governance.disclosure import TraitKind
from governance.pii.scan import Finding
from governance.vault import VaultStore
from identity.ids import EntityId, Instant, RecordId
from identity.ports import LinkStore, MemberStore, RefStore
from pipelines.batch import Value
from pipelines.plan import Run
from pipelines.quarantine import Quarantined


@dataclass(frozen=True, slots=True)
class StoredFact:
    """One trait of one record as the hub keeps it."""

    record: RecordId
    controller: EntityId
    name: str
    category: str
    kind: TraitKind
    value: Value
    observed_at: Instant


class FactStore(Protocol):
    """Keeps traits."""

    def put(self, stored: Sequence[StoredFact], /) -> None:
        """Replace every fact of the records named in `stored`."""
        ...

    def remove(self, records: Sequence[RecordId], /) -> None:
        """Forget every fact of `records`."""
        ...


class RunStore(Protocol):
    """Keeps runs, what was quarantined, how the files were judged, and the contracts they ran under."""

    def find(self, run_id: str) -> Run | None:
        """The run of that id."""
        ...

    def save(self, run: Run) -> None:
        """Store `run` in place of what was stored under its id."""
        ...

    def recent(self, *, entity: EntityId | None = None, limit: int = 50) -> tuple[Run, ...]:
        """The latest runs, of all entities or one, the latest first."""
        ...

    def quarantine(self, run_id: str, rows: Sequence[Quarantined]) -> None:
        """Add rows; one that is there already (by run and line) changes nothing."""
        ...

    def quarantined(self, run_id: str, *, after_line: int = -1, limit: int = 1000) -> tuple[Quarantined, ...]:
        """Up to `limit` quarantined rows of the run after that line, by line."""
        ...

    def record_validation(self, run_id: str, result: str, *, at: Instant) -> None:
        """Store the result (JSON) of judging the run's file, in place of an earlier one."""
        ...

    def validation(self, run_id: str) -> str | None:
        """The stored result, None where the file was not judged."""
        ...

    def record_contract(self, entity: EntityId, name: str, canonical: str, *, digest: bytes, at: Instant) -> None:
        """Keep the contract's canonical JSON under its digest; one that is there already changes nothing."""
        ...

    def contracts(self, entity: EntityId | None = None) -> Mapping[tuple[EntityId, str], str]:
        """The latest contract (canonical JSON) of each (entity, contract name)."""
        ...


@dataclass(frozen=True, slots=True)
class Stores:
    """The adapters of one transaction."""

    refs: RefStore
    links: LinkStore
    members: MemberStore
    ledger: ConsentLedger
    agreements: AgreementStore
    vault: VaultStore
    facts: FactStore
    runs: RunStore


UnitOfWork = Callable[[], AbstractContextManager[Stores]]
"""Enters a transaction of the hub: commits when left in peace, rolls back on an error."""

KeyUnitOfWork = Callable[[], AbstractContextManager[DataKeyStore]]
"""The same for the store of data keys, which is another database."""


class PiiScan(Protocol):
    """Looks for personal identifiers; `governance.pii.scan.scan` is one."""

    def __call__(self, columns: Mapping[str, Sequence[str | None]], *, sample: int) -> Sequence[Finding]:
        """The kinds found in each column, by looking at up to `sample` distinct values of it."""
        ...
