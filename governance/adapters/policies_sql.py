"""Every policy version that was ever applied, in SQL."""

import json

from sqlalchemy import Connection, func, insert, select

from governance.adapters.tables_access import policies, policies_applied
from governance.errors import InvalidPolicy, UnknownPolicyVersion
from governance.policy_source import PolicySource
from identity.ids import Instant


class PoliciesSql:
    """A PolicyStore inside somebody else's transaction; it never commits."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._active_version: str | None = None

    def apply(self, source: PolicySource, *, at: Instant) -> str:
        """Make `source` the policy from `at` on. Raises InvalidPolicy when `at` lies before the last change."""
        self._active_version = None
        last = self._last()
        if last is not None and last[1] == source.version:
            return source.version
        if last is not None and at < last[2]:
            raise InvalidPolicy("a policy cannot come into force before its predecessor", remedy="check the clock")
        if self._stored(source.version) is None:
            row = {"version": source.version, "source": source.canonical().decode()}
            self._connection.execute(insert(policies), [row])
        sequence = 0 if last is None else last[0] + 1
        applied = {"sequence": sequence, "version": source.version, "applied_at": at}
        self._connection.execute(insert(policies_applied), [applied])
        return source.version

    def active(self, *, at: Instant | None = None) -> PolicySource | None:
        """The policy in force at `at` (None: the latest applied), or None before the first."""
        last = self._last(at)
        return None if last is None else self.get(last[1])

    def active_version(self) -> str | None:
        """The version of the latest policy applied, without its texts; looked up once in a transaction."""
        if self._active_version is None:
            last = self._last()
            self._active_version = None if last is None else last[1]
        return self._active_version

    def get(self, version: str) -> PolicySource:
        """The texts of `version`. Raises UnknownPolicyVersion."""
        text = self._stored(version)
        if text is None:
            raise UnknownPolicyVersion("no policy of this version", remedy="name a version that was applied here")
        found = json.loads(text)
        return PolicySource(found["schema"], found["policies"], found["entities"])

    def _stored(self, version: str) -> str | None:
        return self._connection.execute(select(policies.c.source).where(policies.c.version == version)).scalar()

    def _last(self, at: Instant | None = None) -> tuple[int, str, Instant] | None:
        newest = select(func.max(policies_applied.c.sequence))
        if at is not None:
            newest = newest.where(policies_applied.c.applied_at <= at)
        row = self._connection.execute(
            select(policies_applied).where(policies_applied.c.sequence == newest.scalar_subquery())
        ).one_or_none()
        return None if row is None else (row.sequence, row.version, row.applied_at)
