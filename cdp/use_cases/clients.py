"""API clients: registering one for an entity, and telling who calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore

from cdp.access_tokens import AccessToken
from cdp.errors import NotAuthenticated, NotPermitted, TooBusy
from cdp.wiring import Application
from governance import actors
from governance.actors import Client, Registration, Role, Secret
from identity.ids import EntityId

_VERIFYING = BoundedSemaphore(2)
"""How many secrets are verified at once: each costs a core some 50 ms and 16 MiB."""

_WAIT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class _Found:
    """A store that holds the one client that was looked up, or nobody."""

    name: str
    registration: Registration | None

    def get(self, client_id: str) -> Registration | None:
        return self.registration if client_id == self.name else None


def register(
    app: Application, name: str, *, entity: EntityId, roles: Sequence[Role], purposes: Sequence[str] = ("*",)
) -> Secret:
    """Add a client of `entity` and give its secret, which is shown once and kept as a hash only.

    Raises InvalidClient for a malformed name, ClientExists for a taken one, UnknownPurpose for no purpose of the group.
    """
    for purpose in purposes:
        if purpose != actors.ANY_PURPOSE:
            app.trees.purposes.get(purpose)
    client = Client(name, entity, frozenset(roles), frozenset(purposes))
    secret = actors.new_secret(app.entropy)
    with app.hub(writes=True) as hub:
        hub.clients.add(actors.register(client, secret, entropy=app.entropy))
    return secret


def issue_token(app: Application, name: str, secret: str) -> AccessToken:
    """An access token for the client, if the secret is its own.

    Raises AuthenticationFailed alike, after the same work, for an unknown client, a wrong secret or a disabled client.
    """
    with app.hub(writes=False) as hub:
        found = _Found(name, hub.clients.get(name))
    # Only now, with the connection given back: scrypt is slow on purpose, and callers come unasked.
    if not _VERIFYING.acquire(timeout=_WAIT_SECONDS):
        raise TooBusy("too many clients prove themselves at once", remedy="try again in a second")
    try:
        client = actors.authenticate(found, name, Secret(secret))
    finally:
        _VERIFYING.release()
    return app.access_tokens.issue(client.id, at=app.clock.now(), nonce=app.entropy.random_bytes(8).hex())


def client_of_token(app: Application, text: str) -> Client:
    """The client that an access token names, as it stands now: a disabled client's tokens end at once."""
    name = app.access_tokens.client_of(text, at=app.clock.now())
    with app.hub(writes=False) as hub:
        found = hub.clients.get(name)
    if found is None or found.client.disabled:
        raise NotAuthenticated("this client has been disabled", remedy="ask your operator")
    return found.client


def require_role(client: Client, *roles: Role) -> Client:
    """The same client, if it has one of `roles`. Raises NotPermitted otherwise."""
    if client.roles.isdisjoint(roles):
        needed = " or ".join(sorted(roles))
        raise NotPermitted("your client lacks the role for this", why=f"it needs {needed}", remedy="ask your operator")
    return client
