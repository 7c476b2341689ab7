"""A small group of companies behind its HTTP API: invented people in files, clients of every role, one database."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from pipeline_world import no_findings
from sqlalchemy import event

from cdp.http.app import create
from cdp.http.records import wire
from cdp.settings import Settings
from cdp.wiring import Application, initialise
from governance.actors import Client, Registration, Role, SecretHash
from governance.vault import Vault
from identity.ids import EntityId, SuperId, entity_id
from identity.recipes import shipped_recipes
from identity.secret import SecretKey
from identity.tokens import CmacTokeniser
from pipelines.adapters.files import LocalFiles
from pipelines.contract import Contract
from pipelines.contract_yaml import contract_from
from pipelines.edge import Edge, edge_keys
from pipelines.ingest import ingest
from pipelines.limits import IngestLimits
from pipelines.plan import Stopwatch

SHOP, BANK, TRAVEL = (entity_id(name) for name in ("shop", "bank", "travel"))
PURPOSE = "personalisation"

_CONTRACT = """
contract: 1
entity: {entity}
name: customers
source_key: id
locale: en
region: AU
fields:
  given_name: given
  family_name: family
  birth_date: born
  email: mail
  phone: phone
facts:
  - {{column: amount, name: {entity}.amount, category: user.behavior.purchase_history, type: number}}
  - {{column: tier, name: {entity}.tier, category: user.behavior, type: text}}
permissions:
  - {{operations: [link], purpose: identity-resolution, basis: joint-use, notice: n-1}}
  - {{operations: [use, share], purpose: personalisation, basis: consent, notice: n-1}}
  - {{operations: [use, share], purpose: marketing, basis: consent, notice: n-1}}
agreements:
  - {{id: {entity}-to-all, recipient: "*", operations: [link, share, use], basis: joint-use,
     purposes: [identity-resolution, personalisation, marketing]}}
"""
_COLUMNS = ("id", "given", "family", "born", "mail", "phone", "amount", "tier")


@dataclass(frozen=True, slots=True)
class Somebody:
    """An invented person and the companies that know them from the start."""

    given: str
    family: str
    born: str
    number: int
    known_to: tuple[EntityId, ...]

    def key(self, entity: str) -> str:
        """The company's own name for its customer."""
        return f"{entity.upper()}-CUSTOMER-{self.family.upper()}-{90_000 + self.number}"

    def row(self, entity: str) -> tuple[str, ...]:
        """The customer in the company's file."""
        amount, tier = self.facts(entity)
        return (self.key(entity), self.given, self.family, self.born, self.mail, self.phone, str(amount), tier)

    def facts(self, entity: str) -> tuple[float, str]:
        """What the company knows of them."""
        return 1000.25 + self.number * 16 + len(entity), f"zircon-{entity}-{self.number}"

    @property
    def mail(self) -> str:
        """An e-mail address that nobody has."""
        return f"{self.given}.{self.family}.{self.number}@mail.example".lower()

    @property
    def phone(self) -> str:
        """A number from the range that Australia keeps for fiction."""
        return f"04915700{self.number:02d}"

    def identifiers(self) -> list[str]:
        """What nobody outside the companies may ever see."""
        keys = [self.key(entity) for entity in (SHOP, BANK, TRAVEL)]
        return [self.given, self.family, self.born, self.mail, self.phone, *keys]


ALL = (SHOP, BANK, TRAVEL)
PEOPLE: Mapping[str, Somebody] = {
    one.given.lower(): one
    for one in (
        Somebody("Mirabelle", "Okonkwo", "1981-04-03", 6, ALL),
        Somebody("Pavel", "Novotny", "1969-11-23", 8, (SHOP, BANK)),
        Somebody("Aikoha", "Fernandes", "1990-01-30", 10, (SHOP,)),
        Somebody("Tomasine", "Lindqvist", "1975-11-17", 12, (BANK,)),
        Somebody("Kenjiro", "Abernathy", "1988-07-09", 14, ALL),
        Somebody("Leilani", "Bergstrom", "1993-02-14", 16, (SHOP, BANK)),
        Somebody("Omarion", "Castellano", "1979-05-28", 18, (SHOP, BANK)),
        Somebody("Nadezhda", "Dubois", "1986-12-05", 20, (SHOP, BANK)),
        Somebody("Yaroslav", "Eriksen", "1997-08-19", 22, (BANK,)),
        Somebody("Ingeborg", "Fitzgerald", "1964-03-31", 24, (BANK,)),
        Somebody("Quillon", "Grimaldi", "1971-10-02", 26, (BANK,)),
    )
}

CLIENTS = {
    "shop-engineer": (SHOP, Role.ENGINEER),
    "shop-steward": (SHOP, Role.STEWARD),
    "shop-edge": (SHOP, Role.EDGE),
    "shop-dpo": (SHOP, Role.DPO),
    "bank-engineer": (BANK, Role.ENGINEER),
    "bank-edge": (BANK, Role.EDGE),
    "bank-dpo": (BANK, Role.DPO),
    "travel-engineer": (TRAVEL, Role.ENGINEER),
    "travel-dpo": (TRAVEL, Role.DPO),
}
_UNUSED = SecretHash(f"scrypt$14$8$1${'A' * 22}${'A' * 43}")


@dataclass
class Group:
    """The running group. `api` is its HTTP API; `as_(client)` gives the headers of a client of CLIENTS."""

    app: Application
    api: TestClient
    folder: Path
    _tokens: dict[str, str] = field(default_factory=dict)

    def as_(self, client: str) -> dict[str, str]:
        """Headers with an access token, issued without the cost of proving a secret."""
        if client not in self._tokens:
            issued = self.app.access_tokens.issue(client, at=self.app.clock.now(), nonce=client)
            self._tokens[client] = issued.text
        return {"Authorization": f"Bearer {self._tokens[client]}"}

    def add_client(self, name: str, entity: EntityId, *roles: Role, purposes: Sequence[str] = ("*",)) -> None:
        """A client whose secret nobody has."""
        with self.app.hub(writes=True) as hub:
            hub.clients.add(Registration(Client(name, entity, frozenset(roles), frozenset(purposes)), _UNUSED))

    def own(self, entity: str, who: str, purpose: str = PURPOSE) -> Any:
        """The answer to a read of a company's own customer by its own source key."""
        return self.api.post(
            "/v1/profiles/by-source-key",
            params={"purpose": purpose},
            json={"source_key": PEOPLE[who].key(entity)},
            headers=self.as_(f"{entity}-engineer"),
        )

    def read(self, entity: str, pseudonym: str, purpose: str = PURPOSE) -> Any:
        """The answer to a read by pseudonym."""
        headers = self.as_(f"{entity}-engineer")
        return self.api.get(f"/v1/profiles/{pseudonym}", params={"purpose": purpose}, headers=headers)

    def pseudonym(self, entity: str, who: str, purpose: str = PURPOSE) -> str:
        """What a company calls its customer for a purpose."""
        return str(self.own(entity, who, purpose).json()["pseudonym"])

    def super_id(self, who: str, *, entity: EntityId) -> SuperId:
        """Who the hub holds a company's customer for."""
        ref = self.app.reference(entity, PEOPLE[who].key(entity))
        with self.app.hub(writes=False) as hub:
            record = hub.stores.refs.find(entity, [ref])[ref].record
            return hub.stores.members.current([record])[record]

    def deliver(self, client: str, records: Sequence[object], key: str, **more: object) -> Any:
        """The answer to a delivery of records."""
        headers = {**self.as_(client), "Idempotency-Key": key}
        return self.api.post("/v1/records", json={"records": records, **more}, headers=headers)

    def tell(self, client: str, events: Sequence[object], key: str) -> Any:
        """The answer to events of consent."""
        headers = {**self.as_(client), "Idempotency-Key": key}
        return self.api.post("/v1/consents", json={"events": events}, headers=headers)

    def leaf(self, index: int) -> Mapping[str, Any]:
        """What stands in the journal at `index`, read in a transaction of its own."""
        with self.app.hub(writes=False) as hub:
            return hub.journal.entry(index).leaf

    def close(self) -> None:
        """Let go of the databases."""
        self.app.engine.dispose()
        self.app.keystore.dispose()


def new_group(folder: Path, database_url: str = "") -> Group:
    """A group of three companies in a home of its own: every one delivered its file, no client has called yet."""
    settings = Settings(
        home=folder / "home", database_url=database_url, request_bytes_max=200_000, batch_records_max=20
    )
    settings = replace(settings, batch_profiles_max=8, page_entries_max=50, database_wait_seconds=2)
    initialise(settings, group="invented", persons=1000)
    app = Application(settings)
    for engine in (app.engine, app.keystore):
        _hurry(engine)
    group = Group(app, TestClient(create(app)), folder)
    for name, (entity, role) in CLIENTS.items():
        group.add_client(name, entity, role)
    for entity in ALL:
        app.keys.create(f"entity/{entity}")
        ingest(_file(folder, entity), contract_of(entity), replace(app.ingestion(entity), scan=no_findings))
    return group


def contract_of(entity: EntityId) -> Contract:
    """What a company promises."""
    return contract_from(_CONTRACT.format(entity=entity))


def records_of(group: Group, entity: EntityId, *people: Somebody, tier: str | None = None) -> list[dict[str, Any]]:
    """The records that a company's edge would send over HTTP for these people."""
    rows = [(*one.row(entity)[:-1], tier or one.row(entity)[-1]) for one in people]
    path = group.folder / f"{entity}-http.csv"
    path.write_text(_csv(rows), "utf-8")
    contract, keys = contract_of(entity), edge_keys(group.app.keys, entity)
    edge = Edge(
        contract=contract,
        keys=keys,
        tokeniser=CmacTokeniser(keys.linkage),
        recipes=shipped_recipes(),
        vault=Vault(group.app.entropy),
        seal_keys=lambda refs: {ref: SecretKey(ref) for ref in refs},
        trees=group.app.trees,
        clock=group.app.clock,
    )
    (batch,) = LocalFiles().open(str(path), contract.format, IngestLimits()).batches()
    return [wire(one) for one in edge.batch(edge.commit(batch), Stopwatch(group.app.clock)).records]


def terms(purpose: str = "identity-resolution", *operations: str, **more: object) -> dict[str, Any]:
    """The terms of a permission to or for everybody, about everything."""
    return {
        "operations": list(operations or ("link",)),
        "purpose": purpose,
        "recipients": ["*"],
        "categories": ["*"],
        "basis": "consent",
        "notice": "n-2",
        **more,
    }


def said(who: str, entity: EntityId, state: str, about: Mapping[str, Any], **more: object) -> dict[str, Any]:
    """One event of consent of a company's customer."""
    return {"source_key": PEOPLE[who].key(entity), "terms": about, "state": state, **more}


def _file(folder: Path, entity: EntityId) -> str:
    path = folder / f"{entity}.csv"
    path.write_text(_csv([one.row(entity) for one in PEOPLE.values() if entity in one.known_to]), "utf-8")
    return str(path)


def _csv(rows: Sequence[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([_COLUMNS, *rows])
    return text.getvalue()


def _hurry(engine: Any) -> None:
    """Nothing in a test waits for the disk."""
    if engine.dialect.name == "sqlite":
        engine.dispose()
        event.listen(engine, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))
