"""Signed notes: a text and Ed25519 signatures of it, in the format that transparency logs and their witnesses share.

Source: C2SP signed-note v1.0.0 (https://c2sp.org/signed-note).
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from governance.journal.errors import InvalidNote

NOTE_BYTES_MAX = 1_000_000
SIGNATURES_MAX = 100
_ED25519 = b"\x01"
_DASH = "\u2014 "
_VKEY = re.compile(r"([^+\s]+)\+([0-9a-f]{8})\+(\S+)\Z")
_SIGNATURE = re.compile(r"\u2014 ([^+\s]+) (\S+)\Z")


@dataclass(frozen=True, slots=True)
class NoteVerifier:
    """A public key by name: the name, and the 32 bytes of an Ed25519 key."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        _check_name(self.name)
        if len(self.public) != 32:
            raise InvalidNote("an Ed25519 public key has 32 bytes")

    @property
    def key_id(self) -> bytes:
        """The 4 bytes that tell keys of one name apart."""
        return hashlib.sha256(self.name.encode("utf-8") + b"\n" + _ED25519 + self.public).digest()[:4]

    @property
    def vkey(self) -> str:
        """The key as text: `name+hex(key id)+base64(0x01 | key)`."""
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(_ED25519 + self.public).decode('ascii')}"

    @classmethod
    def from_vkey(cls, text: str) -> Self:
        """The key that `vkey` wrote. Raises InvalidNote when it is malformed, of another algorithm or id."""
        parts = _VKEY.match(text)
        raw = _base64(parts[3]) if parts else None
        if parts is None or raw is None or len(raw) != 33 or raw[:1] != _ED25519:
            raise InvalidNote(
                "not a verifier key", remedy="give name+key id+key, as the journal's operator published it"
            )
        verifier = cls(parts[1], raw[1:])
        if verifier.key_id.hex() != parts[2]:
            raise InvalidNote("the verifier key does not match its own key id", remedy="copy it again, whole")
        return verifier

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        """Whether these 64 bytes are this key's signature of `message`. Source: RFC 8032."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


class NoteSigner:
    """A private key by name. Neither its repr nor anything else shows the key."""

    __slots__ = ("_private", "verifier")

    def __init__(self, name: str, seed: bytes) -> None:
        """`seed`: the 32 bytes of an Ed25519 private key. Raises InvalidNote for a name with a space or a plus."""
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.verifier = NoteVerifier(name, self._private.public_key().public_bytes_raw())

    @property
    def name(self) -> str:
        """The name under which it signs."""
        return self.verifier.name

    def signature_line(self, text: str) -> str:
        """The line, without its newline, that carries this key's signature of `text`."""
        signature = self._private.sign(text.encode("utf-8"))
        return f"{_DASH}{self.name} {base64.b64encode(self.verifier.key_id + signature).decode('ascii')}"


@dataclass(frozen=True, slots=True)
class OpenedNote:
    """A note's text, and the names of the trusted keys that signed it (at least one)."""

    text: str
    signed_by: tuple[str, ...]


def sign_note(text: str, signers: Sequence[NoteSigner]) -> str:
    """The note: `text`, an empty line, a signature line for each signer. Raises InvalidNote for an unfit text."""
    _check_text(text)
    if not signers:
        raise InvalidNote("a note needs a signer")
    return text + "\n" + "".join(signer.signature_line(text) + "\n" for signer in signers)


def open_note(note: str, verifiers: Sequence[NoteVerifier]) -> OpenedNote:
    """The text of a note that at least one of the `verifiers` signed.

    Signatures of unknown keys are passed over. Raises InvalidNote when the form is broken, a known key's signature is
    wrong (even beside a good one), or no known key has signed.
    """
    text, lines = _parts(note)
    by_key = {(verifier.name, verifier.key_id): verifier for verifier in verifiers}
    signed_by: dict[str, None] = {}
    for name, raw in (_signature(line) for line in lines):
        verifier = by_key.get((name, raw[:4]))
        if verifier is None:
            continue
        if not verifier.has_signed(text.encode("utf-8"), raw[4:]):
            raise InvalidNote(
                f"the signature of '{verifier.name}' is wrong", why="the note was altered, or signed by another"
            )
        signed_by[verifier.name] = None
    if not signed_by:
        raise InvalidNote("no trusted key has signed the note", remedy="check that the verifier key is the journal's")
    return OpenedNote(text, tuple(signed_by))


def _parts(note: str) -> tuple[str, list[str]]:
    """The text with its last newline, and the signature lines."""
    cut = note.rfind("\n\n")
    if cut < 0 or not note.endswith("\n") or len(note) > NOTE_BYTES_MAX:
        raise InvalidNote("not a signed note", why="it lacks the empty line or the last newline, or is too long")
    text, lines = note[: cut + 1], note[cut + 2 :].split("\n")[:-1]
    _check_text(text)
    if not 1 <= len(lines) <= SIGNATURES_MAX:
        raise InvalidNote(f"a note has 1 to {SIGNATURES_MAX} signatures")
    return text, lines


def _signature(line: str) -> tuple[str, bytes]:
    form = _SIGNATURE.match(line)
    raw = _base64(form[2]) if form else None
    if form is None or raw is None or len(raw) < 5:
        raise InvalidNote("a signature line of the note is malformed")
    return form[1], raw


def _check_text(text: str) -> None:
    if not text.endswith("\n") or any(sign < " " and sign != "\n" for sign in text):
        raise InvalidNote("the text of a note ends in a newline and holds no other control character")
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidNote("the text of a note is UTF-8") from None


def _check_name(name: str) -> None:
    if not name or "+" in name or any(sign.isspace() for sign in name) or not name.isprintable():
        raise InvalidNote("the name of a key is not empty and holds no space and no plus")


def _base64(text: str) -> bytes | None:
    """The bytes, or nothing unless `text` is the one spelling of them in standard base64 with padding."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if base64.b64encode(raw).decode("ascii") == text else None
