"""What an event of the ledger may be, what its receipt says, and what a signal becomes."""

import json
from typing import Any

import pytest
from consent_examples import BANK, RECORD, a_question, an_event

from consent.errors import InvalidEvent, UnknownCategory, UnknownPurpose
from consent.fold import state_of
from consent.ledger import State, checked, event_id
from consent.receipt import receipt_of
from consent.signals import gpc_objections
from consent.trees import shipped


@pytest.mark.parametrize(
    "fault",
    [
        {"id": "taro"},
        {"id": "AB" * 16},
        {"id": "0" * 32 + "\n"},
        {"recipients": []},
        {"categories": []},
        {"operations": []},
        {"state": State.UNKNOWN},
        {"state": State.EXPIRED},
        {"expires_at": 0},
        {"state": State.WITHDRAWN, "expires_at": 5},
        {"evidence": "a signature"},
        {"notice": "x" * 501},
    ],
)
def test_an_event_that_contradicts_itself_cannot_be_built(fault: dict[str, Any]) -> None:
    with pytest.raises(InvalidEvent) as refused:
        an_event(**fault)
    assert "taro" not in str(refused.value)


def test_a_checked_event_names_only_what_the_trees_know() -> None:
    event = an_event(categories={"user.contact", "*"})
    assert checked(event, shipped()) is event
    with pytest.raises(UnknownPurpose):
        checked(an_event(purpose="old-purpose"), shipped())
    with pytest.raises(UnknownCategory):
        checked(an_event(categories={"user.contact", "user.aura"}), shipped())


def test_an_event_id_follows_from_its_parts_and_not_from_their_joined_text() -> None:
    assert event_id("a", 1) == event_id("a", "1")
    assert event_id("ab", "c") != event_id("a", "bc")
    assert an_event(id=event_id("a")).id == event_id("a")


def test_a_receipt_says_everything_that_the_event_says_except_the_hubs_own_record_id() -> None:
    event = an_event(
        at=1_700_000_000_000_000, categories={"user.contact.email"}, expires_at=1_800_000_000_000_000, bundle="sign-up"
    )
    receipt = receipt_of(event, shipped(), principal="ps1.example")
    text = json.dumps(receipt)
    assert str(RECORD) not in text
    assert receipt["pii_principal_id"] == "ps1.example"
    assert receipt["event"]["event_time"] == "2023-11-14T22:13:20.000000Z"
    assert receipt["event"]["event_state_iri"] == "https://w3id.org/dpv#ConsentGiven"
    assert receipt["pii_processing"]["purposes"][0]["iri"] == "https://w3id.org/dpv#Marketing"
    for said in ("sign-up", "user.contact.email", "privacy-notice/3", "ab" * 32, "branch", "bank", "JP"):
        assert said in text


def test_a_gpc_signal_objects_to_personalised_advertising_whatever_was_granted() -> None:
    signalled = gpc_objections("1", record=RECORD, controller=BANK, at=5)
    history = [an_event("given", 1), *signalled]
    for purpose, expected in (("targeted-advertising", "objected"), ("direct-marketing", "given")):
        assert state_of(history, a_question(purpose), at=5, trees=shipped()).state == expected
    assert signalled == gpc_objections("1", record=RECORD, controller=BANK, at=5)
    assert all(checked(event, shipped()) for event in signalled)


@pytest.mark.parametrize("header", [None, "", "0", "true", "11"])
def test_any_other_gpc_header_says_nothing(header: str | None) -> None:
    assert gpc_objections(header, record=RECORD, controller=BANK, at=5) == ()
