"""Root keys in files that only their owner can read: the embedded default of the key provider."""

import base64
import binascii
import contextlib
import fcntl
import hmac
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from governance.errors import DamagedKey, LooseKeyFile, MissingKey
from governance.keys import checked_name
from governance.primitives import bound, hmac_sha256
from identity.ports import Entropy
from identity.secret import SecretKey

_FILE_BYTES_MAX = 1_000_000
_SUFFIX = ".key.json"


class FileKeyProvider:
    """A KeyProvider that keeps one JSON file per name (mode 0600) in one folder (mode 0700).

    Writes are atomic and durable: temporary file, fsync, rename, fsync of the folder, under a lock of the folder. Each
    epoch carries a check value bound to name and number, so that a damaged, edited or renamed file is refused.
    """

    def __init__(self, folder: Path, entropy: Entropy) -> None:
        self._folder = folder
        self._entropy = entropy

    def create(self, name: str) -> SecretKey:
        """The newest root of `name`, made now unless there is one. Raises InvalidKeyName, DamagedKey, LooseKeyFile."""
        path = self._path(name)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked():
            if not path.exists():
                self._write(name, {1: self._entropy.random_bytes(32)})
        return self.root(name)

    def root(self, name: str, epoch: int | None = None) -> SecretKey:
        """The root of `name`: of that epoch, or the newest. Raises MissingKey, DamagedKey, LooseKeyFile."""
        roots = self._read(name)
        number = max(roots) if epoch is None else epoch
        if number not in roots:
            raise _missing(f"no epoch {number} of the root key '{name}'", "use an epoch that is not retired")
        return SecretKey(roots[number])

    def epochs(self, name: str) -> tuple[int, ...]:
        """The epochs held of `name`, oldest first; the last one is in use. Raises as `root`."""
        return tuple(sorted(self._read(name)))

    def rotate(self, name: str) -> int:
        """The number of a new epoch, in use from now on; older ones stay until they are retired. Raises as `root`."""
        with self._locked():
            roots = self._read(name)
            newest = max(roots) + 1
            self._write(name, roots | {newest: self._entropy.random_bytes(32)})
        return newest

    def retire(self, name: str, epoch: int) -> None:
        """Forgets an epoch for good. Raises MissingKey when it is the newest or not held; else as `root`."""
        with self._locked():
            roots = self._read(name)
            if epoch not in roots or epoch == max(roots):
                raise _missing(f"epoch {epoch} of the root key '{name}' is not an older one held", "rotate first")
            self._write(name, {number: raw for number, raw in roots.items() if number != epoch})

    def names(self) -> tuple[str, ...]:
        """The names that have a root, sorted. Raises MissingKey without the folder, LooseKeyFile."""
        self._check_folder()
        files = (path.name for path in self._folder.iterdir() if not path.name.startswith("."))
        return tuple(sorted(name.removesuffix(_SUFFIX).replace(".", "/") for name in files if name.endswith(_SUFFIX)))

    def _path(self, name: str) -> Path:
        # A slug holds no point, so the name of the file says the name of the key and no other.
        return self._folder / (checked_name(name).replace("/", ".") + _SUFFIX)

    def _check_folder(self) -> None:
        try:
            mode = self._folder.stat().st_mode
        except FileNotFoundError:
            raise _missing("the folder of the root keys is not there", "create the keys first") from None
        if mode & 0o077:
            raise LooseKeyFile("the folder of the root keys is open to others", remedy="chmod 700 the folder")

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Keeps other writers out, in this process and in others."""
        self._check_folder()
        handle = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
            os.fsync(handle)
        finally:
            os.close(handle)

    def _read(self, name: str) -> dict[int, bytes]:
        path = self._path(name)
        self._check_folder()
        try:
            handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            raise _missing(
                f"no root key '{name}'", "create it, or point the settings at the folder that has it"
            ) from None
        except OSError:
            raise LooseKeyFile(f"the file of the root key '{name}' cannot be opened as a plain file") from None
        with os.fdopen(handle, "rb") as file:
            _check_file(os.fstat(file.fileno()), name)
            return _decoded(name, file.read(_FILE_BYTES_MAX))

    def _write(self, name: str, roots: dict[int, bytes]) -> None:
        """INVARIANT: only under the lock, so a temporary file found here is the rest of a killed write."""
        path = self._path(name)
        part = path.with_name(f".{path.name}.part")
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(_encoded(name, roots))
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)


def _check_file(status: os.stat_result, name: str) -> None:
    if not stat.S_ISREG(status.st_mode) or status.st_mode & 0o077 or status.st_uid != os.geteuid():
        raise LooseKeyFile(
            f"the file of the root key '{name}' is open to others",
            why="its mode is not 0600, or it belongs to another user",
            remedy="chmod 600 and chown it to the user that runs this; rotate the key if others could read it",
        )


def _encoded(name: str, roots: dict[int, bytes]) -> bytes:
    epochs = [
        {"epoch": number, "key": base64.b64encode(raw).decode("ascii"), "check": _check_value(name, number, raw)}
        for number, raw in sorted(roots.items())
    ]
    return json.dumps({"format": "cdp-root-key/1", "name": name, "epochs": epochs}, indent=1).encode("ascii")


def _decoded(name: str, content: bytes) -> dict[int, bytes]:
    try:
        document = json.loads(content)
        roots = {row["epoch"]: base64.b64decode(row["key"], validate=True) for row in document["epochs"]}
        sound = (
            document["format"] == "cdp-root-key/1"
            and len(roots) == len(document["epochs"]) > 0
            and all(_is_sound(name, row, roots[row["epoch"]]) for row in document["epochs"])
        )
    except (ValueError, KeyError, TypeError, binascii.Error):
        sound, roots = False, {}
    if not sound:
        raise DamagedKey(
            f"the file of the root key '{name}' is damaged",
            why="it is cut short, was edited, or belongs to another name",
            remedy="restore it from the backup of the keys; a new key would not open what the old one sealed",
        )
    return roots


def _is_sound(name: str, row: dict[str, object], raw: bytes) -> bool:
    number, check = row["epoch"], row["check"]
    return (
        type(number) is int
        and number >= 1
        and len(raw) == 32
        and isinstance(check, str)
        and hmac.compare_digest(check.encode(), _check_value(name, number, raw).encode())
    )


def _check_value(name: str, epoch: int, raw: bytes) -> str:
    return hmac_sha256(raw, bound(b"cdp/v1/key-check", name.encode(), str(epoch).encode()))[:8].hex()


def _missing(what: str, remedy: str) -> MissingKey:
    return MissingKey(what, remedy=remedy)
