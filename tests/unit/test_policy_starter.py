"""The shipped starter policy, as a table that a data protection officer can read."""

import pytest

from consent.trees import shipped
from governance.disclosure import Strength, TraitKind
from governance.policy import PolicyTable
from identity.ids import EntityId

CLEAR, BUCKETED, NONE = Strength.CLEAR, Strength.BUCKETED, Strength.NONE


@pytest.fixture(scope="module")
def starter() -> PolicyTable:
    return PolicyTable.shipped(shipped())


@pytest.mark.parametrize(
    ("recipient", "purpose", "controller", "category", "kind", "expected", "because"),
    [
        ("shop", "service-provision", "shop", "user.contact.email", "fact", CLEAR, "own-data-for-the-service"),
        ("shop", "customer-support", "shop", "user.behavior.purchase_history", "fact", CLEAR, "own-data-for-the-service"),
        ("shop", "service-provision", "bank", "user.behavior.purchase_history", "fact", NONE, None),
        ("shop", "personalisation", "travel", "user.behavior.travel_history", "fact", CLEAR, "group-behaviour-for-personalisation"),
        ("shop", "personalisation", "travel", "user.behavior.travel_history", "predicted", BUCKETED, "group-behaviour-for-personalisation"),
        ("shop", "direct-marketing", "travel", "user.behavior.travel_history", "fact", BUCKETED, "group-behaviour-for-marketing"),
        ("shop", "personalisation", "bank", "user.financial.balance", "fact", BUCKETED, "group-finance-in-buckets"),
        ("shop", "advertising", "bank", "user.financial.balance", "fact", NONE, "finance-never-advertises"),
        ("bank", "advertising", "bank", "user.financial.balance", "fact", NONE, "finance-never-advertises"),
        ("bank", "marketing", "bank", "user.financial.balance", "fact", NONE, "finance-never-advertises"),
        ("shop", "personalisation", "bank", "user.financial.credit_rating", "fact", NONE, "credit-and-insurance-never-leave"),
        ("bank", "credit-checking", "bank", "user.financial.credit_rating", "fact", CLEAR, "own-data-for-credit"),
        ("bank", "credit-checking", "shop", "user.behavior.purchase_history", "fact", NONE, None),
        ("bank", "fraud-prevention", "securities", "user.financial.balance", "fact", CLEAR, "financial-sector-against-fraud"),
        ("shop", "fraud-prevention", "securities", "user.financial.balance", "fact", NONE, None),
        ("insurer", "customer-support", "hospital", "user.health.condition", "fact", NONE, "sensitive-data-never-leaves"),
        ("hospital", "service-provision", "hospital", "user.health.condition", "fact", CLEAR, "own-data-for-the-service"),
        ("hospital", "direct-marketing", "hospital", "user.health.condition", "fact", NONE, "sensitive-data-never-sells"),
        ("shop", "personalisation", "travel", "user.contact.email", "fact", NONE, "identifiers-never-leave"),
        ("shop", "data-sale", "shop", "user.behavior.purchase_history", "fact", NONE, "no-sale"),
        ("newcomer", "personalisation", "stranger", "user.behavior.purchase_history", "fact", CLEAR, "group-behaviour-for-personalisation"),
    ],
)  # fmt: skip
def test_the_starter_policy_answers(  # noqa: PLR0917  one row of the table above
    starter: PolicyTable,
    recipient: str,
    purpose: str,
    controller: str,
    category: str,
    kind: str,
    expected: Strength,
    because: str | None,
) -> None:
    ruling = starter.ruling(
        recipient=EntityId(recipient),
        purpose=purpose,
        controller=EntityId(controller),
        category=category,
        kind=TraitKind(kind),
    )
    assert ruling.strength is expected
    assert ruling.policies == () if because is None else because in ruling.policies


def test_nobody_reads_at_all_to_sell_data_or_to_resolve_identities(starter: PolicyTable) -> None:
    for purpose in ("data-sale", "identity-resolution"):
        assert not starter.may_read_at_all(EntityId("shop"), purpose)


def test_everybody_reads_something_to_serve_and_to_support(starter: PolicyTable) -> None:
    for purpose in ("service-provision", "customer-support", "personalisation"):
        assert starter.may_read_at_all(EntityId("newcomer"), purpose)
