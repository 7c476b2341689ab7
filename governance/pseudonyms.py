"""Pseudonyms: what a recipient sees instead of a super-ID, another one for every recipient, purpose and epoch."""

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from governance.errors import UnknownPseudonym
from governance.keys import derive
from governance.primitives import NotAuthentic, bound, siv_open, siv_seal
from identity.ids import EntityId, SuperId
from identity.secret import SecretKey

PSEUDONYM_LENGTH = 52
"""Characters of every pseudonym: `ps1.`, four digits of epoch, a point, 43 of base64url."""

EPOCH_MAX = 9999
_KEYS_MAX = 4096
_FORM = re.compile(r"ps1\.([0-9]{4})\.([A-Za-z0-9_-]{43})\Z", re.ASCII)
_DECOY = bytes(32)


@dataclass(frozen=True, slots=True)
class EpochWindow:
    """The epochs of one recipient and purpose: one issues, and it and those in their grace are opened."""

    current: int = 1
    in_grace: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        if not all(1 <= epoch <= EPOCH_MAX for epoch in (self.current, *self.in_grace)):
            raise ValueError(f"a pseudonym epoch is between 1 and {EPOCH_MAX}")

    def accepts(self, epoch: int) -> bool:
        """Whether a pseudonym of that epoch is still opened."""
        return epoch == self.current or epoch in self.in_grace


def first_epoch(recipient: EntityId, purpose: str) -> EpochWindow:  # noqa: ARG001  the signature is the port
    """The window of a domain that was never rotated."""
    return EpochWindow()


class Pseudonymiser:
    """Turns super-IDs into pseudonyms and back, in the pseudonym zone only.

    AES-SIV with a 64-byte key of (recipient, purpose, epoch): deterministic, authenticated, and two domains join on
    nothing without their keys. Source: RFC 5297.
    """

    def __init__(self, root: SecretKey, *, window: Callable[[EntityId, str], EpochWindow] = first_epoch) -> None:
        self._root = root
        self._window = window
        self._ciphers: dict[tuple[str, str, int], AESSIV] = {}

    def issue(self, super_id: SuperId, *, recipient: EntityId, purpose: str, epoch: int | None = None) -> str:
        """The pseudonym, `PSEUDONYM_LENGTH` characters, of the given epoch or the current one."""
        number = self._window(recipient, purpose).current if epoch is None else epoch
        if len(super_id) != 16 or not 1 <= number <= EPOCH_MAX:
            raise ValueError("a super-ID has 16 bytes, and an epoch lies between 1 and 9999")
        cipher = self._cipher(recipient, purpose, number)
        sealed = siv_seal(cipher, super_id, _domain(recipient, purpose, number))
        return f"ps1.{number:04d}.{base64.urlsafe_b64encode(sealed).rstrip(b'=').decode('ascii')}"

    def open(self, text: str, *, recipient: EntityId, purpose: str) -> SuperId:
        """The super-ID behind a pseudonym of this recipient and purpose.

        Raises UnknownPseudonym, always the same one, for a forged, foreign, malformed or expired pseudonym; each costs
        one decryption, so that time does not tell them apart either.
        """
        window = self._window(recipient, purpose)
        epoch, sealed = _parse(text)
        known = window.accepts(epoch)
        number = epoch if known else window.current
        try:
            raw = siv_open(
                self._cipher(recipient, purpose, number),
                sealed if known else _DECOY,
                _domain(recipient, purpose, number),
            )
        except NotAuthentic:
            raise _unknown() from None
        return SuperId(raw)

    def _cipher(self, recipient: EntityId, purpose: str, epoch: int) -> AESSIV:
        place = (recipient, purpose, epoch)
        cipher = self._ciphers.get(place)
        if cipher is None:
            if len(self._ciphers) >= _KEYS_MAX:
                self._ciphers.clear()
            key = derive(self._root, zone="pseudonym", entity=recipient, use=purpose, epoch=epoch, length=64)
            cipher = self._ciphers[place] = AESSIV(key.reveal())
        return cipher


def epoch_of(pseudonym: str) -> int:
    """The epoch of the key under which a pseudonym of ours was issued; 0 for what has not the form of one."""
    return _parse(pseudonym)[0]


def _domain(recipient: str, purpose: str, epoch: int) -> bytes:
    return bound(b"cdp/v1/pseudonym", recipient.encode(), purpose.encode(), str(epoch).encode())


def _parse(text: str) -> tuple[int, bytes]:
    """Epoch and 32 sealed bytes; epoch 0, which no window accepts, when the text has another form."""
    form = _FORM.match(text)
    if form is None:
        return 0, _DECOY
    try:
        sealed = base64.urlsafe_b64decode(form[2] + "=")
    except binascii.Error:  # cannot be: the expression admits the alphabet and the length only
        return 0, _DECOY
    # 43 characters carry two bits too many: only the spelling that we would write ourselves is ours.
    if base64.urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii") != form[2]:
        return 0, _DECOY
    return int(form[1]), sealed


def _unknown() -> UnknownPseudonym:
    return UnknownPseudonym(
        "no such pseudonym",
        why="it is not one of this recipient for this purpose, or it has expired",
        remedy="use a pseudonym that was issued to you for this purpose",
    )
