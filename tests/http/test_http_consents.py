"""What people permit and withdraw over HTTP holds for every read that starts after the answer."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from http_group import BANK, PEOPLE, PURPOSE, SHOP, TRAVEL, Group, contract_of, records_of, said, terms
from pipeline_world import no_findings

from cdp.http.app import create
from cdp.wiring import Application
from governance.actors import Role
from identity.ids import Instant
from identity.ports import Clock
from pipelines.ingest import RunReport, ingest

RECORDED = ("events", "relinked", "withdrawn")


@dataclass(frozen=True, slots=True)
class Ahead:
    """A clock that runs ahead of another by some microseconds."""

    clock: Clock
    by: int

    def now(self) -> Instant:
        return self.clock.now() + self.by


def recorded(answer: Any) -> tuple[int, ...]:
    assert answer.status_code == 200, answer.text
    return tuple(answer.json()[name] for name in RECORDED)


def state(group: Group, client: str, **asked: object) -> Any:
    return group.api.post("/v1/consents/state", json=asked, headers=group.as_(client))


def test_who_withdraws_link_is_apart_at_once_and_the_rest_stay_who_they_were(group: Group) -> None:
    together = group.super_id("kenjiro", entity=SHOP)
    name_at_shop, name_at_bank = (group.pseudonym(entity, "kenjiro") for entity in ("shop", "bank"))
    told = group.tell("shop-edge", [said("kenjiro", SHOP, "withdrawn", terms())], "kenjiro-leaves")
    assert recorded(told) == (1, 0, 1)
    alone = group.super_id("kenjiro", entity=SHOP)
    assert alone != together
    assert {group.super_id("kenjiro", entity=entity) for entity in (BANK, TRAVEL)} == {together}
    assert group.pseudonym("bank", "kenjiro") == name_at_bank
    assert group.pseudonym("shop", "kenjiro") != name_at_shop
    assert group.read("shop", name_at_shop).status_code == 404  # the old name is the others' now
    assert {fact["source"] for fact in group.own("shop", "kenjiro").json()["facts"]} == {"shop"}
    assert {fact["source"] for fact in group.own("bank", "kenjiro").json()["facts"]} == {"bank", "travel"}


def test_who_withdrew_link_stays_apart_when_the_edge_delivers_again(group: Group) -> None:
    assert recorded(group.tell("shop-edge", [said("omarion", SHOP, "withdrawn", terms())], "omarion-1"))[2] == 1
    alone = group.super_id("omarion", entity=SHOP)
    again = group.deliver("shop-edge", records_of(group, SHOP, PEOPLE["omarion"]), "omarion-2")
    assert again.json()["changed"] == 1  # nothing of what a withdrawal removed is taken for still there
    assert group.super_id("omarion", entity=SHOP) == alone != group.super_id("omarion", entity=BANK)


def test_who_gives_link_again_is_linked_with_the_next_delivery(group: Group) -> None:
    group.tell("bank-edge", [said("pavel", BANK, "withdrawn", terms())], "pavel-1")
    group.deliver("bank-edge", records_of(group, BANK, PEOPLE["pavel"]), "pavel-2")
    assert group.super_id("pavel", entity=BANK) != group.super_id("pavel", entity=SHOP)
    assert recorded(group.tell("bank-edge", [said("pavel", BANK, "given", terms())], "pavel-3")) == (1, 1, 0)
    delivered = group.deliver("bank-edge", records_of(group, BANK, PEOPLE["pavel"]), "pavel-4")
    assert delivered.json()["changed"] == 1
    assert group.super_id("pavel", entity=BANK) == group.super_id("pavel", entity=SHOP)


def test_who_gives_link_again_is_linked_with_the_next_file_though_no_byte_of_it_changed(group: Group) -> None:
    def tokens() -> int:
        ref = group.app.reference(BANK, PEOPLE["ingeborg"].key(BANK))
        with group.app.hub(writes=False) as hub:
            record = hub.stores.refs.find(BANK, [ref])[ref].record
            return len(hub.stores.links.open(np.array([record], dtype=np.int64)).recipe)

    def file_again() -> RunReport:
        using = replace(group.app.ingestion(BANK), scan=no_findings)
        return ingest(str(group.folder / "bank.csv"), contract_of(BANK), using)

    whole = tokens()
    group.tell("bank-edge", [said("ingeborg", BANK, "withdrawn", terms())], "ingeborg-1")
    assert not file_again().repeated
    assert tokens() == 0
    group.tell("bank-edge", [said("ingeborg", BANK, "given", terms())], "ingeborg-2")
    assert not file_again().repeated
    assert tokens() == whole > 0
    assert file_again().repeated


def test_consent_to_something_else_never_changes_who_a_person_is(group: Group) -> None:
    group.tell("bank-edge", [said("quillon", BANK, "withdrawn", terms())], "quillon-1")
    alone = group.super_id("quillon", entity=BANK)
    about = terms("marketing", "contact")
    for at, word in enumerate(("given", "withdrawn", "given")):
        assert recorded(group.tell("bank-edge", [said("quillon", BANK, word, about)], f"quillon-{at + 2}")) == (1, 0, 0)
        assert group.super_id("quillon", entity=BANK) == alone


@pytest.mark.parametrize("word", ["withdrawn", "objected", "restricted"])
def test_a_no_to_marketing_holds_for_the_next_read(group: Group, word: str) -> None:
    who = {"withdrawn": "leilani", "objected": "nadezhda", "restricted": "ingeborg"}[word]
    entity = BANK if who == "ingeborg" else SHOP
    assert group.own(entity, who, "marketing").json()["facts"]
    about = terms("marketing", "use", "share")
    assert group.tell(f"{entity}-edge", [said(who, entity, word, about)], f"{who}-no").status_code == 200
    answer = group.own(entity, who, "marketing")
    assert answer.status_code == 403
    reason = {"withdrawn": "consent-withdrawn"}.get(word, word)
    assert answer.json()["reason"] == reason
    assert group.leaf(answer.json()["journal_index"])["consent_events"]
    assert group.own(entity, who).status_code == 200  # what was said of marketing says nothing of the rest


def test_of_a_company_that_may_share_nothing_any_more_neither_answer_nor_entry_says_a_word(group: Group) -> None:
    shop_tier = "shop.tier"
    before = group.own("bank", "nadezhda").json()
    assert shop_tier in [fact["name"] for fact in before["facts"]]
    about = terms(PURPOSE, "share", categories=["user.behavior"])
    group.tell("shop-edge", [said("nadezhda", SHOP, "withdrawn", about)], "nadezhda-share")
    answer = group.own("bank", "nadezhda").json()
    assert {fact["source"] for fact in answer["facts"]} == {"bank"}
    assert answer["withheld"] == []
    entry = {**group.leaf(answer["journal_index"]), "policy": ""}
    assert (entry["entities"], entry["withheld"]) == (["bank"], [])
    assert "shop" not in str(entry)
    # Of somebody whom nobody else knows, the entry is of the same form.
    alone = group.leaf(group.own("bank", "tomasine").json()["journal_index"])
    assert {name: type(entry[name]) for name in entry} == {name: type(alone[name]) for name in alone}
    assert len(entry["untold"]) == len(alone["untold"]) == 64
    assert group.leaf(before["journal_index"])["entities"] == ["bank", "shop"]


def test_the_state_says_how_it_stands_and_why_with_a_receipt_of_each_event(group: Group) -> None:
    asked = {"source_key": PEOPLE["aikoha"].key(SHOP), "purpose": "marketing", "category": "user.behavior"}
    before = state(group, "shop-dpo", **asked).json()
    assert (before["allowed"], before["state"], before["reason"]) == (True, "given", "consent-given")
    about = terms("marketing", "use", jurisdiction="JP", notice="n-9")
    group.tell("shop-edge", [said("aikoha", SHOP, "withdrawn", about, evidence="ab" * 32)], "aikoha-no")
    after = state(group, "shop-dpo", **asked).json()
    assert (after["allowed"], after["state"], after["reason"]) == (False, "withdrawn", "consent-withdrawn")
    receipt = after["receipts"][-1]
    assert receipt["event"]["evidence_sha256"] == "ab" * 32
    assert receipt["pii_processing"]["privacy_notice"] == "n-9"
    assert receipt["pii_processing"]["jurisdiction"] == "JP"
    ref = group.app.reference(SHOP, PEOPLE["aikoha"].key(SHOP)).hex()
    by_ref = state(group, "shop-edge", ref=ref, purpose="marketing", category="user.behavior")
    assert by_ref.json() == after
    assert not [one for one in PEOPLE["aikoha"].identifiers() if one in by_ref.text]


def test_the_state_towards_another_company_names_the_agreement_of_the_one_that_would_give(group: Group) -> None:
    asked = {"source_key": PEOPLE["mirabelle"].key(SHOP), "category": "user.behavior", "recipient": "bank"}
    shared = state(group, "shop-engineer", **asked, purpose=PURPOSE, operation="share").json()
    assert (shared["allowed"], shared["agreement"]) == (True, "shop-to-all")
    other = state(group, "shop-engineer", **asked, purpose="credit-checking", operation="share").json()
    assert (other["allowed"], other["reason"], other["agreement"]) == (False, "no-agreement", None)


def test_the_state_says_nothing_of_what_a_customer_told_the_recipient_who_obeys_it_at_the_read(group: Group) -> None:
    asked = {"source_key": PEOPLE["pavel"].key(SHOP), "purpose": "marketing", "category": "user.behavior"}
    asked |= {"recipient": "bank", "operation": "share"}
    before = state(group, "shop-engineer", **asked).json()
    assert before["allowed"]
    assert group.super_id("pavel", entity=SHOP) == group.super_id("pavel", entity=BANK)
    objection = said("pavel", BANK, "objected", terms("marketing", "use", "share"))
    assert group.tell("bank-edge", [objection], "pavel-objects").status_code == 200
    assert state(group, "shop-engineer", **asked).json() == before
    assert group.own("bank", "pavel", "marketing").status_code == 403


def test_the_state_is_asked_only_for_purposes_that_the_client_may_state(group: Group) -> None:
    group.add_client("shop-helpdesk", SHOP, Role.ENGINEER, purposes=["customer-support"])
    asked = {"source_key": PEOPLE["aikoha"].key(SHOP), "category": "user.behavior"}
    answers = [state(group, "shop-helpdesk", **asked, purpose=purpose) for purpose in ("marketing", "customer-support")]
    assert [answer.status_code for answer in answers] == [403, 200]
    assert answers[0].json()["type"] == "/docs#problem-not-permitted"


def _says_no_to_analytics(group: Group, api: TestClient, **more: object) -> None:
    """Kenjiro, at the shop, through this copy of the API."""
    for number, word in enumerate(("given", "withdrawn")):
        event = said("kenjiro", SHOP, word, terms("analytics", "use", "share"), **(more if number else {}))
        headers = {**group.as_("shop-edge"), "Idempotency-Key": f"kenjiro-{word}-{len(more)}"}
        assert api.post("/v1/consents", json={"events": [event]}, headers=headers).status_code == 200


def _stands(group: Group) -> str:
    asked = {"source_key": PEOPLE["kenjiro"].key(SHOP), "purpose": "analytics", "category": "user.behavior"}
    return str(state(group, "shop-engineer", **asked).json()["state"])


def test_a_no_that_is_dated_ahead_holds_at_once(group: Group) -> None:
    ahead = group.app.clock.now() + 3_600_000_000
    _says_no_to_analytics(group, group.api, valid_from=ahead)
    assert _stands(group) == "withdrawn"


def test_a_withdrawal_dated_ahead_parts_at_once_who_was_linked(group: Group) -> None:
    ahead = group.app.clock.now() + 3_600_000_000
    event = said("ingeborg", BANK, "withdrawn", terms(), valid_from=ahead)
    assert recorded(group.tell("bank-edge", [event], "ingeborg-ahead")) == (1, 0, 1)


def test_a_no_acknowledged_by_a_copy_whose_clock_runs_ahead_holds_at_every_copy(group: Group) -> None:
    api = TestClient(create(Application(group.app.settings, clock=Ahead(group.app.clock, 60_000_000))))
    _says_no_to_analytics(group, api)
    assert _stands(group) == "withdrawn"
    no = said("quillon", BANK, "withdrawn", terms("marketing", "use", "share"))
    assert group.own("bank", "quillon", "marketing").status_code == 200
    headers = {**group.as_("bank-edge"), "Idempotency-Key": "quillon-ahead"}
    assert api.post("/v1/consents", json={"events": [no]}, headers=headers).status_code == 200
    assert group.own("bank", "quillon", "marketing").status_code == 403


def test_a_no_told_to_a_copy_whose_clock_lags_still_comes_after_the_yes(group: Group) -> None:
    """The yes through a copy that runs ahead, the no through this one."""
    api = TestClient(create(Application(group.app.settings, clock=Ahead(group.app.clock, 60_000_000))))
    about = terms("marketing", "use", "share")
    headers = {**group.as_("bank-edge"), "Idempotency-Key": "yaroslav-yes"}
    yes = said("yaroslav", BANK, "given", about)
    assert api.post("/v1/consents", json={"events": [yes]}, headers=headers).status_code == 200
    assert group.own("bank", "yaroslav", "marketing").status_code == 200
    group.tell("bank-edge", [said("yaroslav", BANK, "withdrawn", about)], "yaroslav-no")
    for copy in (group.api, api):
        answer = copy.post(
            "/v1/profiles/by-source-key",
            params={"purpose": "marketing"},
            json={"source_key": PEOPLE["yaroslav"].key(BANK)},
            headers=group.as_("bank-engineer"),
        )
        assert (answer.status_code, answer.json()["reason"]) == (403, "consent-withdrawn")


def test_somebody_elses_customer_is_like_one_that_is_not_there(group: Group) -> None:
    of_bank = group.app.reference(BANK, PEOPLE["tomasine"].key(BANK)).hex()
    asked = {"purpose": "marketing", "category": "user.behavior"}
    answers = [
        state(group, "shop-edge", ref=of_bank, **asked),
        state(group, "shop-edge", ref="0" * 64, **asked),
        state(group, "shop-edge", source_key=PEOPLE["tomasine"].key(BANK), **asked),
        group.tell("shop-edge", [{"ref": of_bank, "terms": terms(), "state": "withdrawn"}], "theirs-1"),
        group.tell("shop-edge", [{"ref": "0" * 64, "terms": terms(), "state": "withdrawn"}], "theirs-2"),
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert group.own("bank", "tomasine").status_code == 200


def test_events_are_recorded_all_or_none(group: Group) -> None:
    good = said("aikoha", SHOP, "objected", terms("analytics", "use"))
    bad = {"ref": "0" * 64, "terms": terms(), "state": "withdrawn"}
    assert group.tell("shop-edge", [good, bad], "all-or-none").status_code == 404
    key = PEOPLE["aikoha"].key(SHOP)
    found = state(group, "shop-edge", source_key=key, purpose="analytics", category="user.behavior").json()
    assert found["state"] == "unknown"
    assert recorded(group.tell("shop-edge", [good], "all-or-none")) == (1, 0, 0)


def test_telling_the_same_twice_under_one_key_records_it_once(group: Group) -> None:
    event = said("aikoha", SHOP, "objected", terms("research", "use"))
    first, again = (group.tell("shop-edge", [event], "twice-told") for _ in range(2))
    assert first.json() == again.json()
    asked = {"source_key": PEOPLE["aikoha"].key(SHOP), "purpose": "research", "category": "user.behavior"}
    receipts = state(group, "shop-edge", **asked).json()["receipts"]
    assert len([one for one in receipts if one["event"]["event_state"] == "objected" and "research" in str(one)]) == 1


@pytest.mark.parametrize(
    "spoiled",
    [
        {"state": "expired"},
        {"state": "maybe"},
        {"ref": None},
        {"source_key": "x"},
        {"ref": "zz"},
        {"evidence": "Zebulon"},
        {"valid_from": -1},
        {"valid_from": 2**63},
        {"valid_from": 1.5},
        {"person": "Zebulon"},
        {"terms": terms("no-such-purpose")},
        {"terms": terms(categories=["Zebulon"])},
        {"terms": terms(recipients=["Zebulon"])},
        {"terms": terms(recipients=[])},
        {"terms": terms(notice="said Zebulon")},
        {"terms": terms(expires_days=0)},
        {"terms": terms(expires_days=10**30)},
        {"terms": terms(basis="because")},
    ],
    ids=str,
)
def test_what_is_no_event_is_refused_by_its_place_and_never_its_value(group: Group, spoiled: dict[str, Any]) -> None:
    ref = group.app.reference(SHOP, PEOPLE["aikoha"].key(SHOP)).hex()
    event = {"ref": ref, "terms": terms(), "state": "given"} | spoiled
    answer = group.tell("shop-edge", [event], "spoiled-event")
    assert answer.status_code == 422, answer.text
    assert "Zebulon" not in answer.text


@pytest.mark.parametrize(
    "asked",
    [
        {"purpose": "Zebulon", "category": "user.behavior"},
        {"purpose": "marketing", "category": "Zebulon"},
        {"purpose": "marketing", "category": "user.behavior", "recipient": "Zebulon"},
        {"purpose": "marketing", "category": "user.behavior", "recipient": "*"},
        {"purpose": "marketing", "category": "user.behavior", "operation": "Zebulon"},
        {"purpose": "marketing"},
    ],
)
def test_a_question_that_is_none_is_never_answered_with_yes(group: Group, asked: dict[str, str]) -> None:
    answer = state(group, "shop-edge", source_key=PEOPLE["aikoha"].key(SHOP), **asked)
    assert answer.status_code == 422 or answer.json()["allowed"] is False
    assert "Zebulon" not in answer.text
