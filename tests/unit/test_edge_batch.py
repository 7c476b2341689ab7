"""The edge lets tokens, facts, permissions and ciphertext out, and nothing that a person could be read from."""

import pickle
from pathlib import Path

import numpy as np
import pyarrow as pa
from pipeline_world import PEOPLE, World, contract, csv_file, keys_of

from consent.ledger import State
from consent.trees import shipped
from governance.vault import Vault
from identity.fields import FieldKind
from identity.recipes import shipped_recipes
from identity.tokens import CmacTokeniser
from pipelines.adapters.files import LocalFiles
from pipelines.batch import EdgeBatch
from pipelines.contract import Contract, FieldRule
from pipelines.edge import VAULT_USE, Committed, Edge, _field, ref_of
from pipelines.limits import IngestLimits
from pipelines.plan import Stopwatch
from pipelines.reading import RawBatch

NO_LINK = {
    "operations: [link], purpose: identity-resolution, basis: leg": "operations: [use], purpose: marketing, basis: leg"
}


def edge_of(promised: Contract, world: World) -> Edge:
    keys = keys_of(promised.entity)
    return Edge(
        contract=promised,
        keys=keys,
        tokeniser=CmacTokeniser(keys.linkage),
        recipes=shipped_recipes(),
        vault=Vault(world.entropy),
        seal_keys=lambda refs: world.data_keys.ensure(refs, VAULT_USE),
        trees=shipped(),
        clock=world.clock,
    )


def rows_of(folder: Path, *people: str) -> RawBatch:
    source = LocalFiles().open(csv_file(folder, *people), contract().format, IngestLimits())
    (batch,) = source.batches()
    return batch


def made(folder: Path, promised: Contract, world: World, *people: str) -> tuple[Committed, EdgeBatch]:
    edge = edge_of(promised, world)
    committed = edge.commit(rows_of(folder, *people))
    return committed, edge.batch(committed, Stopwatch(world.clock))


def test_a_batch_holds_no_value_of_an_identifying_column(tmp_path: Path) -> None:
    _, batch = made(tmp_path, contract(), World(), *PEOPLE)
    flat = pickle.dumps([(one.ref, one.content, one.tokens.to_wire(), one.facts, one.sealed) for one in batch.records])
    for person in PEOPLE:
        for value in person.split(",")[1:5]:
            assert value.encode() not in flat


def test_the_vault_opens_to_the_raw_fields_and_the_source_key(tmp_path: Path) -> None:
    world = World()
    _, batch = made(tmp_path, contract(), world, *PEOPLE)
    record = batch.records[0]
    assert record.ref == ref_of(keys_of(batch.entity), batch.entity, "c1")
    key = world.data_keys.get([record.ref], VAULT_USE)[record.ref]
    opened = Vault(world.entropy).open(batch.entity, record.ref, record.sealed, key)
    assert opened == {
        "source_key": "c1",
        "given_name": "Mira",
        "family_name": "Okonkwo",
        "birth_date": "03/04/1981",
        "email": "mira.okonkwo@mail.example",
    }


def test_facts_and_consents_follow_the_cells(tmp_path: Path) -> None:
    _, batch = made(tmp_path, contract(), World(), *PEOPLE)
    assert [[(fact.name, fact.value) for fact in one.facts] for one in batch.records] == [
        [("spent_total", 12.5), ("tier", "gold")],
        [("spent_total", 3.0), ("tier", "silver")],
        [],
    ]
    assert [[one.state for one in record.consents] for record in batch.records] == [
        [State.GIVEN, State.GIVEN],
        [State.GIVEN, State.REFUSED],
        [State.GIVEN],
    ]


def test_a_record_that_permits_no_link_sends_no_tokens(tmp_path: Path) -> None:
    _, linked = made(tmp_path, contract(), World(), *PEOPLE)
    assert all(len(one.tokens) for one in linked.records)
    _, lone = made(tmp_path, contract(**NO_LINK), World(), *PEOPLE)
    assert not any(len(one.tokens) for one in lone.records)


def test_link_decided_by_a_column_is_decided_row_by_row(tmp_path: Path) -> None:
    by_row = contract(
        **NO_LINK,
        **{"operations: [contact], purpose: marketing": "operations: [link], purpose: identity-resolution"},
    )
    _, batch = made(tmp_path, by_row, World(), *PEOPLE)
    assert [bool(len(one.tokens)) for one in batch.records] == [True, False, False]


def test_the_content_changes_with_any_cell_and_with_the_contract_and_with_nothing_else(tmp_path: Path) -> None:
    world = World()
    first = edge_of(contract(), world).commit(rows_of(tmp_path, *PEOPLE))
    assert edge_of(contract(), world).commit(rows_of(tmp_path, *PEOPLE[::-1])).contents == first.contents[::-1]
    ignored = edge_of(contract(), world).commit(rows_of(tmp_path, PEOPLE[0][:-1] + "y"))
    assert ignored.contents[0] == first.contents[0]
    shifted = edge_of(contract(), world).commit(rows_of(tmp_path, PEOPLE[2].replace(",,,,x", ",,yes,,x")))
    assert shifted.contents[0] != first.contents[2]
    other = edge_of(contract(**{"name: spent_total": "name: spent"}), world).commit(rows_of(tmp_path, *PEOPLE))
    assert (other.refs, set(other.contents) & set(first.contents)) == (first.refs, set())


def test_columns_join_to_one_field_and_a_row_without_any_keeps_its_place() -> None:
    """Arrow drops the rows where every part is null, which would give people the addresses of others."""
    columns = {"no": pa.array(["1", None, None, "4"]), "street": pa.array(["Elm", None, "Oak", None])}
    rows = RawBatch(np.arange(2, 6, dtype=np.int64), columns)
    joined = _field(FieldRule(FieldKind.ADDRESS, ("no", "street")), rows, as_read=True)
    assert joined.to_pylist() == ["1 Elm", None, "Oak", "4"]
