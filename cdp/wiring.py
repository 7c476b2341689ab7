"""The composition root: the one place that chooses adapters, keys and settings and joins them to the core."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import Connection, func, select

from cdp import home as homes
from cdp import migrations
from cdp.access_tokens import AccessTokens
from cdp.database import open_engine, transaction
from cdp.profiles.adapters.facts_sql import FactsSql
from cdp.profiles.adapters.idempotency_sql import IdempotencySql
from cdp.settings import Settings, from_environment
from cdp.watched import WatchedJournal, WatchedResolver
from consent.adapters.agreements_sql import AgreementsSql
from consent.adapters.ledger_sql import LedgerSql
from consent.trees import shipped
from governance.adapters.clients_sql import ClientsSql
from governance.adapters.data_keys_sql import DataKeysSql, keystore_metadata
from governance.adapters.journal_sql import JournalSql
from governance.adapters.keys_file import FileKeyProvider
from governance.adapters.policies_sql import PoliciesSql
from governance.adapters.policy_files import read_policy
from governance.adapters.vault_sql import VaultSql
from governance.errors import InvalidPolicy
from governance.journal.journal import Journal
from governance.journal.note import NoteSigner
from governance.keys import derive
from governance.pii.scan import scan
from governance.policy import PolicyTable
from governance.policy_source import PolicySource
from governance.pseudonyms import Pseudonymiser
from governance.vault import Vault
from identity.adapters.census_sql import CensusSql
from identity.adapters.links_sql import LinkStoreSql
from identity.adapters.members_sql import MemberStoreSql
from identity.adapters.refs_sql import RefStoreSql
from identity.adapters.system import SystemClock, SystemEntropy
from identity.hub_keys import HubKeys
from identity.ids import EntityId
from identity.model import Model, shipped_model
from identity.ports import Clock, Entropy, LinkStore, MemberStore
from identity.recipes import shipped_recipes
from identity.resolver import Resolver
from identity.secret import SecretKey
from identity.tokens import CmacTokeniser
from pipelines.adapters.files import LocalFiles
from pipelines.adapters.quality_gx import GxQuality
from pipelines.adapters.runs_sql import RunsSql
from pipelines.edge import edge_keys, ref_of
from pipelines.ingest import Ingestion
from pipelines.limits import IngestLimits
from pipelines.ports import PiiScan, Stores
from pipelines.reading import Files

_EPOCH = 1
_CHANGE_LOCK = 0x65_6E_69_63
"""PostgreSQL's advisory lock of whoever changes records ("enic")."""


@dataclass(frozen=True, slots=True)
class Hub:
    """One transaction of the hub: every store, on one connection."""

    connection: Connection
    stores: Stores
    facts: FactsSql
    clients: ClientsSql
    policies: PoliciesSql
    journal: Journal
    journal_store: JournalSql
    idempotency: IdempotencySql
    resolver: Resolver
    census: CensusSql


class Application:
    """An opened home: settings, keys, policy and engines; every use case takes one."""

    def __init__(self, settings: Settings, *, clock: Clock | None = None, entropy: Entropy | None = None) -> None:
        """Open the home that `settings` name.

        Raises HomeMissing, HomeDamaged, HomeIsNewer or DatabaseUnavailable, each with its remedy.
        """
        self.settings = settings
        self.home = homes.read(settings.home)
        self.clock = clock or SystemClock()
        self.entropy = entropy or SystemEntropy()
        self.version = version("enishi-cdp")
        self.keys = FileKeyProvider(settings.keys_folder, self.entropy)
        self.trees = shipped()
        self.scan: PiiScan = scan
        wait = settings.database_wait_seconds
        self.engine = open_engine(settings.hub_database, wait_seconds=wait, must_exist=True)
        self.keystore = open_engine(settings.keystore_database, wait_seconds=wait, must_exist=True)
        migrations.check(self.engine)
        self.model: Model = shipped_model(self.home.persons)
        self._tables: dict[str, PolicyTable] = {}
        self._of_thread = threading.local()

    @contextmanager
    def hub(self, *, writes: bool) -> Iterator[Hub]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with transaction(self.engine, writes=writes) as connection:
            yield self._hub(connection)

    @contextmanager
    def change(self) -> Iterator[Hub]:
        """A writing transaction that keeps every other one that changes records out until it ends.

        INVARIANT: who is who is a function of all records, so nobody resolves beside another who does not see them yet.
        SQLite has one writer anyway. Reads, which only add to the journal, do not wait.
        """
        with self.hub(writes=True) as hub:
            if hub.connection.dialect.name == "postgresql":
                hub.connection.execute(select(func.pg_advisory_xact_lock(_CHANGE_LOCK)))
            yield hub

    @contextmanager
    def stores(self) -> Iterator[Stores]:
        """A transaction's stores, to change records, as pipelines want them."""
        with self.change() as hub:
            yield hub.stores

    @contextmanager
    def data_keys(self, entity: EntityId | None = None) -> Iterator[DataKeysSql]:
        """A transaction of the key store: data keys wrapped under an entity's own key, or under the hub's.

        The key store is another database than the hub's, with its own backup life.
        """
        root = self.keys.root(f"entity/{entity}" if entity else "hub", _EPOCH)
        with transaction(self.keystore, writes=True) as connection:
            yield DataKeysSql(connection, partial(_kek, root, entity or "hub"), self.entropy)

    def policy_source(self, hub: Hub) -> PolicySource:
        """The texts of the policy in force. Raises InvalidPolicy when none was ever applied."""
        source = hub.policies.active()
        if source is None:
            raise InvalidPolicy("no policy is in force", remedy="run `cdp init`, or `cdp policy apply FOLDER`")
        return source

    def policy(self, hub: Hub) -> PolicyTable:
        """The policy in force in this transaction, compiled once per version and filled as it is asked.

        Its texts are read only for a version that this process has not compiled. Raises InvalidPolicy when none was
        ever applied.
        """
        known = self._tables.get(hub.policies.active_version() or "")
        if known is None:
            known = PolicyTable(self.policy_source(hub), self.trees)
            self._tables[known.version] = known
        return known

    @property
    def pseudonyms(self) -> Pseudonymiser:
        """Issues and opens pseudonyms; one for each thread, since its ciphers are not shared."""
        if not hasattr(self._of_thread, "pseudonyms"):
            self._of_thread.pseudonyms = Pseudonymiser(self.keys.root("hub"))
        found: Pseudonymiser = self._of_thread.pseudonyms
        return found

    def reference(self, entity: EntityId, source_key: str) -> bytes:
        """What the hub knows an entity's record by; the source key itself is not kept.

        Raises MissingKey when this home does not hold the entity's key: then only that entity's edge can say.
        """
        return ref_of(edge_keys(self.keys, entity), entity, source_key)

    @cached_property
    def access_tokens(self) -> AccessTokens:
        """Issues and checks the API's access tokens."""
        return AccessTokens(self.hub_key("api-tokens"), ttl_seconds=self.settings.token_ttl_seconds)

    @cached_property
    def signer(self) -> NoteSigner:
        """Signs the journal's checkpoints."""
        return NoteSigner(self.journal_origin, seed=self.hub_key("journal-signing").reveal())

    @property
    def journal_origin(self) -> str:
        """The name of this hub's journal, as its checkpoints state it."""
        return f"enishi/{self.home.group}"

    def hub_key(self, use: str) -> SecretKey:
        """A key of the hub's own, derived for one use."""
        return derive(self.keys.root("hub"), zone="hub", entity="hub", use=use, epoch=_EPOCH)

    def checks(self) -> dict[str, Callable[[], object]]:
        """What must work before a read can be answered, by name."""
        return {"database": self._ping_hub, "keystore": self._ping_keystore, "journal": self._head}

    def _ping_hub(self) -> None:
        with transaction(self.engine, writes=False) as connection:
            connection.execute(select(1))

    def _ping_keystore(self) -> None:
        with transaction(self.keystore, writes=False) as connection:
            connection.execute(select(1))

    def _head(self) -> str:
        with self.hub(writes=False) as hub:
            return hub.journal.checkpoint()

    def _hub(self, connection: Connection) -> Hub:
        facts = FactsSql(connection, self.hub_key("profiles"), self.entropy)
        links = LinkStoreSql(connection, self._link_keys)
        members = MemberStoreSql(connection)
        journal_store = JournalSql(connection)
        return Hub(
            connection=connection,
            stores=Stores(
                refs=RefStoreSql(connection),
                links=links,
                members=members,
                ledger=LedgerSql(connection),
                agreements=AgreementsSql(connection),
                vault=VaultSql(connection),
                facts=facts,
                runs=RunsSql(connection),
            ),
            facts=facts,
            clients=ClientsSql(connection),
            policies=PoliciesSql(connection),
            journal=WatchedJournal(journal_store, signer=self.signer, origin=self.journal_origin),
            journal_store=journal_store,
            idempotency=IdempotencySql(connection),
            resolver=self._resolver(links, members),
            census=CensusSql(connection),
        )

    def ingestion(self, entity: EntityId) -> Ingestion:
        """What a run of one of `entity`'s files needs; makes the entity's own root key on its first delivery.

        Raises MissingKey when the entity has records but no key here: under a new one every customer would be new.
        """
        with self.hub(writes=False) as hub:
            delivered = entity in hub.stores.refs.by_entity()
        (self.keys.root if delivered else self.keys.create)(f"entity/{entity}")
        return Ingestion(
            unit_of_work=self.stores,
            data_keys=partial(self.data_keys, entity),
            files=partner_files(),
            quality=GxQuality(),
            scan=self.scan,
            resolver=self.resolver,
            keys=partial(edge_keys, self.keys),
            tokeniser=CmacTokeniser,
            recipes=shipped_recipes(),
            vault=Vault(self.entropy),
            trees=self.trees,
            clock=self.clock,
            entropy=self.entropy,
            limits=IngestLimits(
                batch_rows=self.settings.batch_rows,
                row_bytes_max=self.settings.row_bytes_max,
                value_chars_max=self.settings.value_chars_max,
                file_bytes_max=self.settings.file_bytes_max,
            ),
        )

    def resolver(self, stores: Stores) -> Resolver:
        """The resolver on one transaction's stores."""
        return self._resolver(stores.links, stores.members)

    def _resolver(self, links: LinkStore, members: MemberStore) -> Resolver:
        return WatchedResolver(links, members, model=self.model, entropy=self.entropy)

    @cached_property
    def _link_keys(self) -> HubKeys:
        return HubKeys(token=self.hub_key("token"), handle=self.hub_key("handle"), record=self.hub_key("record"))


def _kek(root: SecretKey, owner: str, use: str, epoch: int) -> SecretKey:
    """The key that wraps an owner's data keys of one use."""
    return derive(root, zone="keystore", entity=owner, use=use, epoch=epoch)


def open_application(settings: Settings | None = None) -> Application:
    """The application of the home that the environment names, or of `settings`."""
    return Application(settings or from_environment(os.environ))


def policy_in(folder: Path) -> PolicySource:
    """The policy texts in a folder. Raises InvalidPolicy."""
    return read_policy(folder)


def partner_files() -> Files:
    """What opens a partner's file."""
    return LocalFiles()


def initialise(settings: Settings, *, group: str, persons: int, demo: bool = False) -> None:
    """Make a home: its file, its keys, its databases. Doing it again changes nothing.

    Raises HomeExists when the folder is a home made with other settings; MissingKey when the keys of a home that holds
    records are gone, since new ones would open nothing of it.
    """
    homes.create(settings.home, group=group, persons=persons, demo=demo)
    engine = open_engine(settings.hub_database, wait_seconds=settings.database_wait_seconds)
    migrations.upgrade(engine)
    provider = FileKeyProvider(settings.keys_folder, SystemEntropy())
    with transaction(engine, writes=True) as connection:
        holds_records = bool(RefStoreSql(connection).by_entity())
        for name in ("group", "hub"):
            if holds_records:
                provider.root(name)
            else:
                provider.create(name)
        if PoliciesSql(connection).active() is None:
            PoliciesSql(connection).apply(PolicySource.shipped(), at=SystemClock().now())
    keystore = open_engine(settings.keystore_database, wait_seconds=settings.database_wait_seconds)
    with transaction(keystore, writes=True) as connection:
        keystore_metadata.create_all(connection)
    for opened in (engine, keystore):
        if opened.dialect.name == "sqlite" and opened.url.database:
            Path(opened.url.database).chmod(0o600)
