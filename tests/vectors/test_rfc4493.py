"""AES-CMAC against the vectors of RFC 4493 §4 (of the whole-block messages, which are all that we make)."""

import pytest
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC

from identity.cmac import ColumnCmac, blocks_of

KEY = bytes.fromhex("2b7e151628aed2a6abf7158809cf4f3c")
SUBKEY_1 = bytes.fromhex("fbeed618357133667c85e08f7236a8de")
MESSAGE = bytes.fromhex(
    "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e5130c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710"
)
MACS = {
    0: "bb1d6929e95937287fa37d129b756746",
    16: "070a16b46b4d4144f79bdd9dd04a287c",
    40: "dfa66747de9ae63030ca32611497c827",
    64: "51f0bebf7e3b9d92fc49741779363cfe",
}


def test_the_subkey_for_whole_blocks_is_that_of_the_rfc() -> None:
    assert ColumnCmac(KEY)._subkey.tobytes() == SUBKEY_1


@pytest.mark.parametrize("length", [length for length in MACS if length and length % 16 == 0])
def test_columns_give_the_macs_of_the_rfc(length: int) -> None:
    columns = [blocks_of(MESSAGE[start : start + 16]) for start in range(0, length, 16)]
    assert ColumnCmac(KEY).mac(columns).tobytes().hex() == MACS[length]


@pytest.mark.parametrize("length", MACS)
def test_the_oracle_of_our_property_tests_gives_the_macs_of_the_rfc(length: int) -> None:
    oracle = CMAC(algorithms.AES(KEY))
    oracle.update(MESSAGE[:length])
    assert oracle.finalize().hex() == MACS[length]
