"""No ciphertext of the vault opens in another place than its own, and no company's keys open another's."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from command_line import DONE, cdp, new_home
from invented_group import ENTITIES, NAMES, invented, write_group
from sqlalchemy import select

from cdp.wiring import Application
from governance.adapters.tables import vault as vault_table
from governance.errors import GovernanceError, VaultUnreadable
from governance.keys import derive
from governance.vault import SealedRecord, Vault
from identity.adapters.system import SystemEntropy
from identity.ids import EntityId, RecordId, entity_id
from identity.secret import SecretKey
from pipelines.edge import SOURCE_KEY, VAULT_USE

PEOPLE = invented(4)
VAULT = Vault(SystemEntropy())


@dataclass(frozen=True)
class Stored:
    """One row of the vault, with what its owner needs to open it."""

    entity: EntityId
    ref: bytes
    key: SecretKey
    row: SealedRecord


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Application:
    """A home in which three companies have vaults."""
    folder: Path = tmp_path_factory.mktemp("vaults")
    write_group(folder, PEOPLE)
    opened = new_home(folder / "home")
    for entity in ENTITIES:
        assert cdp("ingest", folder / NAMES[entity], "-c", folder / f"{entity}.yaml", home=folder / "home").code == DONE
    return opened


@pytest.fixture(scope="module")
def rows(app: Application) -> list[Stored]:
    """Every row of every vault."""
    with app.hub(writes=False) as hub:
        places = hub.connection.execute(select(vault_table.c.entity, vault_table.c.record)).all()
        refs = hub.stores.refs.of([RecordId(record) for _, record in places])
        found = []
        for name, record in places:
            entity, ref = entity_id(name), refs[RecordId(record)].ref
            with app.data_keys(entity) as store:
                key = store.get([ref], VAULT_USE)[ref]
            found.append(Stored(entity, ref, key, hub.stores.vault.get(entity, [RecordId(record)])[RecordId(record)]))
    return found


def _opened(at: Stored, fields: Mapping[str, bytes], key: SecretKey | None = None, epoch: int = 1) -> dict[str, str]:
    return VAULT.open(at.entity, at.ref, fields, key or at.key, epoch=epoch)


def test_every_row_opens_in_its_own_place(rows: list[Stored]) -> None:
    assert len(rows) == len(ENTITIES) * len(PEOPLE)
    keys = {_opened(one, one.row.fields)[SOURCE_KEY] for one in rows}
    assert keys == {person.key(entity) for person in PEOPLE for entity in ENTITIES}


def test_no_ciphertext_opens_in_another_row_or_field(rows: list[Stored]) -> None:
    """Neither under the key of the place where it was put, nor when its own key was put there with it."""
    cells = [(one, name, data) for one in rows for name, data in one.row.fields.items()]
    assert len(cells) > 80
    for (here, name, _), (there, _, data) in itertools.permutations(cells, 2):
        for key in {id(one.key): one.key for one in (here, there)}.values():
            with pytest.raises(VaultUnreadable):
                _opened(here, {name: data}, key)


def test_no_row_opens_under_another_epoch_or_with_a_bit_changed(rows: list[Stored]) -> None:
    for one in rows[:3]:
        for name, data in one.row.fields.items():
            with pytest.raises(VaultUnreadable):
                _opened(one, {name: data}, epoch=2)
            for at in range(len(data)):
                with pytest.raises(VaultUnreadable):
                    _opened(one, {name: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]})


def test_no_companys_keys_open_anothers_vault(app: Application, rows: list[Stored]) -> None:
    for here, there in itertools.permutations(rows, 2):
        if here.entity != there.entity:
            with pytest.raises(VaultUnreadable):
                _opened(here, here.row.fields, there.key)


def test_no_companys_root_unwraps_anothers_data_keys(app: Application, rows: list[Stored]) -> None:
    for one in rows:
        for entity in ENTITIES:
            if entity != one.entity:
                with app.data_keys(entity_id(entity)) as store, pytest.raises(GovernanceError):
                    store.get([one.ref], VAULT_USE)
        with app.data_keys() as store, pytest.raises(GovernanceError):
            store.get([one.ref], VAULT_USE)  # nor does the hub's own


def test_every_company_and_use_has_a_key_of_its_own(app: Application) -> None:
    derived = {
        derive(app.keys.root(f"entity/{entity}"), zone=zone, entity=other, use=use, epoch=1).reveal()
        for entity in ENTITIES
        for zone in ("keystore", "edge")
        for other in ENTITIES
        for use in (VAULT_USE, "audit")
    }
    assert len(derived) == len(ENTITIES) ** 2 * 4
