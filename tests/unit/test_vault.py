"""The vault: a field opens with its own key, in its own place, or not at all."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.commitments import commit
from governance.errors import VaultUnreadable
from governance.vault import FIELDS_MAX, SealedRecord, Vault, pack, unpack
from identity.adapters.system import SystemEntropy
from identity.ids import EntityId, RecordId
from identity.secret import SecretKey

VAULT = Vault(SystemEntropy())
KEY, OTHER = SecretKey(b"k" * 32), SecretKey(b"o" * 32)
BANK, SHOP = EntityId("bank"), EntityId("shop")
FIELDS = {"email": "hana@example.com", "family_name": "佐藤", "phone": ""}
REF = b"\x00\x00\x00\x00\x00\x00\x00\x05"


@given(st.dictionaries(st.text("abc_é漢", min_size=1, max_size=20), st.text(max_size=50), max_size=5))
def test_what_was_sealed_opens_again(fields: dict[str, str]) -> None:
    sealed = VAULT.seal(BANK, RecordId(5), fields, KEY, epoch=2)
    assert VAULT.open(BANK, RecordId(5), unpack(pack(sealed)), KEY, epoch=2) == fields


def test_an_edge_may_seal_before_the_hub_has_a_record_id() -> None:
    assert VAULT.open(BANK, REF, VAULT.seal(BANK, REF, FIELDS, KEY), KEY) == FIELDS


def test_a_field_opens_in_no_other_place() -> None:
    places = [
        (entity, place, epoch)
        for entity, place, epoch in itertools.product((BANK, SHOP), (RecordId(5), RecordId(6), REF), (1, 2))
    ]
    for mine, theirs in itertools.permutations(places, 2):
        sealed = VAULT.seal(mine[0], mine[1], FIELDS, KEY, epoch=mine[2])
        with pytest.raises(VaultUnreadable):
            VAULT.open(theirs[0], theirs[1], sealed, KEY, epoch=theirs[2])


def test_swapped_fields_do_not_open() -> None:
    sealed = VAULT.seal(BANK, RecordId(5), FIELDS, KEY)
    swapped = sealed | {"email": sealed["family_name"], "family_name": sealed["email"]}
    with pytest.raises(VaultUnreadable, match="'email'"):
        VAULT.open(BANK, RecordId(5), swapped, KEY)


def test_another_key_opens_nothing_and_the_error_shows_no_value() -> None:
    sealed = VAULT.seal(BANK, RecordId(5), FIELDS, KEY)
    with pytest.raises(VaultUnreadable) as error:
        VAULT.open(BANK, RecordId(5), sealed, OTHER)
    assert "hana" not in str(error.value)


@given(st.integers(0, 10_000), st.integers(0, 7))
def test_no_flipped_bit_opens(at: int, bit: int) -> None:
    sealed = VAULT.seal(BANK, RecordId(5), {"email": FIELDS["email"]}, KEY)["email"]
    damaged = bytearray(sealed)
    damaged[at % len(sealed)] ^= 1 << bit
    with pytest.raises(VaultUnreadable):
        VAULT.open(BANK, RecordId(5), {"email": bytes(damaged)}, KEY)


@pytest.mark.parametrize("length", [0, 11, 12, 27])
def test_a_field_cut_short_does_not_open(length: int) -> None:
    sealed = VAULT.seal(BANK, RecordId(5), {"email": ""}, KEY)["email"]
    with pytest.raises(VaultUnreadable):
        VAULT.open(BANK, RecordId(5), {"email": sealed[:length]}, KEY)


def test_the_same_value_is_never_sealed_alike() -> None:
    sealed = [VAULT.seal(BANK, RecordId(5), {"a": "x", "b": "x"}, KEY) for _ in range(50)]
    assert len({one for fields in sealed for one in fields.values()}) == 100


def test_every_truncation_of_a_row_is_found_or_loses_whole_fields_only() -> None:
    packed = pack({"a": b"12", "bc": b"345"})
    for length in range(len(packed)):
        try:
            assert unpack(packed[:length]) in ({}, {"a": b"12"})
        except VaultUnreadable:
            continue
    with pytest.raises(VaultUnreadable):
        unpack(b"\x02" + packed[1:])


def test_a_record_has_a_limited_number_of_fields() -> None:
    with pytest.raises(ValueError, match=str(FIELDS_MAX)):
        SealedRecord(BANK, RecordId(1), {f"f{number}": b"" for number in range(FIELDS_MAX + 1)})


@pytest.mark.parametrize("name", ["", "é" * 128])
def test_a_field_name_has_a_limited_length(name: str) -> None:
    with pytest.raises(ValueError, match="1 to 255"):
        VAULT.seal(BANK, RecordId(1), {name: "x"}, KEY)


def test_a_commitment_tells_kinds_values_and_keys_apart_and_nothing_else() -> None:
    one = commit(KEY, "subject", b"abc")
    assert len(one) == 64
    assert one == commit(KEY, "subject", "abc")
    assert (
        len({one, commit(KEY, "pseudonym", "abc"), commit(KEY, "subjecta", "bc"), commit(OTHER, "subject", "abc")}) == 4
    )
