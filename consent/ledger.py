"""The events of consent: what a person said or was told, as it is written down for good."""

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from typing import Final, TypeAlias

from consent.basis import LegalBasis, Operation
from consent.errors import InvalidEvent
from consent.taxonomy import ALL
from consent.trees import Trees
from identity.ids import EntityId, Instant, RecordId

Everyone: TypeAlias = str
"""The literal `"*"` among recipients."""

EVERYONE: Final[Everyone] = "*"
ANY_CATEGORY: Final = ALL
TEXT_MAX_CHARACTERS: Final = 500

_EVENT_ID = re.compile(r"[0-9a-f]{32}\Z")
_SHA256 = re.compile(r"([0-9a-f]{64})?\Z")


class State(StrEnum):
    """Where a consent stands, under the names of W3C DPV's consent status; objected and restricted are GDPR's.

    Source: DPV 2 `ConsentStatus`; GDPR Art. 21 (objection) and Art. 18 (restriction).
    """

    GIVEN = "given"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    OBJECTED = "objected"
    RESTRICTED = "restricted"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


STOPS: Final = frozenset({State.REFUSED, State.WITHDRAWN, State.OBJECTED, State.RESTRICTED})
"""The states that forbid."""

STORABLE: Final = STOPS | {State.GIVEN}
"""The states that somebody can bring about; `expired` and `unknown` are found at the read."""


@dataclass(frozen=True, slots=True)
class ConsentEvent:
    """One entry of the ledger: about which record, who may do what with it, why, from when, and how we know.

    `given` also stands for a notice on another basis than consent (a contract, a joint use): the basis says which.
    `valid_from` is when it holds from, `known_at` when we learnt it; both in microseconds. `expires_at` is the first
    instant at which a grant no longer holds; only grants have one. `separate` says that this consent was asked for
    by itself (PIPL Art. 23), `bundle` names what it was asked together with. `notice` names the notice and its
    version, `evidence` is the SHA-256 (hex) of the raw evidence or empty, `reference` the publication of a joint use
    (APPI Art. 27(5)(iii)), `signal` the raw signal, `source` who told us.

    Source: ISO/IEC TS 27560:2023, clause 6 (consent record).
    Raises InvalidEvent when the event contradicts itself.
    """

    id: str
    record: RecordId
    controller: EntityId
    recipients: frozenset[str]
    purpose: str
    categories: frozenset[str]
    operations: frozenset[Operation]
    state: State
    basis: LegalBasis
    valid_from: Instant
    expires_at: Instant | None
    known_at: Instant
    jurisdiction: str
    separate: bool
    notice: str
    evidence: str
    source: str
    bundle: str = ""
    reference: str = ""
    signal: str = ""

    def __post_init__(self) -> None:
        for fault, is_so in (
            ("its id is not 32 hexadecimal digits", not _EVENT_ID.match(self.id)),
            ("it names no recipient", not self.recipients),
            ("it names no category", not self.categories),
            ("it names no operation", not self.operations),
            ("its state is found at the read, never stored", self.state not in STORABLE),
            ("only a grant expires", self.expires_at is not None and self.state is not State.GIVEN),
            ("it expires before it starts", self.expires_at is not None and self.expires_at <= self.valid_from),
            ("its evidence is not a SHA-256 in hexadecimal", not _SHA256.match(self.evidence)),
            ("a text of it is too long", self._longest_text() > TEXT_MAX_CHARACTERS),
        ):
            if is_so:
                raise InvalidEvent("a consent event is invalid", why=fault, remedy="correct the event at its source")

    def _longest_text(self) -> int:
        return max(map(len, (self.jurisdiction, self.notice, self.source, self.bundle, self.reference, self.signal)))


def checked(event: ConsentEvent, trees: Trees) -> ConsentEvent:
    """The same event, once its purpose and its categories are found in the trees.

    Raises UnknownPurpose or UnknownCategory.
    """
    trees.purposes.get(event.purpose)
    for category in event.categories - {ANY_CATEGORY}:
        trees.categories.get(category)
    return event


def event_id(*parts: str | int) -> str:
    """An id made of what makes the event that event, so that telling us twice changes nothing.

    The parts are hashed with their lengths; a personal value has no place among them.
    """
    texts = [str(part).encode() for part in parts]
    return sha256(b"".join([len(text).to_bytes(8, "big") + text for text in texts])).hexdigest()[:32]


def says_the_same(a: ConsentEvent, b: ConsentEvent) -> bool:
    """Whether two events differ at most in when we learnt of them."""
    return a is b or a == replace(b, known_at=a.known_at)
