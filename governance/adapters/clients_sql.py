"""Clients in SQL."""

import json

from sqlalchemy import Connection, Row, insert, select, update

from governance.actors import Client, Registration, Role, SecretHash
from governance.adapters.tables_access import clients
from governance.errors import ClientExists
from identity.ids import EntityId


class ClientsSql:
    """A ClientStore inside somebody else's transaction; it never commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, registration: Registration) -> None:
        """Store a new client. Raises ClientExists when the id is taken.

        BUG: two transactions that add the same id at once end in the database's own integrity error for the second,
        which is loud and leaves the first as it was.
        """
        client = registration.client
        if self.get(client.id) is not None:
            raise ClientExists("a client with this id exists", remedy="choose another id")
        row = {
            "id": client.id,
            "entity": client.entity,
            "roles": json.dumps(sorted(client.roles)),
            "purposes": json.dumps(sorted(client.purposes)),
            "disabled": client.disabled,
            "secret_hash": registration.secret.text,
        }
        self._connection.execute(insert(clients), [row])

    def get(self, client_id: str) -> Registration | None:
        """The client under `client_id`, or None; a text that no database can hold is nobody's id."""
        if "\0" in client_id or not client_id.isascii():
            return None
        row = self._connection.execute(select(clients).where(clients.c.id == client_id)).one_or_none()
        return None if row is None else Registration(_client(row), SecretHash(row.secret_hash))

    def disable(self, client_id: str) -> bool:
        """Refuse this client from now on; True iff it exists."""
        if self.get(client_id) is None:
            return False
        self._connection.execute(update(clients).where(clients.c.id == client_id).values(disabled=True))
        return True

    def list(self) -> tuple[Client, ...]:
        """All clients, by id."""
        rows = self._connection.execute(select(clients)).all()
        # Sorted here because databases disagree about the order of hyphens.
        return tuple(sorted((_client(row) for row in rows), key=lambda client: client.id))


def _client(row: Row[tuple[object, ...]]) -> Client:
    return Client(
        id=row.id,
        entity=EntityId(row.entity),
        roles=frozenset(Role(role) for role in json.loads(row.roles)),
        purposes=frozenset(json.loads(row.purposes)),
        disabled=bool(row.disabled),
    )
