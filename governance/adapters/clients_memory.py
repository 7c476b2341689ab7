"""Clients in memory, for tests and for an API that holds its own."""

from dataclasses import replace

from governance.actors import Client, Registration
from governance.errors import ClientExists


class ClientsMemory:
    """A ClientStore that forgets at the end of the process."""

    def __init__(self) -> None:
        self._registrations: dict[str, Registration] = {}

    def add(self, registration: Registration) -> None:
        """Store a new client. Raises ClientExists when the id is taken."""
        if registration.client.id in self._registrations:
            raise ClientExists("a client with this id exists", remedy="choose another id")
        self._registrations[registration.client.id] = registration

    def get(self, client_id: str) -> Registration | None:
        """The client under `client_id`, or None."""
        return self._registrations.get(client_id)

    def disable(self, client_id: str) -> bool:
        """Refuse this client from now on; True iff it exists."""
        found = self._registrations.get(client_id)
        if found is None:
            return False
        self._registrations[client_id] = replace(found, client=replace(found.client, disabled=True))
        return True

    def list(self) -> tuple[Client, ...]:
        """All clients, by id."""
        return tuple(self._registrations[name].client for name in sorted(self._registrations))
