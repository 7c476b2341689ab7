"""The shipped starter policy, as a table that a data protection officer can read."""

import pytest

from consent.trees import shipped
from governance.disclosure import Strength, TraitKind
from governance.policy import PolicyTable
from identity.ids import EntityId

# recipient | purpose | controller | category | kind | strongest strength | the rule that decides, - for none
EXPECTED = """
shop | service-provision | shop | user.contact.email | fact | clear | own-data-for-the-service
shop | customer-support | shop | user.behavior.purchase_history | fact | clear | own-data-for-the-service
shop | service-provision | bank | user.behavior.purchase_history | fact | none | -
shop | personalisation | travel | user.behavior.travel_history | fact | clear | group-behaviour-for-personalisation
shop | recommendations | travel | user.behavior | predicted | bucketed | group-behaviour-for-personalisation
shop | direct-marketing | travel | user.behavior.travel_history | fact | bucketed | group-behaviour-for-marketing
shop | personalisation | bank | user.financial.balance | fact | bucketed | group-finance-in-buckets
shop | advertising | bank | user.financial.balance | fact | none | finance-never-advertises
bank | advertising | bank | user.financial.balance | fact | none | finance-never-advertises
bank | marketing | bank | user.financial.balance | fact | none | finance-never-advertises
shop | personalisation | bank | user.financial.credit_rating | fact | none | credit-and-insurance-never-leave
bank | credit-checking | bank | user.financial.credit_rating | fact | clear | own-data-for-credit
bank | credit-checking | shop | user.behavior.purchase_history | fact | none | -
bank | fraud-prevention | securities | user.financial.balance | fact | clear | financial-sector-against-fraud
shop | fraud-prevention | securities | user.financial.balance | fact | none | -
insurer | customer-support | hospital | user.health.condition | fact | none | sensitive-data-never-leaves
hospital | service-provision | hospital | user.health.condition | fact | clear | own-data-for-the-service
hospital | direct-marketing | hospital | user.health.condition | fact | none | sensitive-data-never-sells
shop | personalisation | travel | user.contact.email | fact | none | identifiers-never-leave
shop | data-sale | shop | user.behavior.purchase_history | fact | none | no-sale
newcomer | personalisation | stranger | user.behavior | fact | clear | group-behaviour-for-personalisation
"""


@pytest.fixture(scope="module")
def starter() -> PolicyTable:
    return PolicyTable.shipped(shipped())


@pytest.mark.parametrize("line", EXPECTED.strip().splitlines())
def test_the_starter_policy_answers(starter: PolicyTable, line: str) -> None:
    recipient, purpose, controller, category, kind, strength, because = line.split(" | ")
    ruling = starter.ruling(
        recipient=EntityId(recipient),
        purpose=purpose,
        controller=EntityId(controller),
        category=category,
        kind=TraitKind(kind),
    )
    assert ruling.strength is Strength[strength.upper()]
    assert ruling.policies == () if because == "-" else because in ruling.policies


def test_nobody_reads_at_all_to_sell_data_or_to_resolve_identities(starter: PolicyTable) -> None:
    for purpose in ("data-sale", "identity-resolution"):
        assert not starter.may_read_at_all(EntityId("shop"), purpose)


def test_everybody_reads_something_to_serve_and_to_support(starter: PolicyTable) -> None:
    for purpose in ("service-provision", "customer-support", "personalisation"):
        assert starter.may_read_at_all(EntityId("newcomer"), purpose)
