"""Agreements in memory, for tests."""

from consent.agreements import Agreement, ended_version, next_version
from identity.ids import Instant


class AgreementsMemory:
    """An AgreementStore that forgets when the process ends."""

    def __init__(self) -> None:
        self._versions: dict[str, list[Agreement]] = {}

    def record(self, agreement: Agreement) -> Agreement:
        """See AgreementStore."""
        return self._keep(next_version(self._latest(agreement.id), agreement))

    def all(self) -> tuple[Agreement, ...]:
        """See AgreementStore."""
        return tuple(one for id_ in sorted(self._versions) for one in self._versions[id_])

    def end(self, agreement: str, at: Instant, *, known_at: Instant | None = None) -> Agreement:
        """See AgreementStore."""
        return self._keep(ended_version(self._latest(agreement), at, at if known_at is None else known_at))

    def _latest(self, id_: str) -> Agreement | None:
        versions = self._versions.get(id_)
        return versions[-1] if versions else None

    def _keep(self, agreement: Agreement) -> Agreement:
        versions = self._versions.setdefault(agreement.id, [])
        if agreement not in versions:
            versions.append(agreement)
        return agreement
