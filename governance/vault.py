"""The vault: an entity's own raw fields, each sealed for its place, readable with that entity's keys alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from governance.errors import VaultUnreadable
from governance.primitives import NONCE_BYTES, NotAuthentic, bound, gcm_open, gcm_seal
from identity.ids import EntityId, RecordId
from identity.ports import Entropy
from identity.secret import SecretKey

FIELDS_MAX = 200
FIELD_NAME_BYTES_MAX = 255

Place = RecordId | bytes
"""What names the record inside its entity: the hub's record id, or the edge's own reference before it knows that id."""


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """The row of one record: per field nonce | ciphertext | tag, and the epoch of the key that sealed them."""

    entity: EntityId
    record: RecordId
    fields: Mapping[str, bytes]
    epoch: int = 1

    def __post_init__(self) -> None:
        if len(self.fields) > FIELDS_MAX:
            raise ValueError(f"a vault record has at most {FIELDS_MAX} fields")


class VaultStore(Protocol):
    """Keeps sealed records; never sees a key."""

    def put(self, rows: Sequence[SealedRecord]) -> None:
        """Stores the rows, each in place of what that record of that entity had."""
        ...

    def get(self, entity: EntityId, records: Sequence[RecordId]) -> dict[RecordId, SealedRecord]:
        """The rows that exist, of that entity only."""
        ...

    def remove(self, records: Sequence[RecordId]) -> int:
        """Deletes the rows of these records, and tells how many there were."""
        ...


class Vault:
    """Seals and opens fields with AES-256-GCM; entity, place, field and epoch are associated data of each field.

    So a field of another row, another field of the same row, or a row sealed under another epoch does not open.
    It does not notice that a whole field or row was deleted, or set back to an older value sealed by the same key.
    Source: NIST SP 800-38D; random 96-bit nonces, so one key seals fewer than 2^32 fields.
    """

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy

    def seal(
        self, entity: EntityId, place: Place, fields: Mapping[str, str], key: SecretKey, *, epoch: int = 1
    ) -> dict[str, bytes]:
        """Each field's value (UTF-8) sealed under the record's 32-byte data key."""
        cipher = AESGCM(key.reveal())
        prefix = _prefix(entity, place, epoch)
        nonces = self._entropy.random_bytes(NONCE_BYTES * len(fields))
        sealed = {}
        for at, (name, value) in enumerate(fields.items()):
            nonce = nonces[at * NONCE_BYTES : (at + 1) * NONCE_BYTES]
            sealed[name] = gcm_seal(cipher, nonce, value.encode("utf-8"), associated=prefix + _name(name))
        return sealed

    def open(
        self, entity: EntityId, place: Place, sealed: Mapping[str, bytes], key: SecretKey, *, epoch: int = 1
    ) -> dict[str, str]:
        """The values of all the fields given.

        Raises VaultUnreadable, naming the field and nothing else, when one was not sealed by this key for this place.
        """
        cipher = AESGCM(key.reveal())
        prefix = _prefix(entity, place, epoch)
        return {name: _opened(cipher, name, data, prefix + _name(name)) for name, data in sealed.items()}


def pack(fields: Mapping[str, bytes]) -> bytes:
    """Sealed fields as one string, by name: a layout byte, then name and ciphertext, each after its length."""
    parts: list[bytes] = [b"\x01"]
    for name in sorted(fields):
        raw = _name(name)
        parts += (len(raw).to_bytes(1, "big"), raw, len(fields[name]).to_bytes(4, "big"), fields[name])
    return b"".join(parts)


def unpack(packed: bytes) -> dict[str, bytes]:
    """What `pack` was given. Raises VaultUnreadable when the layout is not ours or it ends early."""
    try:
        return dict(_fields(packed))
    except (IndexError, UnicodeDecodeError):
        raise VaultUnreadable("a vault row is damaged", remedy="restore the vault from a backup") from None


def _fields(packed: bytes) -> Iterable[tuple[str, bytes]]:
    if packed[0] != 1:
        raise IndexError
    at = 1
    while at < len(packed):
        start = at + 1 + packed[at]
        size = int.from_bytes(packed[start : start + 4], "big")
        name, data = packed[at + 1 : start], packed[start + 4 : start + 4 + size]
        at = start + 4 + size
        if at > len(packed):
            raise IndexError
        yield name.decode("utf-8"), data


def _opened(cipher: AESGCM, name: str, data: bytes, associated: bytes) -> str:
    try:
        return gcm_open(cipher, data, associated).decode("utf-8")
    except NotAuthentic:
        raise VaultUnreadable(
            f"the sealed field '{name}' does not open",
            why="another key sealed it, it was sealed for another place, or it was altered",
            remedy="use the entity's own key of that epoch, or restore the row from a backup",
        ) from None


def _prefix(entity: EntityId, place: Place, epoch: int) -> bytes:
    kind, raw = (
        (b"reference", place) if isinstance(place, bytes) else (b"record", place.to_bytes(8, "big", signed=True))
    )
    return bound(b"cdp/v1/vault", entity.encode("utf-8"), kind, raw, str(epoch).encode())


def _name(name: str) -> bytes:
    raw = name.encode("utf-8")
    if not 1 <= len(raw) <= FIELD_NAME_BYTES_MAX:
        raise ValueError("a field name is 1 to 255 bytes")
    return raw
