"""AES-CMAC over columns of whole blocks: many messages of one length, a few bulk AES calls."""

from collections.abc import Sequence

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

Blocks = NDArray[np.uint64]
"""AES blocks as (n, 2) unsigned 64-bit halves; the byte order is that of the bytes, so XOR needs no swapping."""

BLOCK_BYTES = 16


def blocks_of(raw: bytes) -> Blocks:
    """The blocks that `raw`, a multiple of 16 bytes, holds."""
    return np.frombuffer(raw, dtype=np.uint64).reshape(-1, 2)


class ColumnCmac:
    """AES-CMAC of messages made of whole blocks, equal byte for byte to `cryptography`'s CMAC.

    Source: RFC 4493 §2.3-2.4. Messages whose last block is partial (its K2 branch) are not served: ours never are.
    """

    __slots__ = ("_cipher", "_subkey")

    def __init__(self, key: bytes) -> None:
        # ECB is right here and only here: CMAC is the mode, and this is its single-block permutation in bulk.
        self._cipher = Cipher(algorithms.AES(key), modes.ECB())  # noqa: S305
        self._subkey = blocks_of(_doubled(self._encrypted(bytes(BLOCK_BYTES))))

    def chain(self, state: Blocks, block: Blocks) -> Blocks:
        """The next CBC state after `block`; either side may be a single block for all rows."""
        mixed = np.ascontiguousarray(state ^ block)
        return blocks_of(self._encrypted(mixed.tobytes()))

    def finish(self, state: Blocks, last: Blocks) -> Blocks:
        """The MACs, (n, 2), after the last whole block of each message."""
        return self.chain(state, last ^ self._subkey)

    def mac(self, columns: Sequence[Blocks]) -> Blocks:
        """The MAC of each row's message: the blocks of `columns`, first to last. At least one column."""
        state = np.zeros((1, 2), dtype=np.uint64)
        for column in columns[:-1]:
            state = self.chain(state, column)
        return self.finish(state, columns[-1])

    def _encrypted(self, raw: bytes) -> bytes:
        return self._cipher.encryptor().update(raw)


def _doubled(block: bytes) -> bytes:
    """Multiplication by x in GF(2^128). Source: RFC 4493 §2.3."""
    number = int.from_bytes(block, "big") << 1
    if number >> 128:
        number = (number & (2**128 - 1)) ^ 0x87
    return number.to_bytes(BLOCK_BYTES, "big")
