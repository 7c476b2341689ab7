"""What two companies must have agreed on before anything flows or is linked."""

from typing import Any

import pytest
from consent_examples import BANK, MOBILE, SHOP, a_question, an_agreement, an_event

from consent.agreements import Agreement, AgreementBook, Coverage, checked_agreement
from consent.basis import LegalBasis, Operation
from consent.errors import InvalidAgreement, UnknownCategory, UnknownPurpose
from consent.linking import linkable_with, may_link
from consent.trees import shipped

SHARED = a_question(recipient=SHOP, operation=Operation.SHARE)
BOTH_WAYS = [an_agreement(BANK, SHOP), an_agreement(SHOP, BANK)]


def covered(*agreements: Agreement, at: int = 5, known_at: int | None = None) -> Coverage:
    book = AgreementBook(agreements)
    assert (book.covers(SHARED, at, known_at) is not None) == (book.coverage(SHARED, at, known_at) is Coverage.COVERED)
    return book.coverage(SHARED, at, known_at)


@pytest.mark.parametrize(
    ("terms", "expected"),
    [
        ({}, "covered"),
        ({"purposes": {"marketing"}, "categories": {"user.contact"}}, "covered"),
        ({"recipient": "*"}, "covered"),
        ({"controller": SHOP, "recipient": BANK}, "no-agreement"),
        ({"recipient": MOBILE}, "no-agreement"),
        ({"operations": {Operation.USE}}, "no-agreement"),
        ({"purposes": {"direct-marketing"}}, "no-agreement"),
        ({"categories": {"user.behavior"}}, "no-agreement"),
        ({"starts": 6}, "no-agreement"),
        ({"starts": 5}, "covered"),
        ({"ends": 5}, "agreement-ended"),
        ({"ends": 6}, "covered"),
    ],
)
def test_an_agreement_covers_its_direction_operations_purposes_categories_and_term(
    terms: dict[str, Any], expected: str
) -> None:
    assert covered(an_agreement(**terms)) == expected


def test_the_newest_version_replaces_the_older_ones_as_a_whole() -> None:
    first = an_agreement(id="a")
    for change in ({"recipient": MOBILE}, {"operations": {Operation.USE}}, {"starts": 9}):
        second = an_agreement(**({"id": "a", "version": 2, "known_at": 4} | change))
        assert covered(second, first) is Coverage.NONE
        assert covered(second, first, known_at=3) is Coverage.COVERED


def test_any_agreement_in_force_covers_even_where_another_has_ended() -> None:
    assert covered(an_agreement(id="a", ends=3), an_agreement(id="b")) is Coverage.COVERED


@pytest.mark.parametrize(
    "fault",
    [
        {"recipient": BANK},
        {"operations": []},
        {"purposes": []},
        {"categories": []},
        {"starts": 5, "ends": 4},
        {"version": 0},
        {"id": ""},
        {"reference": "x" * 501},
    ],
)
def test_an_agreement_that_contradicts_itself_cannot_be_built(fault: dict[str, Any]) -> None:
    with pytest.raises(InvalidAgreement):
        an_agreement(**fault)


def test_a_checked_agreement_names_only_what_the_trees_know() -> None:
    assert checked_agreement(an_agreement(purposes={"marketing", "*"}), shipped())
    with pytest.raises(UnknownPurpose):
        checked_agreement(an_agreement(purposes={"old-purpose"}), shipped())
    with pytest.raises(UnknownCategory):
        checked_agreement(an_agreement(categories={"user.aura"}), shipped())


def test_a_link_needs_the_agreement_in_both_directions() -> None:
    assert AgreementBook(BOTH_WAYS).links(BANK, SHOP, 5)
    for one in BOTH_WAYS:
        assert not AgreementBook([one]).links(BANK, SHOP, 5)
        assert not AgreementBook([one]).links(SHOP, BANK, 5)
    no_link = an_agreement(SHOP, BANK, operations={Operation.SHARE})
    no_purpose = an_agreement(SHOP, BANK, purposes={"marketing"})
    over = an_agreement(SHOP, BANK, ends=5)
    for other in (no_link, no_purpose, over):
        assert not AgreementBook([BOTH_WAYS[0], other]).links(BANK, SHOP, 5)
    assert AgreementBook(BOTH_WAYS).linkable(BANK, [BANK, SHOP, MOBILE], 5) == {SHOP}


def linkable(*events: Any, book: AgreementBook | None = None) -> frozenset[str]:
    return linkable_with(events, BANK, book or AgreementBook(BOTH_WAYS), [BANK, SHOP, MOBILE], at=5, trees=shipped())


def a_link(state: str = "given", at: int = 1, **changes: Any) -> Any:
    fields = {"purpose": "identity-resolution", "operations": {Operation.LINK}} | changes
    return an_event(state, at, **fields)


def test_a_record_is_linkable_with_whom_the_companies_and_the_person_permit() -> None:
    assert linkable() == frozenset()
    assert linkable(a_link()) == {BANK, SHOP}
    assert linkable(a_link(categories={"user"}, basis=LegalBasis.JOINT_USE)) == {BANK, SHOP}
    assert linkable(a_link(recipients={SHOP})) == {BANK, SHOP}
    assert linkable(a_link(recipients={MOBILE})) == {BANK}
    assert linkable(a_link(), book=AgreementBook([])) == {BANK}
    assert linkable(a_link(), a_link("withdrawn", 2, recipients={SHOP})) == {BANK}
    assert linkable(a_link(), a_link("withdrawn", 2)) == frozenset()


def test_a_link_given_for_some_categories_only_is_not_given() -> None:
    assert linkable(a_link(categories={"user.contact"})) == frozenset()
    assert linkable(a_link(), a_link("withdrawn", 2, categories={"user.contact.email"})) == frozenset()


def test_two_records_link_only_when_each_permits_the_other() -> None:
    both = frozenset({BANK, SHOP})
    assert may_link(BANK, both, SHOP, both)
    assert not may_link(BANK, both, SHOP, frozenset({SHOP}))
    assert not may_link(BANK, frozenset({BANK}), SHOP, both)
