"""Agreements between companies: without one nothing flows, whatever the person consented to."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from consent.basis import LegalBasis, Operation
from consent.errors import AgreementEnded, InvalidAgreement, UnknownAgreement
from consent.ledger import EVERYONE
from consent.purposes import IDENTITY_RESOLUTION
from consent.question import Question
from consent.taxonomy import ALL
from consent.trees import Trees, shipped
from identity.ids import EntityId, Instant

TEXT_MAX_CHARACTERS: Final = 500


@dataclass(frozen=True, slots=True)
class Agreement:
    """What `controller` may let `recipient` do, on which ground, from `starts` until just before `ends`.

    One direction only. `recipient`, `purposes` and `categories` may hold `"*"`. Versions of one id replace each other
    as a whole, so a change that is to hold from a later day is an agreement of its own. `reference` is where it is
    written down or published (APPI Art. 27(5)(iii)). Instants in microseconds.

    Raises InvalidAgreement when it contradicts itself.
    """

    id: str
    version: int
    controller: EntityId
    recipient: str
    operations: frozenset[Operation]
    purposes: frozenset[str]
    categories: frozenset[str]
    basis: LegalBasis
    starts: Instant
    ends: Instant | None
    reference: str
    known_at: Instant

    def __post_init__(self) -> None:
        for fault, is_so in (
            ("its id is empty or too long", not 0 < len(self.id) <= 100),
            ("its version is below 1", self.version < 1),
            ("a company needs no agreement with itself", self.controller == self.recipient),
            ("it names no operation", not self.operations),
            ("it names no purpose", not self.purposes),
            ("it names no category", not self.categories),
            ("it ends before it starts", self.ends is not None and self.ends < self.starts),
            ("its reference is too long", len(self.reference) > TEXT_MAX_CHARACTERS),
        ):
            if is_so:
                raise InvalidAgreement("an agreement is invalid", why=fault, remedy="correct it and record it again")

    def holds_at(self, at: Instant) -> bool:
        """Whether its term covers the instant."""
        return self.starts <= at and (self.ends is None or at < self.ends)


def checked_agreement(agreement: Agreement, trees: Trees) -> Agreement:
    """The same agreement, once its purposes and categories are found in the trees.

    Raises UnknownPurpose or UnknownCategory.
    """
    for purpose in agreement.purposes - {ALL}:
        trees.purposes.get(purpose)
    for category in agreement.categories - {ALL}:
        trees.categories.get(category)
    return agreement


def next_version(latest: Agreement | None, proposed: Agreement) -> Agreement:
    """What to keep when `proposed` is recorded over `latest`: `latest` itself where the content is the same.

    Raises AgreementEnded when the agreement is over at `proposed.known_at`: what was ended is not reopened by loading
    an old file again, and the parties conclude a new agreement under a new id.
    """
    if latest is None:
        return replace(proposed, version=1)
    if replace(proposed, version=latest.version, known_at=latest.known_at) == latest:
        return latest
    if latest.ends is not None and latest.ends <= proposed.known_at:
        raise AgreementEnded("the agreement has ended", remedy="record the new agreement under a new id")
    return replace(proposed, version=latest.version + 1)


def ended_version(latest: Agreement | None, at: Instant, known_at: Instant) -> Agreement:
    """The version in which the agreement ends at `at`: `latest` itself where it ends no later anyway.

    Raises UnknownAgreement.
    """
    if latest is None:
        raise UnknownAgreement("no such agreement", remedy="use the id under which the agreement was recorded")
    if latest.ends is not None and latest.ends <= at:
        return latest
    return replace(latest, version=latest.version + 1, ends=max(at, latest.starts), known_at=known_at)


class Coverage(StrEnum):
    """Whether an agreement lets data flow."""

    COVERED = "covered"
    ENDED = "agreement-ended"
    NONE = "no-agreement"


class AgreementBook:
    """The agreements as one decision sees them; give it every version of each.

    INVARIANT: of one id only the newest version known at the time counts.
    """

    __slots__ = ("_ids", "_trees", "_versions")

    def __init__(self, agreements: Iterable[Agreement], *, trees: Trees | None = None) -> None:
        """`trees` None: as shipped; a purpose or category of the operator's is then unknown, so never covered."""
        self._trees = trees or shipped()
        self._versions: dict[str, list[Agreement]] = {}
        self._ids: dict[tuple[str, str], set[str]] = {}
        for agreement in sorted(agreements, key=lambda one: (one.id, one.version)):
            self._versions.setdefault(agreement.id, []).append(agreement)
            self._ids.setdefault((agreement.controller, agreement.recipient), set()).add(agreement.id)

    def covers(self, question: Question, at: Instant, known_at: Instant | None = None) -> Agreement | None:
        """The agreement under which the data may flow at that instant, the first by id, or None."""
        return next((one for one in self._offering(question, known_at) if one.holds_at(at)), None)

    def coverage(self, question: Question, at: Instant, known_at: Instant | None = None) -> Coverage:
        """Whether an agreement covers the question, did until it ended, or does not."""
        offering = self._offering(question, known_at)
        if any(one.holds_at(at) for one in offering):
            return Coverage.COVERED
        return Coverage.ENDED if any(one.ends is not None and one.ends <= at for one in offering) else Coverage.NONE

    def links(self, a: EntityId, b: EntityId, at: Instant, known_at: Instant | None = None) -> bool:
        """Whether two companies may link: both must offer `link` to the other for identity resolution.

        Linking moves no category of data across the border, so the categories of the agreement do not matter.
        """
        return a != b and self._offers_link(a, b, at, known_at) and self._offers_link(b, a, at, known_at)

    def linkable(
        self, a: EntityId, entities: Iterable[EntityId], at: Instant, known_at: Instant | None = None
    ) -> frozenset[EntityId]:
        """Those of the entities that `a` may link with."""
        return frozenset(b for b in entities if self.links(a, b, at, known_at))

    def _offers_link(self, giver: EntityId, taker: EntityId, at: Instant, known_at: Instant | None) -> bool:
        return any(
            Operation.LINK in one.operations and self._has_purpose(one, IDENTITY_RESOLUTION) and one.holds_at(at)
            for one in self._between(giver, taker, known_at)
        )

    def _offering(self, question: Question, known_at: Instant | None) -> list[Agreement]:
        return [
            one
            for one in self._between(question.controller, question.recipient, known_at)
            if question.operation in one.operations
            and self._has_purpose(one, question.purpose)
            and any(self._trees.categories.grants(category, question.category) for category in one.categories)
        ]

    def _has_purpose(self, agreement: Agreement, purpose: str) -> bool:
        return any(self._trees.purposes.grants(granted, purpose) for granted in agreement.purposes)

    def _between(self, giver: str, taker: str, known_at: Instant | None) -> list[Agreement]:
        ids = self._ids.get((giver, taker), set()) | self._ids.get((giver, EVERYONE), set())
        newest = filter(None, (self._newest(id_, known_at) for id_ in sorted(ids)))
        return [one for one in newest if one.controller == giver and one.recipient in {taker, EVERYONE}]

    def _newest(self, id_: str, known_at: Instant | None) -> Agreement | None:
        known = [one for one in self._versions[id_] if known_at is None or one.known_at <= known_at]
        return known[-1] if known else None
