"""What every store of clients keeps to: memory, SQLite and PostgreSQL."""

import pytest
from sqlalchemy import Connection, text

from governance.actors import Client, Registration, Role, Secret, SecretHash
from governance.adapters.clients_memory import ClientsMemory
from governance.adapters.clients_sql import ClientsSql
from governance.errors import ClientExists
from governance.ports import ClientStore
from identity.ids import EntityId

SECRET = Secret("an invented secret")
HASH = SecretHash.of(SECRET, salt=bytes(16))
OTHER_HASH = SecretHash.of(Secret("another"), salt=bytes(16))
A_WEB = Client("a-web", EntityId("shop"), frozenset({Role.ENGINEER, Role.STEWARD}), frozenset({"marketing", "*"}))
AB = Client("ab", EntityId("bank"), frozenset({Role.EDGE}))
Z_OFF = Client("z-off", EntityId("bank"), frozenset({Role.DPO}), disabled=True)


class ClientStoreContract:
    """The laws; each subclass names a store."""

    def test_what_was_added_comes_back_as_it_was(self, clients: ClientStore) -> None:
        for client in (A_WEB, AB, Z_OFF):
            clients.add(Registration(client, HASH))
        assert clients.get("a-web") == Registration(A_WEB, HASH)
        assert clients.get("z-off") == Registration(Z_OFF, HASH)
        assert clients.get("a-web").secret.verifies(SECRET)  # type: ignore[union-attr]

    def test_nobody_is_none_whatever_the_text(self, clients: ClientStore) -> None:
        for name in ("nobody", "", "\0", "店", "a" * 100_000, "' or 1=1 --"):
            assert clients.get(name) is None
            assert clients.disable(name) is False

    def test_a_taken_id_is_refused_and_changes_nothing(self, clients: ClientStore) -> None:
        clients.add(Registration(AB, HASH))
        with pytest.raises(ClientExists):
            clients.add(Registration(Client("ab", EntityId("shop"), frozenset({Role.DPO})), OTHER_HASH))
        assert clients.get("ab") == Registration(AB, HASH)

    def test_a_disabled_client_stays_known_and_disabled(self, clients: ClientStore) -> None:
        clients.add(Registration(A_WEB, HASH))
        assert clients.disable("a-web")
        assert clients.disable("a-web")
        found = clients.get("a-web")
        assert found is not None
        assert found.client.disabled
        assert found.client.purposes == A_WEB.purposes

    def test_all_are_listed_by_id(self, clients: ClientStore) -> None:
        assert clients.list() == ()
        for client in (Z_OFF, AB, A_WEB):
            clients.add(Registration(client, HASH))
        assert clients.list() == (A_WEB, AB, Z_OFF)


class TestClientsMemory(ClientStoreContract):
    @pytest.fixture
    def clients(self) -> ClientStore:
        return ClientsMemory()


class TestClientsSql(ClientStoreContract):
    @pytest.fixture
    def clients(self, sql_connection: Connection) -> ClientStore:
        return ClientsSql(sql_connection)

    def test_no_secret_reaches_the_database(self, clients: ClientStore, sql_connection: Connection) -> None:
        clients.add(Registration(A_WEB, HASH))
        rows = sql_connection.execute(text("select * from governance_clients")).all()
        assert SECRET.reveal() not in str(rows)
