"""Examples of what a person permits, one for each rule, as an officer would put them."""

from typing import Any

import pytest
from consent_examples import BANK, RECORD, SHOP, a_question, an_agreement, an_event

from consent.agreements import AgreementBook
from consent.basis import LegalBasis, Operation
from consent.errors import InvalidEvent, UnknownCategory, UnknownPurpose
from consent.fold import state_of
from consent.ledger import ConsentEvent, State
from consent.permission import Permission, PersonConsent
from consent.question import Question
from consent.trees import shipped
from identity.ids import RecordId

BOOK = AgreementBook([an_agreement(BANK, SHOP, id="joint-use-1")])
AT_SHOP = RecordId(5)


def state(*events: ConsentEvent, purpose: str = "marketing", at: int = 10, **question: Any) -> State:
    return state_of(events, a_question(purpose, **question), at=at, trees=shipped()).state


def answer(*events: ConsentEvent, question: Question | None = None, at: int = 10, **told: Any) -> Permission:
    asked = question or a_question(recipient=SHOP, operation=Operation.SHARE)
    person = PersonConsent({RECORD: (BANK, events)} | told.pop("others", {}))
    return person.answer(asked, **({"record": RECORD, "agreements": BOOK, "at": at} | told))


def test_a_withdrawal_of_marketing_ends_an_earlier_grant_of_direct_marketing() -> None:
    granted, withdrawn = an_event("given", 1, purpose="direct-marketing"), an_event("withdrawn", 2)
    assert state(granted, purpose="direct-marketing") is State.GIVEN
    assert state(granted, withdrawn, purpose="direct-marketing") is State.WITHDRAWN


def test_a_withdrawal_of_direct_marketing_leaves_advertising_alone() -> None:
    history = an_event("given", 1), an_event("withdrawn", 2, purpose="direct-marketing")
    assert state(*history, purpose="advertising") is State.GIVEN
    assert state(*history, purpose="direct-marketing") is State.WITHDRAWN


def test_who_asks_for_all_of_marketing_asks_for_the_withdrawn_part_too() -> None:
    history = an_event("given", 1), an_event("withdrawn", 2, purpose="direct-marketing")
    assert state(*history, purpose="marketing") is State.WITHDRAWN
    renewed = an_event("given", 3, purpose="direct-marketing")
    assert state(*history, renewed, purpose="marketing") is State.GIVEN


def test_a_withdrawal_for_the_email_address_leaves_the_postal_address_alone() -> None:
    history = an_event("given", 1), an_event("withdrawn", 2, categories={"user.contact.email"})
    assert state(*history, category="user.contact.address") is State.GIVEN
    assert state(*history, category="user.contact") is State.WITHDRAWN


def test_a_grant_of_direct_marketing_is_none_of_marketing() -> None:
    assert state(an_event("given", 1, purpose="direct-marketing")) is State.UNKNOWN


def test_a_later_grant_after_a_withdrawal_is_a_new_grant_and_the_old_one_stays_ended() -> None:
    history = an_event("given", 1), an_event("withdrawn", 2), an_event("given", 3, expires_at=5)
    assert state(*history, at=4) is State.GIVEN
    assert state(*history, at=5) is State.EXPIRED


def test_a_grant_expires_at_the_read_at_its_first_instant_outside() -> None:
    granted = an_event("given", 1, expires_at=5)
    assert [state(granted, at=at) for at in (0, 1, 4, 5)] == ["unknown", "given", "given", "expired"]


def test_on_the_same_instant_the_refusal_wins() -> None:
    assert state(an_event("withdrawn", 3), an_event("given", 3)) is State.WITHDRAWN


def test_a_controller_does_not_swap_a_withdrawn_consent_for_another_ground() -> None:
    withdrawn = an_event("withdrawn", 2)
    assert state(withdrawn, an_event("given", 3, basis=LegalBasis.LEGITIMATE_INTEREST)) is State.WITHDRAWN
    assert state(withdrawn, an_event("given", 3)) is State.GIVEN


def test_a_joint_use_that_was_refused_may_be_noticed_anew() -> None:
    refused = an_event("refused", 2, basis=LegalBasis.JOINT_USE)
    assert state(refused, an_event("given", 3, basis=LegalBasis.JOINT_USE)) is State.GIVEN


def test_a_ground_that_may_follow_one_refusal_but_not_the_other_follows_neither() -> None:
    refusals = an_event("withdrawn", 1), an_event("withdrawn", 2, basis=LegalBasis.JOINT_USE)
    assert state(*refusals, an_event("given", 3, basis=LegalBasis.JOINT_USE)) is State.WITHDRAWN


def test_two_refusals_that_overlap_only_in_part_are_both_answered_there() -> None:
    history = (
        an_event("withdrawn", 1, purpose="direct-marketing"),
        an_event("given", 2),
        an_event("withdrawn", 3, categories={"user.contact.email"}, basis=LegalBasis.JOINT_USE),
        an_event("given", 4, basis=LegalBasis.JOINT_USE),
    )
    assert state(*history, purpose="direct-marketing", category="user.contact.email") is State.WITHDRAWN
    assert state(*history, purpose="marketing", category="user.contact") is State.WITHDRAWN
    assert state(*history, purpose="advertising", category="user.contact.email") is State.GIVEN


@pytest.mark.parametrize("kind", ["objected", "restricted"])
def test_an_objection_or_restriction_is_lifted_by_consent_alone(kind: str) -> None:
    stop = an_event(kind, 2, basis=LegalBasis.LEGITIMATE_INTEREST)
    assert state(an_event("given", 1), stop) == kind
    assert state(stop, an_event("given", 3, basis=LegalBasis.LEGITIMATE_INTEREST)) == kind
    assert state(stop, an_event("given", 3)) is State.GIVEN


def test_a_refusal_for_one_recipient_or_operation_leaves_the_others_alone() -> None:
    granted = an_event("given", 1)
    assert state(granted, an_event("withdrawn", 2, recipients={SHOP})) is State.GIVEN
    assert state(granted, an_event("withdrawn", 2, operations={Operation.PROFILE})) is State.GIVEN
    assert state(granted, an_event("withdrawn", 2, recipients={SHOP}), recipient=SHOP) is State.WITHDRAWN


def test_a_refusal_of_a_purpose_that_the_trees_lost_forbids_everything() -> None:
    assert state(an_event("given", 1), an_event("withdrawn", 2, purpose="old-purpose")) is State.WITHDRAWN
    assert state(an_event("given", 1), an_event("objected", 2, categories={"user.old"})) is State.OBJECTED
    assert state(an_event("given", 1, purpose="old-purpose")) is State.UNKNOWN


def test_an_unknown_question_is_an_error_of_the_fold_and_a_no_of_the_answer() -> None:
    with pytest.raises(UnknownPurpose):
        state(purpose="world-domination")
    with pytest.raises(UnknownCategory):
        state(category="user.aura")
    for question, reason in (
        (a_question("world-domination", recipient=SHOP), "unknown-purpose"),
        (a_question(category="user.aura", recipient=SHOP), "unknown-category"),
        (a_question(category="*"), "unknown-category"),
    ):
        said = answer(an_event("given", 1), question=question)
        assert (said.allowed, said.reason) == (False, reason)


def test_an_answer_names_its_events_and_its_agreement() -> None:
    granted = an_event("given", 1)
    assert answer(granted) == Permission(
        allowed=True, state=State.GIVEN, reason="consent-given", events=(granted.id,), agreement="joint-use-1"
    )
    assert answer(granted, question=a_question()).agreement is None


def test_without_an_agreement_the_recipient_learns_nothing_of_what_the_person_chose() -> None:
    said = answer(an_event("objected", 1), agreements=AgreementBook([]))
    assert said == Permission(allowed=False, state=State.UNKNOWN, reason="no-agreement")


def test_a_record_of_another_controller_or_another_person_is_not_answered_for() -> None:
    assert answer(an_event("given", 1), record=RecordId(999)).reason == "unknown-record"
    others = {AT_SHOP: (SHOP, [])}
    assert answer(an_event("given", 1), record=AT_SHOP, others=others).reason == "unknown-record"


def test_two_records_of_one_controller_answer_with_the_stricter() -> None:
    second = RecordId(6)
    silent = answer(an_event("given", 1), others={second: (BANK, [])})
    refused = answer(an_event("given", 1), others={second: (BANK, [an_event("refused", 1, record=second)])})
    assert (silent.reason, refused.reason) == ("no-consent", "consent-refused")


def test_what_the_person_told_the_recipient_itself_counts_for_what_it_is_sent() -> None:
    for told, allowed in (
        (an_event("objected", 1, record=AT_SHOP, controller=SHOP, operations={Operation.USE}), False),
        (an_event("withdrawn", 1, record=AT_SHOP, controller=SHOP, recipients={SHOP}), False),
        (an_event("withdrawn", 1, record=AT_SHOP, controller=SHOP, recipients={BANK}), True),
        (an_event("withdrawn", 1, record=AT_SHOP, controller=SHOP, purpose="analytics"), True),
        (an_event("withdrawn", 1, record=AT_SHOP, controller=SHOP, operations={Operation.PROFILE}), True),
    ):
        assert answer(an_event("given", 1), others={AT_SHOP: (SHOP, [told])}).allowed is allowed
    assert answer(an_event("given", 1), others={AT_SHOP: (SHOP, [])}).allowed


def test_what_was_not_yet_known_does_not_decide_a_replay() -> None:
    history = an_event("given", 1), an_event("withdrawn", 2, known_at=8)
    assert answer(*history, at=5).reason == "consent-withdrawn"
    assert answer(*history, at=5, known_at=5).allowed


def test_an_event_under_the_record_of_another_is_refused() -> None:
    with pytest.raises(InvalidEvent):
        PersonConsent({AT_SHOP: (BANK, [an_event()])})
    with pytest.raises(InvalidEvent):
        PersonConsent({RECORD: (BANK, [])}).merged(PersonConsent({RECORD: (SHOP, [])}))
