"""The answer for one person: may this controller's data of theirs go to this recipient, now?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from consent.agreements import AgreementBook, Coverage
from consent.basis import Operation
from consent.errors import InvalidEvent, UnknownCategory, UnknownPurpose
from consent.fold import Folded, meet, meet_all, state_of
from consent.ledger import STOPS, ConsentEvent, State
from consent.question import Question
from consent.trees import Trees, shipped
from identity.ids import EntityId, Instant, RecordId

__all__ = ["Folded", "Permission", "PersonConsent", "Question", "RecordConsent", "meet", "meet_all", "state_of"]

RecordConsent: TypeAlias = tuple[EntityId, Sequence[ConsentEvent]]
"""The controller of a record, and the events about it."""

REASONS: Final[Mapping[State, str]] = MappingProxyType(
    {
        State.GIVEN: "consent-given",
        State.REFUSED: "consent-refused",
        State.WITHDRAWN: "consent-withdrawn",
        State.OBJECTED: "objected",
        State.RESTRICTED: "restricted",
        State.EXPIRED: "consent-expired",
        State.UNKNOWN: "no-consent",
    }
)

_ENTAILED: Final = MappingProxyType({Operation.SHARE: (Operation.SHARE, Operation.USE)})
"""What the recipient goes on to do with what it gets: sharing with it is for its use."""


@dataclass(frozen=True, slots=True)
class Permission:
    """A decision with its reasons.

    `reason` is a slug: one of REASONS, `no-agreement`, `agreement-ended`, `unknown-purpose`, `unknown-category` or
    `unknown-record`. `events` are the ids of the ledger's entries that decided, sorted; `agreement` is the id of the
    agreement relied on, None within one company.
    """

    allowed: bool
    state: State
    reason: str
    events: tuple[str, ...] = ()
    agreement: str | None = None


class PersonConsent:
    """The consents of all records that are one person, each record's own kept apart.

    INVARIANT: a record's events are never copied to another. What merging forbids is found by the meet at the read,
    so a split gives every record exactly its own back.
    """

    __slots__ = ("_records", "_trees")

    def __init__(self, records: Mapping[RecordId, RecordConsent], *, trees: Trees | None = None) -> None:
        """`trees` None: as shipped; what only the operator's trees know is then denied.

        Raises InvalidEvent for an event under a record that it is not about.
        """
        if any(event.record != record for record, (_, events) in records.items() for event in events):
            raise InvalidEvent("a consent event stands under a record that it is not about")
        self._records = {record: (controller, tuple(events)) for record, (controller, events) in records.items()}
        self._trees = trees or shipped()

    @property
    def records(self) -> Mapping[RecordId, RecordConsent]:
        """Each record's controller and own events."""
        return MappingProxyType(self._records)

    def merged(self, other: "PersonConsent") -> "PersonConsent":
        """The person that both turn out to be. Raises InvalidEvent where one record has two controllers."""
        both = dict(self._records)
        for record, (controller, events) in other.records.items():
            held_by, held = both.get(record, (controller, ()))
            if held_by != controller:
                raise InvalidEvent("one record has two controllers")
            both[record] = (controller, tuple(dict.fromkeys((*held, *events))))
        return PersonConsent(both, trees=self._trees)

    def split(self, records: Iterable[RecordId]) -> "PersonConsent":
        """The person that has only these of the records."""
        wanted = set(records)
        return PersonConsent({r: held for r, held in self._records.items() if r in wanted}, trees=self._trees)

    def answer(
        self,
        question: Question,
        *,
        record: RecordId,
        agreements: AgreementBook,
        at: Instant,
        known_at: Instant | None = None,
    ) -> Permission:
        """Whether data of `record` may flow as asked at `at`, by what was known at `known_at` (None: by all we know).

        Never raises: whatever cannot be decided is denied with its reason. The agreement is looked at first, so that
        a recipient without one learns nothing of what the person chose.
        """
        try:
            self._trees.purposes.get(question.purpose)
            self._trees.categories.get(question.category)
        except (UnknownPurpose, UnknownCategory) as fault:
            return Permission(allowed=False, state=State.UNKNOWN, reason=fault.code)
        if self._records.get(record, (None, ()))[0] != question.controller:
            return Permission(allowed=False, state=State.UNKNOWN, reason="unknown-record")
        agreement = None
        if question.controller != question.recipient:
            agreement = agreements.covers(question, at, known_at)
            if agreement is None:
                return self._without_agreement(agreements.coverage(question, at, known_at))
        folded = self._folded(question, at, known_at)
        return Permission(
            allowed=folded.state is State.GIVEN,
            state=folded.state,
            reason=REASONS[folded.state],
            events=tuple(sorted(folded.events)),
            agreement=agreement.id if agreement else None,
        )

    @staticmethod
    def _without_agreement(coverage: Coverage) -> Permission:
        return Permission(allowed=False, state=State.UNKNOWN, reason=coverage.value)

    def _folded(self, question: Question, at: Instant, known_at: Instant | None) -> Folded:
        """The meet over the controller's records and over what the person told the recipient itself."""
        own = meet_all(self._states(question, at, known_at))
        if question.recipient == question.controller:
            return own
        return meet_all([own, *self._refusals_at_recipient(question, at, known_at)])

    def _states(self, question: Question, at: Instant, known_at: Instant | None) -> list[Folded]:
        return [
            state_of(events, question, at=at, known_at=known_at, trees=self._trees)
            for controller, events in self._records.values()
            if controller == question.controller
        ]

    def _refusals_at_recipient(self, question: Question, at: Instant, known_at: Instant | None) -> list[Folded]:
        """What forbids the recipient to use even its own data so; that it was permitted nothing of its own does not."""
        asked = [
            Question(question.recipient, question.recipient, question.purpose, question.category, operation)
            for operation in _ENTAILED.get(question.operation, (question.operation,))
        ]
        states = [folded for own in asked for folded in self._states(own, at, known_at)]
        return [folded for folded in states if folded.state in STOPS]
