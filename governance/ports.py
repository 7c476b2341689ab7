"""The roles that governance asks the world to play for clients, policies and the journal."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from governance.actors import Client, Registration
from governance.journal.leaf import JSON
from governance.policy_source import PolicySource
from identity.ids import Instant


class ClientStore(Protocol):
    """Keeps clients and the hashes of their secrets; never a secret."""

    def add(self, registration: Registration) -> None:
        """Store a new client. Raises ClientExists when the id is taken; nothing changes then."""
        ...

    def get(self, client_id: str) -> Registration | None:
        """The client under `client_id`, disabled ones too, or None."""
        ...

    def disable(self, client_id: str) -> bool:
        """Refuse this client from now on; True iff it exists. Disabling twice is disabling once."""
        ...

    def list(self) -> tuple[Client, ...]:
        """All clients, by id."""
        ...


class PolicyStore(Protocol):
    """Keeps every policy version that was ever applied, so that a past decision can be taken again."""

    def apply(self, source: PolicySource, *, at: Instant) -> str:
        """Make `source` the policy from `at` on; gives its version. Applying the active version changes nothing."""
        ...

    def active(self, *, at: Instant | None = None) -> PolicySource | None:
        """The policy in force at `at` (None: the latest applied), or None before the first."""
        ...

    def active_version(self) -> str | None:
        """The version of the latest policy applied, without its texts, or None before the first."""
        ...

    def get(self, version: str) -> PolicySource:
        """The texts of `version`. Raises UnknownPolicyVersion."""
        ...


class LeafSink(Protocol):
    """Takes leaves into the journal; `governance.journal.Journal` is one."""

    def append(self, leaves: Sequence[Mapping[str, JSON]]) -> range:
        """The indices of `leaves` (see `governance.journal.leaf.complete`), once they are part of the tree.

        Returns only when the leaves are durable, or bound to the transaction that the answer waits for. Raises when
        it cannot; then nothing may be granted.
        """
        ...
