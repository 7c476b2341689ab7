"""Runs, quarantine, validations and contracts in memory, for tests."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from identity.ids import EntityId, Instant
from pipelines.plan import Run
from pipelines.quarantine import Quarantined


class RunsMemory:
    """A RunStore that forgets when the process ends."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}
        self._quarantine: defaultdict[str, dict[int, Quarantined]] = defaultdict(dict)
        self._validations: dict[str, str] = {}
        self._contracts: dict[bytes, tuple[Instant, bytes, EntityId, str, str]] = {}

    def find(self, run_id: str) -> Run | None:
        """See `pipelines.ports.RunStore`."""
        return self._runs.get(run_id)

    def save(self, run: Run) -> None:
        """See `pipelines.ports.RunStore`."""
        self._runs[run.id] = run

    def recent(self, *, entity: EntityId | None = None, limit: int = 50) -> tuple[Run, ...]:
        """See `pipelines.ports.RunStore`."""
        chosen = [run for run in self._runs.values() if entity is None or run.entity == entity]
        return tuple(sorted(chosen, key=lambda run: (-run.started_at, run.id))[:limit])

    def quarantine(self, run_id: str, rows: Sequence[Quarantined]) -> None:
        """See `pipelines.ports.RunStore`."""
        for row in rows:
            self._quarantine[run_id].setdefault(row.line, row)

    def quarantined(self, run_id: str, *, after_line: int = -1, limit: int = 1000) -> tuple[Quarantined, ...]:
        """See `pipelines.ports.RunStore`."""
        later = [row for line, row in sorted(self._quarantine[run_id].items()) if line > after_line]
        return tuple(later[:limit])

    def record_validation(self, run_id: str, result: str, *, at: Instant) -> None:  # noqa: ARG002
        """See `pipelines.ports.RunStore`."""
        self._validations[run_id] = result

    def validation(self, run_id: str) -> str | None:
        """See `pipelines.ports.RunStore`."""
        return self._validations.get(run_id)

    def record_contract(self, entity: EntityId, name: str, canonical: str, *, digest: bytes, at: Instant) -> None:
        """See `pipelines.ports.RunStore`."""
        self._contracts.setdefault(digest, (at, digest, entity, name, canonical))

    def contracts(self, entity: EntityId | None = None) -> Mapping[tuple[EntityId, str], str]:
        """See `pipelines.ports.RunStore`."""
        kept = sorted(self._contracts.values())
        return {(owner, name): text for _, _, owner, name, text in kept if entity in {None, owner}}
