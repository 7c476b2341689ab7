"""Data keys: one random key per subject and use, wrapped; deleting it is the erasure of all that it sealed."""

from collections.abc import Sequence
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from governance.errors import DamagedKey
from governance.primitives import NONCE_BYTES, NotAuthentic, bound, gcm_open, gcm_seal
from identity.secret import SecretKey

SUBJECT_BYTES_MAX = 32


class DataKeyStore(Protocol):
    """Keeps wrapped data keys, apart from the data and with a backup life of its own.

    A subject is 1 to 32 bytes: a super-ID, a record's reference. A use is a slug such as `vault` or `audit`.
    INVARIANT: what a new key seals is committed only after the key is; a lost key cannot be made again.
    """

    def get(self, subjects: Sequence[bytes], use: str) -> dict[bytes, SecretKey]:
        """The keys that exist. Raises DamagedKey when one does not unwrap."""
        ...

    def ensure(self, subjects: Sequence[bytes], use: str) -> dict[bytes, SecretKey]:
        """A key for every subject, made now where there was none. Raises DamagedKey."""
        ...

    def shred(self, subjects: Sequence[bytes]) -> int:
        """Deletes the keys of these subjects for every use, and tells how many there were."""
        ...


def wrap(kek: AESGCM, key: SecretKey, nonce: bytes, place: tuple[bytes, str, int]) -> bytes:
    """`key` sealed for `place` = (subject, use, KEK epoch), 60 bytes for a key of 32; the nonce is fresh."""
    if len(nonce) != NONCE_BYTES:
        raise ValueError("a nonce has 12 bytes")
    return gcm_seal(kek, nonce, key.reveal(), associated=_associated(place))


def unwrap(kek: AESGCM, wrapped: bytes, place: tuple[bytes, str, int]) -> SecretKey:
    """The key that `wrap` sealed for `place`.

    Raises DamagedKey when the KEK differs, a bit was altered, or the row belongs to another subject, use or epoch.
    """
    try:
        return SecretKey(gcm_open(kek, wrapped, _associated(place)))
    except NotAuthentic:
        raise DamagedKey(
            "a wrapped data key does not unwrap",
            why=f"its row (use {place[1]}, epoch {place[2]}) was altered or moved, or it was wrapped by another key",
            remedy="restore the key store from its own backup",
        ) from None


def checked_subjects(subjects: Sequence[bytes]) -> list[bytes]:
    """The distinct subjects, in order. Raises ValueError for one that is not 1 to 32 bytes."""
    if any(not 1 <= len(subject) <= SUBJECT_BYTES_MAX for subject in subjects):
        raise ValueError("a subject of a data key is 1 to 32 bytes")
    return list(dict.fromkeys(subjects))


def _associated(place: tuple[bytes, str, int]) -> bytes:
    subject, use, epoch = place
    return bound(b"cdp/v1/data-key", subject, use.encode("utf-8"), str(epoch).encode())
