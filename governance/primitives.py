"""The cryptographic primitives of governance: thin wrappers of `cryptography`, through which published vectors go."""

import hmac as stdlib_hmac

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
_OPEN_FAILED = "not sealed by this key for this place"


class NotAuthentic(ValueError):
    """A ciphertext that was not made by this key with this associated data."""


def hkdf_sha256(material: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    """`length` bytes derived from `material`. Source: RFC 5869; at most 255 · 32 bytes.

    Raises ValueError when more is asked for.
    """
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(material)


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """The 32 bytes of the HMAC. Source: RFC 2104, FIPS 198-1."""
    return stdlib_hmac.digest(key, message, "sha256")


def gcm_seal(cipher: AESGCM, nonce: bytes, plaintext: bytes, *, associated: bytes) -> bytes:
    """nonce (12) | ciphertext | tag (16). Source: NIST SP 800-38D.

    INVARIANT: never the same nonce twice under one key.
    """
    return nonce + cipher.encrypt(nonce, plaintext, associated)


def gcm_open(cipher: AESGCM, sealed: bytes, associated: bytes) -> bytes:
    """The plaintext of what `gcm_seal` gave.

    Raises NotAuthentic when the key, the associated data or any bit differs, or it is too short.
    """
    if len(sealed) < NONCE_BYTES + 16:
        raise NotAuthentic(_OPEN_FAILED)
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)
    except InvalidTag:
        raise NotAuthentic(_OPEN_FAILED) from None


def siv_seal(cipher: AESSIV, plaintext: bytes, associated: bytes) -> bytes:
    """SIV (16) | ciphertext, the same every time for the same input. Source: RFC 5297, with one associated string."""
    return cipher.encrypt(plaintext, [associated])


def siv_open(cipher: AESSIV, sealed: bytes, associated: bytes) -> bytes:
    """The plaintext of what `siv_seal` gave.

    Raises NotAuthentic when the key, the associated data or any bit differs, or it is too short.
    """
    try:
        return cipher.decrypt(sealed, [associated])
    except InvalidTag:
        raise NotAuthentic(_OPEN_FAILED) from None


def bound(*parts: bytes) -> bytes:
    """`parts` as one string from which they can be told apart: each after its length (4 bytes, big-endian)."""
    return b"".join(len(part).to_bytes(4, "big") + part for part in parts)
