"""A run: which file under which contract, how far it got, and what came of it."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from identity.ids import EntityId, Instant
from identity.ports import Clock

_NONE: Mapping[str, int] = MappingProxyType({})


class RunState(StrEnum):
    """Where a run stands: `running` also after a kill, until the same ingest is asked for again."""

    PLANNED = "planned"
    RUNNING = "running"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Counts:
    """Rows of a run. `read` = new + changed + unchanged + quarantined once the run is done."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    linked: int = 0
    """Records that landed with a person whom another record already had."""
    unlinkable: int = 0
    """Records that landed without any permission to link."""

    def plus(self, other: "Counts") -> "Counts":
        """The sum, field by field."""
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__))


@dataclass(frozen=True, slots=True)
class Run:
    """One run of one file. `batches_done` batches have landed; `stages` are microseconds by stage.

    `unusable` counts identifying values that say nothing, as `birth_date malformed`. `batch_rows` is the size of the
    batches that were landed, which a resumed run keeps.
    """

    id: str
    entity: EntityId
    contract: str
    contract_digest: bytes
    file: str
    file_digest: bytes
    state: RunState
    started_at: Instant
    finished_at: Instant | None = None
    batches_done: int = 0
    counts: Counts = field(default_factory=Counts)
    reasons: Mapping[str, int] = field(default_factory=lambda: _NONE)
    stages: Mapping[str, int] = field(default_factory=lambda: _NONE)
    unusable: Mapping[str, int] = field(default_factory=lambda: _NONE)
    batch_rows: int = 0
    refusal: str = ""


def run_id(entity: EntityId, contract_digest: bytes, file_digest: bytes) -> str:
    """32 hexadecimal digits: the same file of the same entity under the same contract is the same run."""
    return hashlib.sha256(b"run|" + entity.encode() + b"|" + contract_digest + file_digest).hexdigest()[:32]


class Stopwatch:
    """Adds up how long the stages of a run take, by the clock that it is given."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.spent: Counter[str] = Counter()

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Counts the time until the block is left towards `name`."""
        start = self._clock.now()
        try:
            yield
        finally:
            self.spent[name] += self._clock.now() - start
