"""Consent events and agreements of invented people and companies, for the tests."""

from itertools import count
from typing import Any

from consent.agreements import Agreement
from consent.basis import LegalBasis, Operation
from consent.ledger import ConsentEvent, State
from consent.question import Question
from identity.ids import EntityId, RecordId

BANK, SHOP, MOBILE = EntityId("bank"), EntityId("shop"), EntityId("mobile")
RECORD = RecordId(2**62 + 7)

_serial = count(1)


def an_event(state: State | str = State.GIVEN, at: int = 0, **changes: Any) -> ConsentEvent:
    """A grant of everything to everyone for marketing on consent, unless changed; sets may be given as lists."""
    fields: dict[str, Any] = {
        "id": f"{next(_serial):032x}",
        "record": RECORD,
        "controller": BANK,
        "recipients": {"*"},
        "purpose": "marketing",
        "categories": {"*"},
        "operations": set(Operation),
        "state": State(state),
        "basis": LegalBasis.CONSENT,
        "valid_from": at,
        "expires_at": None,
        "known_at": at,
        "jurisdiction": "JP",
        "separate": True,
        "notice": "privacy-notice/3",
        "evidence": "ab" * 32,
        "source": "branch",
    }
    fields |= changes
    for name in ("recipients", "categories", "operations"):
        fields[name] = frozenset(fields[name])
    return ConsentEvent(**fields)


def an_agreement(controller: EntityId = BANK, recipient: str = SHOP, **changes: Any) -> Agreement:
    """An agreement on everything for joint use since instant 0 without end, unless changed."""
    fields: dict[str, Any] = {
        "id": f"{controller}-{recipient}",
        "version": 1,
        "controller": controller,
        "recipient": recipient,
        "operations": set(Operation),
        "purposes": {"*"},
        "categories": {"*"},
        "basis": LegalBasis.JOINT_USE,
        "starts": 0,
        "ends": None,
        "reference": "https://group.example/joint-use",
        "known_at": 0,
    }
    fields |= changes
    for name in ("operations", "purposes", "categories"):
        fields[name] = frozenset(fields[name])
    return Agreement(**fields)


def a_question(purpose: str = "marketing", category: str = "user.contact.email", **changes: Any) -> Question:
    """May the bank itself use the e-mail address for marketing? Unless changed."""
    fields: dict[str, Any] = {"controller": BANK, "recipient": BANK, "operation": Operation.USE} | changes
    return Question(purpose=purpose, category=category, **fields)
