"""Root keys by name and epoch, and how every other key is derived from one."""

import re
from typing import Protocol

from governance.errors import InvalidKeyName
from governance.primitives import hkdf_sha256
from identity.secret import SecretKey

_NAME = re.compile(r"[a-z][a-z0-9-]{1,31}(/[a-z][a-z0-9-]{1,31})?\Z")
_PART = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}\Z")


class KeyProvider(Protocol):
    """Holds root keys. A name is `group`, `hub` or `entity/<id>`; an epoch counts from 1 and only grows."""

    def create(self, name: str) -> SecretKey:
        """The newest root of `name`, made now unless there is one. Raises InvalidKeyName, DamagedKey, LooseKeyFile."""
        ...

    def root(self, name: str, epoch: int | None = None) -> SecretKey:
        """The 32-byte root of `name`: of that epoch, or the newest.

        Raises MissingKey when there is none, or that epoch is retired; DamagedKey; LooseKeyFile.
        """
        ...

    def epochs(self, name: str) -> tuple[int, ...]:
        """The epochs held of `name`, oldest first; the last one is in use. Raises as `root`."""
        ...

    def rotate(self, name: str) -> int:
        """The number of a new epoch, in use from now on; older ones stay until they are retired. Raises as `root`."""
        ...

    def retire(self, name: str, epoch: int) -> None:
        """Forgets an epoch for good. Never the newest: raises MissingKey for that, or when it is not held."""
        ...

    def names(self) -> tuple[str, ...]:
        """The names that have a root, sorted."""
        ...


def checked_name(name: str) -> str:
    """`name` itself. Raises InvalidKeyName unless it is one or two slugs, such as `hub` or `entity/bank`."""
    if not _NAME.match(name):
        raise InvalidKeyName("not the name of a root key", remedy="use 'group', 'hub' or 'entity/<id>'")
    return name


def derive(root: SecretKey, *, zone: str, entity: str, use: str, epoch: int, length: int = 32) -> SecretKey:
    """The key of one use: HKDF-SHA256 of `root` with info `cdp/v1|zone|entity|use|epoch`, no salt.

    `length` is 16, 32 or 64 bytes. Keys of different length in the same place share their first bytes: give each
    use one length. Raises InvalidKeyName when a part is empty or holds anything but letters, digits and `._:/-`
    (so that no two places have the same info), or the epoch is below 1. Source: RFC 5869.
    """
    for part in (zone, entity, use):
        if not _PART.match(part):
            raise InvalidKeyName("a part of a key derivation is not a slug", remedy="use letters, digits and ._:/-")
    if epoch < 1:
        raise InvalidKeyName("a key epoch is below 1", remedy="epochs count from 1")
    info = f"cdp/v1|{zone}|{entity}|{use}|{epoch}".encode("ascii")
    return SecretKey(hkdf_sha256(root.reveal(), salt=b"", info=info, length=length))
