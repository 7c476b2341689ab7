"""The gate by example: what is released, what is withheld and why, and what the journal is told."""

import copy
import dataclasses
import pickle
from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from consent_examples import an_agreement, an_event

import governance
from consent.agreements import AgreementBook
from consent.basis import Operation
from consent.ledger import ConsentEvent, State
from consent.permission import PersonConsent
from consent.trees import shipped
from governance.disclosure import Released, Strength, TraitKind, TraitRef
from governance.errors import ForgedGrant
from governance.gate import (
    TRAITS_MAX,
    Case,
    Commitments,
    Decision,
    Gate,
    ReadRequest,
    Refusal,
    decide,
    leaf_of,
    untold_rows,
)
from governance.grant import MINT, Grant
from governance.journal.leaf import complete
from governance.policy import PolicyTable
from identity.ids import EntityId, RecordId

BANK, SHOP, TRAVEL = EntityId("bank"), EntityId("shop"), EntityId("travel")
AT_SHOP, AT_TRAVEL, AT_BANK = RecordId(2**62 + 1), RecordId(2**62 + 2), RecordId(2**62 + 3)
CARTS = TraitRef(AT_SHOP, SHOP, "carts", "user.behavior.purchase_history", TraitKind.FACT)
TRIPS = TraitRef(AT_TRAVEL, TRAVEL, "trips", "user.behavior.travel_history", TraitKind.FACT)
BALANCE = TraitRef(AT_BANK, BANK, "balance", "user.financial.balance", TraitKind.FACT)
RATING = TraitRef(AT_BANK, BANK, "rating", "user.financial.credit_rating", TraitKind.FACT)
EVERYTHING = (CARTS, TRIPS, BALANCE, RATING)
BOOK = AgreementBook([an_agreement(TRAVEL, SHOP), an_agreement(BANK, SHOP)])
NAMES = Commitments("ab" * 32, "cd" * 32, untold=lambda rows: sha256(rows).hexdigest())


class ListSink:
    """A journal that keeps leaves in a list, and can be told to fail before or after it took effect."""

    def __init__(self) -> None:
        self.leaves: list[dict[str, Any]] = []
        self.fails = ""

    def append(self, leaves: Sequence[Mapping[str, Any]]) -> range:
        if self.fails == "before":
            raise OSError("disk full")
        start = len(self.leaves)
        self.leaves += [complete(leaf) for leaf in leaves]
        if self.fails == "after":
            raise OSError("connection lost")
        return range(start, len(self.leaves))


@pytest.fixture(scope="module")
def policy() -> PolicyTable:
    return PolicyTable.shipped(shipped())


def yes(record: RecordId, controller: EntityId, **changes: Any) -> ConsentEvent:
    return an_event(record=record, controller=controller, **({"purpose": "personalisation"} | changes))


def person(*extra: ConsentEvent) -> PersonConsent:
    """Known to three companies, and content with all that they do to personalise; `extra` is said later."""
    records = {AT_SHOP: SHOP, AT_TRAVEL: TRAVEL, AT_BANK: BANK}
    said = [*(yes(record, controller) for record, controller in records.items()), *extra]
    return PersonConsent(
        {
            record: (controller, [event for event in said if event.record == record])
            for record, controller in records.items()
        }
    )


def asked(purpose: str = "personalisation", at: int = 100, **changes: Any) -> ReadRequest:
    return ReadRequest(client="shop-web", recipient=SHOP, purpose=purpose, at=at, **changes)


def reasons(decision: Decision) -> dict[str, str]:
    return {one.trait.name: one.reason for one in decision.withheld}


def strengths(decision: Decision) -> dict[str, Strength]:
    return {one.trait.name: one.strength for one in decision.released}


def test_policy_agreement_and_consent_together_release(policy: PolicyTable) -> None:
    decision = decide(asked(), EVERYTHING, person=person(), agreements=BOOK, policy=policy)
    assert decision.allowed
    assert strengths(decision) == {"carts": Strength.CLEAR, "trips": Strength.CLEAR, "balance": Strength.BUCKETED}
    assert reasons(decision) == {"rating": "policy-forbids"}
    trips = next(one for one in decision.released if one.trait is TRIPS)
    assert trips.agreement == "travel-shop"
    assert trips.policies == ("group-behaviour-for-personalisation",)
    assert len(trips.events) == 1
    assert [basis.value for basis in trips.bases] == ["consent"]


def test_without_an_agreement_the_other_company_s_facts_stay(policy: PolicyTable) -> None:
    decision = decide(asked(), EVERYTHING, person=person(), agreements=AgreementBook([]), policy=policy)
    assert set(strengths(decision)) == {"carts"}
    assert reasons(decision)["trips"] == "no-agreement"


def test_to_use_what_one_has_is_not_to_share_it(policy: PolicyTable) -> None:
    """The travel company may use its trips; that lets nobody else have them."""
    used = yes(AT_TRAVEL, TRAVEL, operations=[Operation.USE])
    shared = yes(AT_SHOP, SHOP, operations=[Operation.SHARE])
    said = PersonConsent({AT_SHOP: (SHOP, [shared]), AT_TRAVEL: (TRAVEL, [used])})
    decision = decide(asked(), (CARTS, TRIPS), person=said, agreements=BOOK, policy=policy)
    assert reasons(decision) == {"carts": "no-consent", "trips": "no-consent"}


def test_a_withdrawal_at_the_source_withholds_that_source_alone(policy: PolicyTable) -> None:
    said = yes(AT_TRAVEL, TRAVEL, state=State.WITHDRAWN, valid_from=50)
    decision = decide(asked(), EVERYTHING, person=person(said), agreements=BOOK, policy=policy)
    assert set(strengths(decision)) == {"carts", "balance"}
    assert reasons(decision)["trips"] == "consent-withdrawn"


def test_an_objection_at_the_recipient_itself_refuses_the_whole_read(policy: PolicyTable) -> None:
    said = yes(AT_SHOP, SHOP, state=State.OBJECTED, valid_from=50)
    decision = decide(asked(), EVERYTHING, person=person(said), agreements=BOOK, policy=policy)
    assert (decision.allowed, decision.reason) == (False, "objected")
    assert decision.events == (said.id,)
    assert decision.withheld == ()
    assert decide(asked(at=49), EVERYTHING, person=person(said), agreements=BOOK, policy=policy).allowed


def test_an_objection_to_one_category_withholds_it_and_refuses_nothing_else(policy: PolicyTable) -> None:
    said = yes(AT_SHOP, SHOP, state=State.OBJECTED, valid_from=50, categories=["user.behavior"])
    decision = decide(asked(), (CARTS, TRIPS), person=person(said), agreements=BOOK, policy=policy)
    assert (decision.allowed, decision.reason) == (True, "nothing-permitted")
    assert reasons(decision) == {"carts": "objected", "trips": "objected"}


def test_a_purpose_that_policy_gives_the_recipient_nothing_for_is_refused_whoever_it_is(policy: PolicyTable) -> None:
    nobody = PersonConsent({})
    for purpose in ("data-sale", "world-peace"):
        decision = decide(asked(purpose), (), person=nobody, agreements=BOOK, policy=policy)
        assert (decision.allowed, decision.reason) == (False, "purpose-not-permitted")


def test_more_traits_than_a_leaf_can_hold_are_refused_and_not_cut(policy: PolicyTable) -> None:
    many = [dataclasses.replace(CARTS, name=f"carts-{place}") for place in range(TRAITS_MAX + 1)]
    decision = decide(asked(), many, person=person(), agreements=BOOK, policy=policy)
    assert (decision.allowed, decision.reason) == (False, "too-many-traits")
    full = decide(asked(), many[:-1], person=person(), agreements=BOOK, policy=policy)
    assert len(ListSink().append([leaf_of(Case(full, NAMES))])) == 1


def test_a_grant_names_what_was_released_and_nothing_else(policy: PolicyTable) -> None:
    sink = ListSink()
    decision = decide(asked(), EVERYTHING, person=person(), agreements=BOOK, policy=policy)
    grant = Gate(sink).grant(decision, NAMES, epochs={"pseudonym": 1})
    assert isinstance(grant, Grant)
    assert [grant.strength_of(trait) for trait in EVERYTHING] == [4, 4, 2, 0]
    assert grant.strength_of(dataclasses.replace(CARTS, record=AT_BANK)) is Strength.NONE
    assert (grant.leaf, grant.recipient, grant.purpose) == (0, SHOP, "personalisation")


def test_the_leaf_says_who_what_and_why_and_never_a_record(policy: PolicyTable) -> None:
    sink = ListSink()
    request = asked(trace="0123456789abcdef" * 2)
    decision = decide(request, EVERYTHING, person=person(), agreements=BOOK, policy=policy)
    Gate(sink).grant(decision, NAMES, epochs={"pseudonym": 1})
    (leaf,) = sink.leaves
    assert leaf["attributes"][0] == {
        "category": "user.behavior.purchase_history",
        "controller": "shop",
        "kind": "fact",
        "name": "carts",
        "strength": "clear",
    }
    assert [row["reason"] for row in leaf["withheld"]] == ["policy-forbids"]
    assert leaf["agreements"] == ["bank-shop", "travel-shop"]
    assert leaf["entities"] == ["bank", "shop", "travel"]
    assert leaf["legal_basis"] == ["consent"]
    assert len(leaf["consent_events"]) == 3
    assert (leaf["decision"], leaf["policy"], leaf["trace"]) == ("allow", policy.version, request.trace)
    assert (leaf["subject"], leaf["pseudonym"]) == (NAMES.subject, NAMES.pseudonym)
    assert not any(str(record) in str(leaf) for record in (AT_SHOP, AT_TRAVEL, AT_BANK))


def test_the_leaf_names_no_company_that_the_answer_keeps_silent_about(policy: PolicyTable) -> None:
    """The recipient's own officer reads it."""
    said = yes(AT_TRAVEL, TRAVEL, state=State.WITHDRAWN, valid_from=50)
    decision = decide(asked(), EVERYTHING, person=person(said), agreements=BOOK, policy=policy)
    assert [one.trait for one in decision.told] == [RATING]  # the bank's balance is shown: it is known anyway
    assert [one.trait for one in decision.untold] == [TRIPS]
    leaf = complete(leaf_of(Case(decision, NAMES)))
    assert leaf["entities"] == ["bank", "shop"]
    assert [row["name"] for row in leaf["withheld"]] == ["rating"]
    assert "travel" not in str(leaf)
    assert leaf["untold"] == sha256(untold_rows(decision)).hexdigest()
    assert b'"controller":"travel"' in untold_rows(decision)


def test_whether_anything_is_kept_silent_about_does_not_show_in_the_leaf(policy: PolicyTable) -> None:
    known = person()
    nothing, something = (
        decide(asked(), traits, person=known, agreements=AgreementBook([]), policy=policy)
        for traits in ((CARTS,), (CARTS, TRIPS, BALANCE))
    )
    assert [bool(one.untold) for one in (nothing, something)] == [False, True]
    first, second = (leaf_of(Case(one, NAMES)) for one in (nothing, something))
    assert len(first["untold"]) == len(second["untold"]) == 64
    assert first.pop("untold") != second.pop("untold")
    assert first == second
    later = decide(asked(at=101), (CARTS,), person=person(), agreements=AgreementBook([]), policy=policy)
    assert untold_rows(later) != untold_rows(nothing)  # else two entries would show whether it changed


def test_rows_kept_silent_about_are_never_journalled_without_a_commitment(policy: PolicyTable) -> None:
    decision = decide(asked(), EVERYTHING, person=person(), agreements=AgreementBook([]), policy=policy)
    with pytest.raises(ValueError, match="nothing commits"):
        Gate(ListSink()).grant(decision, Commitments())


def test_companies_that_an_answer_names_otherwise_stand_in_its_leaf(policy: PolicyTable) -> None:
    decision = decide(asked(), (TRIPS,), person=person(), agreements=BOOK, policy=policy)
    assert leaf_of(Case(decision, NAMES, named=frozenset({SHOP})))["entities"] == ["shop", "travel"]


def test_a_refusal_is_journalled_as_well_and_is_no_grant(policy: PolicyTable) -> None:
    sink = ListSink()
    refusal = Gate(sink).grant(decide(asked("data-sale"), (), person=person(), agreements=BOOK, policy=policy), NAMES)
    assert isinstance(refusal, Refusal)
    assert [leaf["decision"] for leaf in sink.leaves] == ["refuse"]
    assert (refusal.leaf, refusal.decision.reason) == (0, "purpose-not-permitted")


@pytest.mark.parametrize("fails", ["before", "after"])
def test_no_journal_no_grant(policy: PolicyTable, fails: str) -> None:
    sink = ListSink()
    sink.fails = fails
    decision = decide(asked(), EVERYTHING, person=person(), agreements=BOOK, policy=policy)
    with pytest.raises(OSError, match=r"disk full|connection lost"):
        Gate(sink).grant(decision, NAMES)


def test_many_reads_go_into_one_append_and_keep_their_order(policy: PolicyTable) -> None:
    sink = ListSink()
    cases = [
        Case(decide(asked(purpose), EVERYTHING, person=person(), agreements=BOOK, policy=policy), NAMES)
        for purpose in ("personalisation", "data-sale", "recommendations")
    ]
    outcomes = Gate(sink).grant_all(cases)
    assert [type(one) for one in outcomes] == [Grant, Refusal, Grant]
    assert [one.leaf for one in outcomes] == [0, 1, 2]
    assert Gate(sink).grant_all([]) == ()


def test_a_refused_decision_with_something_released_cannot_be_built(policy: PolicyTable) -> None:
    with pytest.raises(ValueError, match="releases nothing"):
        Decision(asked(), False, "objected", policy.version, released=(Released(CARTS, Strength.CLEAR),))


def a_grant() -> Grant:
    return Grant(MINT, recipient=SHOP, purpose="marketing", released=(), policy="", leaf=1)


def test_a_grant_cannot_be_made_copied_altered_or_revived() -> None:
    grant = a_grant()
    attempts = (
        lambda: Grant(object(), recipient=SHOP, purpose="x", released=(), policy="", leaf=1),
        lambda: copy.copy(grant),
        lambda: copy.deepcopy(grant),
        lambda: pickle.dumps(grant),
        lambda: setattr(grant, "leaf", 2),
        lambda: setattr(grant, "released", (Released(CARTS, Strength.CLEAR),)),
        lambda: delattr(grant, "leaf"),
    )
    for attempt in attempts:
        with pytest.raises(ForgedGrant):
            attempt()


def test_only_the_gate_names_the_mint() -> None:
    root = Path(governance.__file__).parents[1]
    packages = ("identity", "consent", "governance", "pipelines", "cdp")
    sources = [source for package in packages for source in (root / package).rglob("*.py")]
    naming = {source.relative_to(root).as_posix() for source in sources if "MINT" in source.read_text(encoding="utf-8")}
    assert naming == {"governance/gate.py", "governance/grant.py"}
