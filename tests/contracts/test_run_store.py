"""What every RunStore keeps: in memory, on SQLite and on PostgreSQL."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from identity.ids import EntityId
from pipelines.adapters.runs_memory import RunsMemory
from pipelines.adapters.runs_sql import RunsSql
from pipelines.plan import Counts, Run, RunState
from pipelines.ports import RunStore
from pipelines.quarantine import Quarantined, Reason

SHOP, BANK = EntityId("shop"), EntityId("bank")


def run(number: int = 1, entity: EntityId = SHOP) -> Run:
    return Run(
        id=f"{number:032x}",
        entity=entity,
        contract="customers",
        contract_digest=bytes(32),
        file="customers.csv",
        file_digest=bytes([number]) * 32,
        state=RunState.RUNNING,
        started_at=1000 + number,
        batches_done=2,
        counts=Counts(read=10, new=7, quarantined=3, linked=1),
        reasons={"ragged-row": 3},
        stages={"read": 1200},
    )


class RunStoreContract:
    def test_a_run_comes_back_as_it_was_saved(self, store: RunStore) -> None:
        assert store.find(run().id) is None
        store.save(run())
        assert store.find(run().id) == run()

    def test_saving_again_replaces(self, store: RunStore) -> None:
        store.save(run())
        done = replace(run(), state=RunState.DONE, finished_at=9 * 10**15, refusal="x", counts=Counts(read=11))
        store.save(done)
        assert store.find(run().id) == done
        assert store.recent() == (done,)

    def test_recent_runs_come_latest_first_and_by_entity(self, store: RunStore) -> None:
        for one in (run(1), run(2, BANK), run(3)):
            store.save(one)
        assert [one.started_at for one in store.recent()] == [1003, 1002, 1001]
        assert [one.started_at for one in store.recent(entity=SHOP, limit=1)] == [1003]

    def test_quarantine_adds_each_line_once_and_reads_on_by_line(self, store: RunStore) -> None:
        rows = [Quarantined(line, "id", Reason.NO_SOURCE_KEY) for line in (9, 2, 5)]
        store.quarantine(run().id, rows)
        store.quarantine(run().id, [*rows, Quarantined(7, "", Reason.RAGGED_ROW)])
        store.quarantine(run().id, [])
        assert [row.line for row in store.quarantined(run().id)] == [2, 5, 7, 9]
        assert [row.line for row in store.quarantined(run().id, after_line=2, limit=2)] == [5, 7]
        assert store.quarantined(run().id, after_line=5)[0] == Quarantined(7, "", Reason.RAGGED_ROW)
        assert store.quarantined(run(2).id) == ()

    def test_the_latest_validation_counts(self, store: RunStore) -> None:
        assert store.validation(run().id) is None
        store.record_validation(run().id, "{}", at=1)
        store.record_validation(run().id, '{"a": 1}', at=2)
        assert store.validation(run().id) == '{"a": 1}'

    def test_the_latest_contract_of_each_name_is_told(self, store: RunStore) -> None:
        record: Callable[..., None] = store.record_contract
        record(SHOP, "customers", "old", digest=b"1" * 32, at=1)
        record(SHOP, "customers", "new", digest=b"2" * 32, at=2)
        record(SHOP, "customers", "old", digest=b"1" * 32, at=3)
        record(BANK, "clients", "bank", digest=b"3" * 32, at=1)
        assert store.contracts() == {(SHOP, "customers"): "new", (BANK, "clients"): "bank"}
        assert store.contracts(BANK) == {(BANK, "clients"): "bank"}


class TestRunsMemory(RunStoreContract):
    @pytest.fixture
    def store(self) -> RunStore:
        return RunsMemory()


class TestRunsSql(RunStoreContract):
    @pytest.fixture
    def store(self, sql_connection: Connection) -> RunStore:
        return RunsSql(sql_connection)
