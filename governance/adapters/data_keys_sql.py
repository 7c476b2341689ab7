"""Wrapped data keys in SQL: in a database of their own, with its own backup life."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from governance.adapters.tables import data_keys, keystore_metadata
from governance.data_keys import checked_subjects, unwrap, wrap
from governance.primitives import NONCE_BYTES
from identity.adapters.bulk import insert_rows
from identity.ports import Entropy
from identity.secret import SecretKey

__all__ = ["DataKeysSql", "keystore_metadata"]

_CHUNK = 500
_AMONG = data_keys.c.subject.in_(bindparam("among", expanding=True))


class DataKeysSql:
    """A DataKeyStore inside somebody else's transaction on the key store's database.

    `kek(use, epoch)` gives the key-encryption key; new keys are wrapped under `epoch`, and older rows say theirs.
    """

    def __init__(
        self, connection: Connection, kek: Callable[[str, int], SecretKey], entropy: Entropy, *, epoch: int = 1
    ) -> None:
        self._connection = connection
        self._kek = kek
        self._entropy = entropy
        self._epoch = epoch

    def get(self, subjects: Sequence[bytes], use: str) -> dict[bytes, SecretKey]:
        """The keys that exist. Raises DamagedKey when one does not unwrap."""
        query = select(data_keys.c.subject, data_keys.c.epoch, data_keys.c.wrapped).where(
            data_keys.c.use == use, _AMONG
        )
        ciphers: dict[int, AESGCM] = {}
        found: dict[bytes, SecretKey] = {}
        for chunk in _chunks(checked_subjects(subjects)):
            for subject, epoch, wrapped in self._connection.execute(query, {"among": chunk}):
                cipher = ciphers.get(epoch) or ciphers.setdefault(epoch, self._cipher(use, epoch))
                found[bytes(subject)] = unwrap(cipher, bytes(wrapped), (bytes(subject), use, epoch))
        return found

    def ensure(self, subjects: Sequence[bytes], use: str) -> dict[bytes, SecretKey]:
        """A key for every subject, made now where there was none. Raises DamagedKey.

        When two transactions make the key of one subject, the first to commit wins and both are given its key.
        """
        wanted = checked_subjects(subjects)
        found = self.get(wanted, use)
        missing = [subject for subject in wanted if subject not in found]
        if missing:
            insert_rows(self._connection, self._insert(), self._new_rows(missing, use))
            found |= self.get(missing, use)
        return found

    def shred(self, subjects: Sequence[bytes]) -> int:
        """Deletes the keys of these subjects for every use, and tells how many there were."""
        return sum(
            self._connection.execute(delete(data_keys).where(_AMONG), {"among": chunk}).rowcount
            for chunk in _chunks(checked_subjects(subjects))
        )

    def rewrap(self, use: str, *, limit: int = 5000) -> int:
        """Wraps up to `limit` keys of older epochs under the current one, and tells how many it did: 0 is finished.

        The keys themselves stay, so nothing sealed is touched; stopped at any point, it goes on where it was.
        """
        query = (
            select(data_keys.c.subject)
            .where(data_keys.c.use == use, data_keys.c.epoch < self._epoch)
            .order_by(data_keys.c.subject)
            .limit(limit)
        )
        subjects = [bytes(subject) for subject in self._connection.execute(query).scalars()]
        if subjects:
            rows = self._wrapped(self.get(subjects, use), use)
            self._connection.execute(
                update(data_keys)
                .where(data_keys.c.subject == bindparam("row_subject"), data_keys.c.use == use)
                .values(epoch=bindparam("row_epoch"), wrapped=bindparam("row_wrapped")),
                [{f"row_{name}": row[name] for name in ("subject", "epoch", "wrapped")} for row in rows],
            )
        return len(subjects)

    def _new_rows(self, subjects: Sequence[bytes], use: str) -> list[dict[str, object]]:
        material = self._entropy.random_bytes(32 * len(subjects))
        keys = {subject: SecretKey(material[at * 32 : at * 32 + 32]) for at, subject in enumerate(subjects)}
        return self._wrapped(keys, use)

    def _wrapped(self, keys: Mapping[bytes, SecretKey], use: str) -> list[dict[str, object]]:
        cipher = self._cipher(use, self._epoch)
        nonces = self._entropy.random_bytes(NONCE_BYTES * len(keys))
        rows: list[dict[str, object]] = []
        for at, (subject, key) in enumerate(keys.items()):
            nonce = nonces[at * NONCE_BYTES : (at + 1) * NONCE_BYTES]
            wrapped = wrap(cipher, key, nonce, (subject, use, self._epoch))
            rows.append({"subject": subject, "use": use, "epoch": self._epoch, "wrapped": wrapped})
        return rows

    def _cipher(self, use: str, epoch: int) -> AESGCM:
        return AESGCM(self._kek(use, epoch).reveal())

    def _insert(self) -> sqlite.Insert | postgresql.Insert:
        if self._connection.dialect.name == "postgresql":
            return postgresql.insert(data_keys).on_conflict_do_nothing()
        return sqlite.insert(data_keys).on_conflict_do_nothing()


def _chunks(subjects: Sequence[bytes]) -> Iterator[list[bytes]]:
    for at in range(0, len(subjects), _CHUNK):
        yield list(subjects[at : at + _CHUNK])
