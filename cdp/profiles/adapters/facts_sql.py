"""Facts in SQL, each value sealed so that a copy of the database shows none."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, delete, insert, select

from cdp.errors import HomeDamaged
from cdp.profiles.adapters.tables import facts
from governance.disclosure import TraitKind, TraitRef
from governance.grant import Grant
from identity.adapters.bulk import insert_rows
from identity.ids import EntityId, RecordId
from identity.ports import Entropy
from identity.secret import SecretKey
from pipelines.ports import StoredFact

_CHUNK = 500
_NONCE = 12

Value = str | int | float | bool


class FactsSql:
    """Traits by record. Headers are free to read; values need a `Grant`, which only the gate makes."""

    def __init__(self, connection: Connection, key: SecretKey, entropy: Entropy) -> None:
        self._connection = connection
        self._cipher = AESGCM(key.reveal())
        self._entropy = entropy

    def put(self, stored: Sequence[StoredFact]) -> None:
        """Replace every fact of the records named in `stored`."""
        self.remove(sorted({fact.record for fact in stored}))
        rows = [
            {
                "record": fact.record,
                "name": fact.name,
                "controller": fact.controller,
                "category": fact.category,
                "kind": str(fact.kind),
                "sealed": self._seal(fact.record, fact.name, fact.value),
                "observed_at": fact.observed_at,
            }
            for fact in stored
        ]
        insert_rows(self._connection, insert(facts), rows)

    def remove(self, records: Sequence[RecordId]) -> None:
        """Forget every fact of `records`."""
        for chunk in _chunks(records):
            self._connection.execute(delete(facts).where(facts.c.record.in_(chunk)))

    def headers(self, records: Sequence[RecordId]) -> tuple[TraitRef, ...]:
        """What is known of `records`, without the values, in a stable order."""
        columns = (facts.c.record, facts.c.controller, facts.c.name, facts.c.category, facts.c.kind)
        found = [
            TraitRef(
                record=RecordId(row.record),
                controller=EntityId(row.controller),
                name=row.name,
                category=row.category,
                kind=TraitKind(row.kind),
            )
            for chunk in _chunks(records)
            for row in self._connection.execute(select(*columns).where(facts.c.record.in_(chunk)))
        ]
        return tuple(sorted(found, key=lambda trait: (trait.controller, trait.name, trait.record)))

    def values(self, grant: Grant) -> dict[TraitRef, Value]:
        """The values that `grant` releases, in the clear; masking them is the reader's next step."""
        granted = {(item.trait.record, item.trait.name): item.trait for item in grant.released}
        records = sorted({trait.record for trait in granted.values()})
        found: dict[TraitRef, Value] = {}
        for chunk in _chunks(records):
            query = select(facts.c.record, facts.c.name, facts.c.sealed).where(facts.c.record.in_(chunk))
            for row in self._connection.execute(query):
                trait = granted.get((row.record, row.name))
                if trait is not None:
                    found[trait] = self._open(row.record, row.name, row.sealed)
        return found

    def _seal(self, record: int, name: str, value: Value) -> bytes:
        nonce = self._entropy.random_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, json.dumps(value).encode(), _place(record, name))

    def _open(self, record: int, name: str, sealed: bytes) -> Value:
        try:
            clear = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _place(record, name))
        except InvalidTag:
            raise HomeDamaged(
                "a stored fact does not open with this home's key",
                why="the row was moved or changed, or the keys belong to another home",
                remedy="restore keys and database from the same installation",
            ) from None
        value: Value = json.loads(clear)
        return value


def _place(record: int, name: str) -> bytes:
    """Associated data that binds a ciphertext to its row."""
    return b"profiles_facts|%d|%s" % (record, name.encode())


def _chunks(records: Sequence[RecordId]) -> Iterator[list[RecordId]]:
    rest = iter(records)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
