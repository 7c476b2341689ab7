"""Runs, quarantine, validations and contracts in SQL, on SQLite and PostgreSQL."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, Table, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from identity.ids import EntityId, Instant
from pipelines.adapters.tables import contracts, quarantine, runs, validations
from pipelines.plan import Counts, Run, RunState
from pipelines.quarantine import Quarantined, Reason


class RunsSql:
    """A RunStore inside somebody else's transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, run_id: str) -> Run | None:
        """See `pipelines.ports.RunStore`."""
        row = self._connection.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
        return None if row is None else _run(row)

    def save(self, run: Run) -> None:
        """See `pipelines.ports.RunStore`."""
        self._connection.execute(delete(runs).where(runs.c.id == run.id))
        self._connection.execute(insert(runs), [_columns(run)])

    def recent(self, *, entity: EntityId | None = None, limit: int = 50) -> tuple[Run, ...]:
        """See `pipelines.ports.RunStore`."""
        query = select(runs).order_by(runs.c.started_at.desc(), runs.c.id).limit(limit)
        if entity is not None:
            query = query.where(runs.c.entity == entity)
        return tuple(_run(row) for row in self._connection.execute(query))

    def quarantine(self, run_id: str, rows: Sequence[Quarantined]) -> None:
        """See `pipelines.ports.RunStore`."""
        if rows:
            self._connection.execute(
                self._insert(quarantine).on_conflict_do_nothing(),
                [{"run": run_id, "line": row.line, "column": row.column, "code": row.code} for row in rows],
            )

    def quarantined(self, run_id: str, *, after_line: int = -1, limit: int = 1000) -> tuple[Quarantined, ...]:
        """See `pipelines.ports.RunStore`."""
        table = quarantine.c
        query = (
            select(table.line, table.column, table.code)
            .where(table.run == run_id, table.line > after_line)
            .order_by(table.line)
            .limit(limit)
        )
        return tuple(Quarantined(line, column, Reason(code)) for line, column, code in self._connection.execute(query))

    def record_validation(self, run_id: str, result: str, *, at: Instant) -> None:
        """See `pipelines.ports.RunStore`."""
        self._connection.execute(delete(validations).where(validations.c.run == run_id))
        self._connection.execute(insert(validations), [{"run": run_id, "at": at, "result": result}])

    def validation(self, run_id: str) -> str | None:
        """See `pipelines.ports.RunStore`."""
        query = select(validations.c.result).where(validations.c.run == run_id)
        return self._connection.execute(query).scalar_one_or_none()

    def record_contract(self, entity: EntityId, name: str, canonical: str, *, digest: bytes, at: Instant) -> None:
        """See `pipelines.ports.RunStore`."""
        row = {"digest": digest, "entity": entity, "name": name, "at": at, "canonical": canonical}
        self._connection.execute(self._insert(contracts).on_conflict_do_nothing(), [row])

    def contracts(self, entity: EntityId | None = None) -> Mapping[tuple[EntityId, str], str]:
        """See `pipelines.ports.RunStore`."""
        table = contracts.c
        query = select(table.entity, table.name, table.canonical).order_by(table.at, table.digest)
        if entity is not None:
            query = query.where(table.entity == entity)
        return {(EntityId(row.entity), row.name): row.canonical for row in self._connection.execute(query)}

    def _insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        if self._connection.dialect.name == "postgresql":
            return postgresql.insert(table)
        return sqlite.insert(table)


def _columns(run: Run) -> dict[str, Any]:
    texts = {
        "counts": asdict(run.counts),
        "reasons": dict(run.reasons),
        "stages": dict(run.stages),
        "unusable": dict(run.unusable),
    }
    plain = {name: getattr(run, name) for name in run.__dataclass_fields__ if name not in texts}
    return plain | {name: json.dumps(value, sort_keys=True) for name, value in texts.items()}


def _run(row: Row[Any]) -> Run:
    return Run(
        id=row.id,
        entity=EntityId(row.entity),
        contract=row.contract,
        contract_digest=bytes(row.contract_digest),
        file=row.file,
        file_digest=bytes(row.file_digest),
        state=RunState(row.state),
        started_at=row.started_at,
        finished_at=row.finished_at,
        batches_done=row.batches_done,
        counts=Counts(**json.loads(row.counts)),
        reasons=json.loads(row.reasons),
        stages=json.loads(row.stages),
        unusable=json.loads(row.unusable),
        batch_rows=row.batch_rows,
        refusal=row.refusal,
    )
