"""Root keys: derivation, and files that are private, durable and never quietly wrong."""

import json
import os
from pathlib import Path

import pytest

from governance.adapters.keys_file import FileKeyProvider
from governance.errors import DamagedKey, InvalidKeyName, LooseKeyFile, MissingKey
from governance.keys import derive
from governance.primitives import hkdf_sha256
from identity.adapters.system import SystemEntropy
from identity.secret import SecretKey

ROOT = SecretKey(bytes(range(32)))


@pytest.fixture
def provider(tmp_path: Path) -> FileKeyProvider:
    return FileKeyProvider(tmp_path / "keys", SystemEntropy())


def _file(tmp_path: Path, name: str = "entity.bank") -> Path:
    return tmp_path / "keys" / f"{name}.key.json"


def test_a_derived_key_is_hkdf_with_the_documented_info() -> None:
    key = derive(ROOT, zone="vault", entity="bank", use="kek", epoch=3)
    assert key.reveal() == hkdf_sha256(ROOT.reveal(), salt=b"", info=b"cdp/v1|vault|bank|kek|3", length=32)


def test_keys_of_different_places_differ() -> None:
    places = [("a", "bb", "c", 1), ("ab", "b", "c", 1), ("a", "bb", "d", 1), ("a", "bb", "c", 2), ("b", "bb", "c", 1)]
    keys = {derive(ROOT, zone=z, entity=e, use=u, epoch=n).reveal() for z, e, u, n in places}
    assert len(keys) == len(places)


@pytest.mark.parametrize(
    ("zone", "entity", "use", "epoch"),
    [("a|b", "c", "d", 1), ("a", "", "d", 1), ("a", "b", "d\n", 1), ("a", "b", "ü", 1), ("a", "b", "c", 0)],
)
def test_a_place_that_could_be_mistaken_for_another_has_no_key(zone: str, entity: str, use: str, epoch: int) -> None:
    with pytest.raises(InvalidKeyName):
        derive(ROOT, zone=zone, entity=entity, use=use, epoch=epoch)


def test_a_created_key_is_found_again_by_another_provider(provider: FileKeyProvider, tmp_path: Path) -> None:
    key = provider.create("entity/bank").reveal()
    assert len(key) == 32
    assert FileKeyProvider(tmp_path / "keys", SystemEntropy()).root("entity/bank").reveal() == key


def test_creating_twice_keeps_the_first_key(provider: FileKeyProvider) -> None:
    assert provider.create("hub").reveal() == provider.create("hub").reveal()


def test_names_are_those_created(provider: FileKeyProvider) -> None:
    for name in ("hub", "entity/shop-2", "group"):
        provider.create(name)
    assert provider.names() == ("entity/shop-2", "group", "hub")


@pytest.mark.parametrize("name", ["", "../hub", "entity/", "Hub", "entity/a/b", "hub\n", "entity.bank", "a" * 40])
def test_a_name_that_is_not_a_slug_is_refused(provider: FileKeyProvider, name: str) -> None:
    with pytest.raises(InvalidKeyName):
        provider.create(name)


def test_folder_and_files_are_for_their_owner_only(provider: FileKeyProvider, tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        provider.create("entity/bank")
        provider.rotate("entity/bank")
    finally:
        os.umask(before)
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()] == [0o600]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o666])
def test_a_file_that_others_can_reach_is_refused(provider: FileKeyProvider, tmp_path: Path, mode: int) -> None:
    provider.create("entity/bank")
    _file(tmp_path).chmod(mode)
    for use in (lambda: provider.root("entity/bank"), lambda: provider.rotate("entity/bank")):
        with pytest.raises(LooseKeyFile, match="chmod 600"):
            use()


def test_a_folder_that_others_can_reach_is_refused(provider: FileKeyProvider, tmp_path: Path) -> None:
    provider.create("hub")
    (tmp_path / "keys").chmod(0o750)
    for use in (lambda: provider.root("hub"), lambda: provider.create("group"), provider.names):
        with pytest.raises(LooseKeyFile, match="chmod 700"):
            use()


def test_a_link_in_place_of_a_file_is_refused(provider: FileKeyProvider, tmp_path: Path) -> None:
    provider.create("hub")
    _file(tmp_path).symlink_to(_file(tmp_path, "hub"))
    with pytest.raises(LooseKeyFile):
        provider.root("entity/bank")


def test_a_missing_key_is_told_as_such_and_not_made(provider: FileKeyProvider, tmp_path: Path) -> None:
    for use in (lambda: provider.root("hub"), provider.names, lambda: provider.rotate("hub")):
        with pytest.raises(MissingKey):
            use()
    provider.create("group")
    with pytest.raises(MissingKey):
        provider.root("hub")
    assert provider.names() == ("group",)


def test_every_truncation_is_found(provider: FileKeyProvider, tmp_path: Path) -> None:
    provider.create("entity/bank")
    content = _file(tmp_path).read_bytes()
    for length in range(0, len(content), 7):
        _file(tmp_path).write_bytes(content[:length])
        with pytest.raises(DamagedKey):
            provider.root("entity/bank")


def test_no_flipped_bit_gives_another_key(provider: FileKeyProvider, tmp_path: Path) -> None:
    key = provider.create("entity/bank").reveal()
    content = _file(tmp_path).read_bytes()
    for at in range(len(content)):
        damaged = bytearray(content)
        damaged[at] ^= 1
        _file(tmp_path).write_bytes(damaged)
        try:
            assert provider.root("entity/bank").reveal() == key
        except DamagedKey:
            continue


def test_a_file_renamed_to_another_name_is_found(provider: FileKeyProvider, tmp_path: Path) -> None:
    provider.create("entity/bank")
    _file(tmp_path).rename(_file(tmp_path, "entity.shop"))
    with pytest.raises(DamagedKey):
        provider.root("entity/shop")


def test_a_damaged_key_is_never_replaced(provider: FileKeyProvider, tmp_path: Path) -> None:
    provider.create("entity/bank")
    _file(tmp_path).write_bytes(b"")
    for use in (lambda: provider.create("entity/bank"), lambda: provider.rotate("entity/bank")):
        with pytest.raises(DamagedKey):
            use()
    assert _file(tmp_path).read_bytes() == b""


def test_a_new_epoch_is_used_and_the_old_one_stays_until_it_is_retired(provider: FileKeyProvider) -> None:
    old = provider.create("hub").reveal()
    assert provider.rotate("hub") == 2
    assert provider.epochs("hub") == (1, 2)
    assert provider.root("hub", 1).reveal() == old
    assert provider.root("hub").reveal() == provider.root("hub", 2).reveal() != old
    provider.retire("hub", 1)
    assert provider.epochs("hub") == (2,)
    with pytest.raises(MissingKey):
        provider.root("hub", 1)


@pytest.mark.parametrize("epoch", [0, 2, 3])
def test_the_newest_epoch_is_never_retired(provider: FileKeyProvider, epoch: int) -> None:
    provider.create("hub")
    provider.rotate("hub")
    with pytest.raises(MissingKey):
        provider.retire("hub", epoch)
    assert provider.epochs("hub") == (1, 2)


def test_the_rest_of_a_killed_write_is_no_key_and_no_obstacle(provider: FileKeyProvider, tmp_path: Path) -> None:
    provider.create("hub")
    part = tmp_path / "keys" / ".hub.key.json.part"
    part.write_bytes(b"{")
    assert provider.names() == ("hub",)
    provider.rotate("hub")
    assert provider.epochs("hub") == (1, 2)
    assert not part.exists()


def test_an_error_shows_no_key(provider: FileKeyProvider, tmp_path: Path) -> None:
    provider.create("entity/bank")
    document = json.loads(_file(tmp_path).read_text())
    document["epochs"][0]["check"] = "0" * 16
    _file(tmp_path).write_text(json.dumps(document))
    with pytest.raises(DamagedKey) as error:
        provider.root("entity/bank")
    assert document["epochs"][0]["key"] not in str(error.value)
