"""The hub's own keys over tokens at rest: re-keyed tokens, index values and sealed handles."""

from dataclasses import dataclass

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from numpy.typing import NDArray

from identity.errors import BrokenSeal
from identity.secret import SecretKey

TOKEN_BYTES = 16
HANDLE_BYTES = 16


@dataclass(frozen=True, slots=True)
class HubKeys:
    """The three keys of the hub's token index: `token` re-keys, `handle` hides the record, `record` seals its row."""

    token: SecretKey
    handle: SecretKey
    record: SecretKey


def rekey(tokens: NDArray[np.uint8], key: SecretKey) -> NDArray[np.uint8]:
    """Edge tokens (k, 16) under the hub's key (k, 16): one AES block each, a permutation."""
    return np.frombuffer(_encrypted(tokens, key), dtype=np.uint8).reshape(-1, TOKEN_BYTES)


def index_values(rekeyed: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The first 64 bits of each re-keyed token (k, 16), big-endian, as the signed integer that the index holds."""
    head = np.ascontiguousarray(rekeyed[:, :8]).view(">i8")
    return head.astype(np.int64).reshape(-1)


def seal_handles(record: NDArray[np.int64], recipe: NDArray[np.uint8], key: SecretKey) -> NDArray[np.uint8]:
    """The handles (k, 16) that stand for records in the index; each (record, recipe) has its own, unlinkable."""
    plain = np.zeros((len(record), HANDLE_BYTES), dtype=np.uint8)
    plain[:, :8] = record.astype(">i8").view(np.uint8).reshape(-1, 8)
    plain[:, 8] = recipe
    return np.frombuffer(_encrypted(plain, key), dtype=np.uint8).reshape(-1, HANDLE_BYTES)


def open_handles(handles: bytes, key: SecretKey) -> NDArray[np.int64]:
    """The records (k,) behind concatenated handles.

    Raises BrokenSeal when a handle was not made under `key`: its last seven bytes must decrypt to zero.
    """
    # A permutation of single blocks whose plaintexts never repeat: ECB leaks nothing here.
    decryptor = Cipher(algorithms.AES(key.reveal()), modes.ECB()).decryptor()  # noqa: S305
    plain = np.frombuffer(decryptor.update(handles), dtype=np.uint8).reshape(-1, HANDLE_BYTES)
    if plain[:, 9:].any():
        raise BrokenSeal(
            "a handle in the token index does not open",
            why="it was written under another handle key, or changed",
            remedy="restore the hub's keys that belong to this database",
        )
    return np.ascontiguousarray(plain[:, :8]).view(">i8").astype(np.int64).reshape(-1)


def _encrypted(blocks: NDArray[np.uint8], key: SecretKey) -> bytes:
    encryptor = Cipher(algorithms.AES(key.reveal()), modes.ECB()).encryptor()  # noqa: S305
    return encryptor.update(blocks.tobytes())
