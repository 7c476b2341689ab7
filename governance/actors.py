"""Who calls: clients, their roles, and secrets that are kept as scrypt hashes alone."""

import base64
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, NoReturn, Protocol

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from governance.errors import AuthenticationFailed, InvalidClient
from identity.ids import EntityId
from identity.ports import Entropy

ANY_PURPOSE: Final = "*"
"""In `Client.purposes`: every purpose; policy and consent still decide each read."""

_ID = re.compile(r"[a-z][a-z0-9-]{0,62}[a-z0-9]\Z")
_SALT_BYTES = 16
_HASH_BYTES = 32
_SCRYPT_N, _SCRYPT_R, _SCRYPT_P = 2**14, 8, 1
_HASH = re.compile(r"scrypt\$14\$8\$1\$(?P<salt>[\w-]{22})\$(?P<hash>[\w-]{43})\Z", re.ASCII)
SECRET_CHARS_MAX: Final = 256


class Role(StrEnum):
    """What a client is for: reading profiles, delivering records, overseeing, reviewing matches."""

    ENGINEER = "engineer"
    EDGE = "edge"
    DPO = "dpo"
    STEWARD = "steward"


@dataclass(frozen=True, slots=True)
class Client:
    """A program or person that calls for one legal entity.

    Raises InvalidClient unless the id is a slug of 2 to 64 characters and there is at least one role.
    """

    id: str
    entity: EntityId
    roles: frozenset[Role]
    purposes: frozenset[str] = frozenset()
    disabled: bool = False

    def __post_init__(self) -> None:
        if not _ID.match(self.id):
            raise InvalidClient(
                "not the id of a client",
                remedy="use 2 to 64 lower-case letters, digits and hyphens, starting with a letter, such as 'shop-web'",
            )
        if not self.roles:
            raise InvalidClient("a client without a role", remedy=f"give at least one of {', '.join(Role)}")

    def may_state(self, purpose: str) -> bool:
        """True iff this client may name `purpose` in a read; policy and consent decide after that."""
        return not self.disabled and (purpose in self.purposes or ANY_PURPOSE in self.purposes)


class Secret:
    """A client's secret in clear, shown once. Only `reveal()` gives it; repr, equality and pickling do not."""

    __slots__ = ("_text",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The secret itself, to hand to its client or to hash."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError("secrets are not compared")

    def __reduce__(self) -> NoReturn:
        raise TypeError("secrets are not pickled")


@dataclass(frozen=True, slots=True)
class SecretHash:
    """What is stored of a secret: `scrypt$14$8$1$salt$hash`, salt (16 bytes) and hash (32 bytes) in base64url.

    Source: RFC 7914 (scrypt), N = 2**14, r = 8, p = 1.
    """

    text: str

    def __post_init__(self) -> None:
        if not _HASH.match(self.text):
            raise InvalidClient("not the hash of a secret", remedy="issue the client a new secret")

    def __repr__(self) -> str:
        return "SecretHash(…)"

    @classmethod
    def of(cls, secret: Secret, *, salt: bytes) -> "SecretHash":
        """The hash of `secret` under `salt`, 16 random bytes of its own."""
        if len(salt) != _SALT_BYTES:
            raise InvalidClient("a salt that is not 16 bytes")
        if len(secret.reveal()) > SECRET_CHARS_MAX:
            raise InvalidClient(f"a secret of more than {SECRET_CHARS_MAX} characters", remedy="issue a new one")
        digest = _scrypt(salt).derive(_bounded(secret))
        return cls(f"scrypt$14$8$1${_text(salt)}${_text(digest)}")

    def verifies(self, secret: Secret) -> bool:
        """True iff `secret` is the one that was hashed; compared in constant time."""
        parts = _HASH.match(self.text)
        assert parts is not None  # noqa: S101  checked when this was built
        try:
            _scrypt(_raw(parts["salt"])).verify(_bounded(secret), _raw(parts["hash"]))
        except InvalidKey:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Registration:
    """A client as it is stored."""

    client: Client
    secret: SecretHash


def new_secret(entropy: Entropy) -> Secret:
    """A secret of 256 random bits in a form that secret scanners can find: `enishi_secret_…`."""
    return Secret("enishi_secret_" + _text(entropy.random_bytes(32)))


def register(client: Client, secret: Secret, *, entropy: Entropy) -> Registration:
    """`client` with its secret hashed under a fresh salt."""
    return Registration(client, SecretHash.of(secret, salt=entropy.random_bytes(_SALT_BYTES)))


_NOBODY: Final = SecretHash(f"scrypt$14$8$1${'A' * 22}${'A' * 43}")
"""Verified against when the client is unknown, so that its absence costs the same time; matches no known secret."""


class Registrations(Protocol):
    """Whatever can look a client up; `governance.ports.ClientStore` is one."""

    def get(self, client_id: str) -> Registration | None:
        """The client under `client_id`, disabled ones too, or None."""
        ...


def authenticate(clients: Registrations, client_id: str, secret: Secret) -> Client:
    """The client that proves itself with `secret`.

    Raises AuthenticationFailed alike, after the same work (one scrypt), for an unknown client, a wrong secret and a
    disabled client.
    """
    found = clients.get(client_id)
    proven = (found.secret if found else _NOBODY).verifies(secret)
    if found is None or not proven or found.client.disabled:
        raise AuthenticationFailed("client id or secret not accepted", remedy="check both, or ask for a new secret")
    return found.client


def _scrypt(salt: bytes) -> Scrypt:
    return Scrypt(salt=salt, length=_HASH_BYTES, n=_SCRYPT_N, r=_SCRYPT_R, p=_SCRYPT_P)


def _bounded(secret: Secret) -> bytes:
    """INVARIANT: a guess costs the same whatever its length; one over the limit equals no secret that was hashed."""
    return secret.reveal()[: SECRET_CHARS_MAX + 1].encode("utf-8", "surrogatepass")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _raw(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
