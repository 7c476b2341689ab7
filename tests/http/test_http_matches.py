"""Explaining a match discloses no more than a read would, to a steward neither, and is journalled as one."""

from collections.abc import Iterator
from typing import Any

import pytest
from http_group import BANK, PURPOSE, SHOP, Group, new_group, said, terms

READERS = ("shop-steward", "shop-engineer")


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Group]:
    """A group whose people change their minds here only."""
    made = new_group(tmp_path_factory.mktemp("matches"))
    with made.api:
        yield made
    made.close()


def explained(group: Group, client: str, pseudonym: str) -> Any:
    return group.api.get(f"/v1/matches/{pseudonym}", params={"purpose": PURPOSE}, headers=group.as_(client))


def companies(answer: Any) -> set[str]:
    return {pair[side] for pair in answer.json()["pairs"] for side in ("left", "right")}


def found_by(group: Group, officer: str, index: int) -> bool:
    answer = group.api.get("/v1/journal/entries", params={"limit": 50}, headers=group.as_(officer))
    return index in [entry["index"] for entry in answer.json()["entries"]]


@pytest.mark.parametrize("client", READERS)
def test_every_company_that_an_explanation_names_finds_it_in_the_journal(alone: Group, client: str) -> None:
    answer = explained(alone, client, alone.pseudonym("shop", "mirabelle"))
    assert companies(answer) == {"shop", "bank", "travel"}
    index = answer.json()["journal_index"]
    assert alone.leaf(index)["entities"] == ["bank", "shop", "travel"]
    assert all(found_by(alone, officer, index) for officer in ("shop-dpo", "bank-dpo", "travel-dpo"))


def test_who_is_shown_no_fact_of_a_company_is_not_told_of_it_by_an_explanation(alone: Group) -> None:
    alone.tell("bank-edge", [said("kenjiro", BANK, "withdrawn", terms(PURPOSE, "share"))], "kenjiro-share")
    read = alone.own("shop", "kenjiro").json()
    assert {fact["source"] for fact in read["facts"]} == {"shop", "travel"}
    for client in READERS:
        answer = explained(alone, client, read["pseudonym"])
        assert answer.json()["records"] == 2
        assert companies(answer) == {"shop", "travel"}
        assert "bank" not in answer.text
        index = answer.json()["journal_index"]
        assert alone.leaf(index)["entities"] == ["shop", "travel"]
        assert "bank" not in str(alone.leaf(index))
        assert not found_by(alone, "bank-dpo", index)


def test_who_is_shown_no_fact_at_all_is_told_of_its_own_records_alone(alone: Group) -> None:
    for number, operation in enumerate(("use", "share")):
        event = said("omarion", SHOP, "withdrawn", terms(PURPOSE, operation, categories=["user.behavior"]))
        alone.tell("shop-edge", [event], f"omarion-{number}")
    read = alone.own("shop", "omarion").json()
    assert read["facts"] == []
    for client in READERS:
        answer = explained(alone, client, read["pseudonym"])
        assert (answer.json()["records"], answer.json()["pairs"]) == (1, [])
        assert alone.leaf(answer.json()["journal_index"])["entities"] == ["shop"]


@pytest.mark.parametrize("client", READERS)
def test_what_a_person_forbids_to_read_is_not_explained_and_the_refusal_is_journalled(
    alone: Group, client: str
) -> None:
    pseudonym = alone.app.pseudonyms.issue(alone.super_id("pavel", entity=SHOP), recipient=SHOP, purpose=PURPOSE)
    objection = said("pavel", SHOP, "objected", terms(PURPOSE, "use", "share"))
    assert alone.tell("shop-edge", [objection], "pavel-objects").status_code == 200
    assert alone.own("shop", "pavel").json()["reason"] == "objected"
    answer = explained(alone, client, pseudonym)
    assert (answer.status_code, answer.json()["reason"]) == (403, "objected")
    assert "bank" not in answer.text
    leaf = alone.leaf(answer.json()["journal_index"])
    assert (leaf["operation"], leaf["client"], leaf["decision"]) == ("explain", client, "refuse")
    assert (leaf["reason"], leaf["entities"]) == ("objected", [])
