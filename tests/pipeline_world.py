"""A small world for tests of pipelines: memory stores, invented people, keys of zeros and ones, a clock that ticks."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from consent.adapters.agreements_memory import AgreementsMemory
from consent.adapters.ledger_memory import LedgerMemory
from consent.trees import shipped
from governance.pii.scan import Finding
from governance.vault import SealedRecord, Vault
from identity.adapters.links_memory import LinkStoreMemory
from identity.adapters.members_memory import MemberStoreMemory
from identity.adapters.refs_memory import RefStoreMemory
from identity.hub_keys import HubKeys
from identity.ids import EntityId, RecordId
from identity.model import shipped_model
from identity.recipes import shipped_recipes
from identity.resolver import Resolver
from identity.secret import SecretKey
from identity.tokens import CmacTokeniser
from pipelines.adapters.files import LocalFiles
from pipelines.adapters.runs_memory import RunsMemory
from pipelines.contract import Contract, Expectation
from pipelines.contract_yaml import contract_from
from pipelines.edge import EdgeKeys
from pipelines.ingest import Ingestion
from pipelines.limits import IngestLimits
from pipelines.ports import StoredFact, Stores
from pipelines.quality import QualityResult, Verdict

START = 1_790_000_000_000_000

CONTRACT = """
contract: 1
entity: shop
name: customers
owner: team@shop.example
source_key: id
locale: en
region: AU
fields:
  given_name: given
  family_name: family
  birth_date: {column: born, format: "%d/%m/%Y"}
  email: mail
facts:
  - {column: spent, name: spent_total, category: user.behavior.purchase_history, type: number}
  - {column: tier, category: user.behavior, type: text}
permissions:
  - {operations: [link], purpose: identity-resolution, basis: legitimate-interest, notice: n-1}
consents:
  - {column: ads, given: [yes], refused: [no], operations: [contact], purpose: marketing, basis: consent, notice: n-1}
agreements:
  - {id: shop-links, recipient: "*", operations: [link], purposes: [identity-resolution], basis: joint-use}
ignore: [note]
"""

HEADER = "id,given,family,born,mail,spent,tier,ads,note"
PEOPLE = (
    "c1,Mira,Okonkwo,03/04/1981,mira.okonkwo@mail.example,12.5,gold,yes,x",
    "c2,Tomas,Lindqvist,17/11/1975,tomas.lindqvist@mail.example,3,silver,no,x",
    "c3,Aiko,Fernandes,30/01/1990,aiko.fernandes@mail.example,,,,x",
)


class TickingClock:
    """Each look at it is a millisecond later."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> int:
        """Microseconds since the epoch."""
        self.at += 1000
        return self.at


class CountedEntropy:
    """Bytes that never repeat and are the same in every run."""

    def __init__(self) -> None:
        self._count = 0

    def random_bytes(self, count: int) -> bytes:
        """`count` bytes."""
        self._count += 1
        return hashlib.shake_256(self._count.to_bytes(8, "big")).digest(count)


class VaultMemory:
    """A VaultStore that forgets when the process ends."""

    def __init__(self) -> None:
        self.rows: dict[RecordId, SealedRecord] = {}

    def put(self, rows: Sequence[SealedRecord]) -> None:
        """Stores the rows."""
        self.rows.update({row.record: row for row in rows})

    def get(self, entity: EntityId, records: Sequence[RecordId]) -> dict[RecordId, SealedRecord]:
        """The rows that exist, of that entity only."""
        return {one: self.rows[one] for one in records if one in self.rows and self.rows[one].entity == entity}

    def remove(self, records: Sequence[RecordId]) -> int:
        """Deletes the rows."""
        return sum(self.rows.pop(record, None) is not None for record in records)


class FactsMemory:
    """A FactStore that forgets when the process ends."""

    def __init__(self) -> None:
        self.rows: dict[RecordId, dict[str, StoredFact]] = {}

    def put(self, stored: Sequence[StoredFact], /) -> None:
        """Replaces the facts of the records named."""
        self.remove([fact.record for fact in stored])
        for fact in stored:
            self.rows.setdefault(fact.record, {})[fact.name] = fact

    def remove(self, records: Sequence[RecordId], /) -> None:
        """Forgets every fact of the records."""
        for record in records:
            self.rows.pop(record, None)


class DataKeysMemory:
    """A DataKeyStore that forgets when the process ends."""

    def __init__(self) -> None:
        self._keys: dict[tuple[bytes, str], SecretKey] = {}

    def get(self, subjects: Sequence[bytes], use: str) -> dict[bytes, SecretKey]:
        """The keys that exist."""
        return {one: self._keys[one, use] for one in subjects if (one, use) in self._keys}

    def ensure(self, subjects: Sequence[bytes], use: str) -> dict[bytes, SecretKey]:
        """A key for every subject."""
        for one in subjects:
            self._keys.setdefault((one, use), SecretKey(hashlib.sha256(one + use.encode()).digest()))
        return self.get(subjects, use)

    def shred(self, subjects: Sequence[bytes]) -> int:
        """Deletes the keys."""
        gone = [key for key in self._keys if key[0] in set(subjects)]
        for key in gone:
            del self._keys[key]
        return len(gone)


class PlainQuality:
    """Judges `not null` only, and holds everything else for met."""

    def check(self, expectations: Sequence[Expectation], columns: Mapping[str, object], rows: int) -> QualityResult:
        """One verdict for each expectation."""
        nulls = {name: getattr(column, "null_count", 0) for name, column in columns.items()}
        verdicts = [
            Verdict(one.expect, one.column, one.critical, not (one.expect.endswith("null") and nulls[one.column or ""]))
            for one in expectations
        ]
        return QualityResult("plain", rows, tuple(verdicts))


def no_findings(columns: Mapping[str, Sequence[str | None]], *, sample: int) -> Sequence[Finding]:
    """A scan that finds nothing."""
    return ()


class Killed(BaseException):
    """The process died here."""


class World:
    """One hub in memory, and the edges of every entity that asks."""

    def __init__(self, limits: IngestLimits | None = None) -> None:
        self.entropy = CountedEntropy()
        self.clock = TickingClock()
        self.stores = Stores(
            refs=RefStoreMemory(),
            links=LinkStoreMemory(HubKeys(*(SecretKey(bytes([n]) * 32) for n in (1, 2, 3)))),
            members=MemberStoreMemory(),
            ledger=LedgerMemory(),
            agreements=AgreementsMemory(),
            vault=VaultMemory(),
            facts=FactsMemory(),
            runs=RunsMemory(),
        )
        self.data_keys = DataKeysMemory()
        self.die_at_transaction: int | None = None
        self.transactions = 0
        self.using = Ingestion(
            unit_of_work=self.unit_of_work,
            data_keys=self.key_unit_of_work,
            files=LocalFiles(),
            quality=PlainQuality(),
            scan=no_findings,
            resolver=self.resolver,
            keys=keys_of,
            tokeniser=CmacTokeniser,
            recipes=shipped_recipes(),
            vault=Vault(self.entropy),
            trees=shipped(),
            clock=self.clock,
            entropy=self.entropy,
            limits=limits or IngestLimits(),
        )

    @contextmanager
    def unit_of_work(self) -> Iterator[Stores]:
        """The stores; the process may be told to die before the n-th transaction."""
        self.transactions += 1
        if self.transactions == self.die_at_transaction:
            raise Killed
        yield self.stores

    @contextmanager
    def key_unit_of_work(self) -> Iterator[DataKeysMemory]:
        """The data keys."""
        yield self.data_keys

    def resolver(self, stores: Stores) -> Resolver:
        """The resolver on the stores."""
        return Resolver(stores.links, stores.members, model=shipped_model(1000), entropy=self.entropy)

    def with_(self, **changes: object) -> "World":
        """The same world with other parts of its ingestion."""
        self.using = replace(self.using, **changes)  # type: ignore[arg-type]
        return self

    def snapshot(self) -> tuple[object, ...]:
        """Everything that landing can change, comparable, without the runs."""
        refs = self.stores.refs
        records = sorted(record for ref in self.all_refs() for record in [ref])
        return (
            refs.by_entity(),
            self.stores.members.current(records),
            self.stores.ledger.of_records(records),
            {record: dict(facts) for record, facts in self.facts().items()},
            sorted(self.vault().rows),
        )

    def all_refs(self) -> list[RecordId]:
        """Every record that has a vault row (all of them, in these tests)."""
        return list(self.vault().rows)

    def facts(self) -> Mapping[RecordId, Mapping[str, StoredFact]]:
        """The facts by record and name."""
        assert isinstance(self.stores.facts, FactsMemory)
        return self.stores.facts.rows

    def vault(self) -> VaultMemory:
        """The vault's rows."""
        assert isinstance(self.stores.vault, VaultMemory)
        return self.stores.vault


def keys_of(entity: EntityId) -> EdgeKeys:
    """Keys that differ by entity, except the group's."""
    own = hashlib.sha256(entity.encode()).digest()
    return EdgeKeys(SecretKey(bytes(32)), SecretKey(own), SecretKey(own[::-1]))


def contract(text: str = CONTRACT, **swaps: str) -> Contract:
    """The contract of `text`, each key of `swaps` replaced by its value in the text."""
    for old, new in swaps.items():
        assert old in text
        text = text.replace(old, new)
    return contract_from(text)


def csv_file(folder: Path, *rows: str, header: str = HEADER, name: str = "customers.csv") -> str:
    """The path of a CSV file with these rows."""
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", "utf-8")
    return str(path)
