"""Reads of profiles: decided, journalled, and telling nobody about customers who are not theirs."""

import base64
import json
from typing import Any

import pytest
from http_group import BANK, PEOPLE, PURPOSE, SHOP, Group

from governance.actors import Role
from identity.ids import SuperId


def seen(answer: Any) -> tuple[int, bytes, tuple[tuple[str, str], ...]]:
    """All that a caller gets, but the date."""
    headers = tuple(sorted((name, value) for name, value in answer.headers.items() if name != "date"))
    return answer.status_code, answer.content, headers


def altered(pseudonym: str) -> str:
    """The pseudonym with one bit changed, in a spelling that could be one."""
    head, _, text = pseudonym.rpartition(".")
    raw = bytearray(base64.urlsafe_b64decode(text + "="))
    raw[20] ^= 1
    return f"{head}.{base64.urlsafe_b64encode(bytes(raw)).rstrip(b'=').decode()}"


def test_one_customer_reads_the_same_by_source_key_and_by_pseudonym(group: Group) -> None:
    by_key = group.own("shop", "mirabelle").json()
    by_name = group.read("shop", by_key["pseudonym"]).json()
    assert by_name.pop("journal_index") == by_key.pop("journal_index") + 1
    assert by_name == by_key
    assert {fact["source"] for fact in by_key["facts"]} == {"shop", "bank", "travel"}


def test_two_recipients_and_two_purposes_know_one_person_by_different_pseudonyms(group: Group) -> None:
    assert len({group.super_id("mirabelle", entity=entity) for entity in (SHOP, BANK)}) == 1
    names = [
        group.pseudonym(entity, "mirabelle", purpose)
        for entity in ("shop", "bank", "travel")
        for purpose in ("personalisation", "marketing")
    ]
    assert len(set(names)) == len(names)


def test_absent_foreign_forged_and_unknown_persons_are_refused_alike(group: Group) -> None:
    real = group.pseudonym("shop", "mirabelle")
    of_bank_alone = group.super_id("tomasine", entity=BANK)
    issue = group.app.pseudonyms.issue
    tries = {
        "foreign": group.pseudonym("bank", "mirabelle"),
        "for another purpose": group.pseudonym("shop", "mirabelle", "marketing"),
        "forged": altered(real),
        "malformed": "ps1.0001." + "A" * 42,
        "nonsense": "no-pseudonym-at-all",
        "of a later epoch": real.replace("ps1.0001", "ps1.0002"),
        "of a person whom the recipient does not know": issue(of_bank_alone, recipient=SHOP, purpose=PURPOSE),
        "of nobody": issue(SuperId(bytes(16)), recipient=SHOP, purpose=PURPOSE),
    }
    for path in ("profiles", "matches"):
        answers = {
            why: group.api.get(
                f"/v1/{path}/{pseudonym}", params={"purpose": PURPOSE}, headers=group.as_("shop-engineer")
            )
            for why, pseudonym in tries.items()
        }
        assert len({seen(one) for one in answers.values()}) == 1, path
        assert answers["nonsense"].status_code == 404


def test_a_source_key_of_another_company_is_like_one_that_nobody_has(group: Group) -> None:
    shape = {"purpose": PURPOSE}
    answers = [
        group.api.post(
            "/v1/profiles/by-source-key", params=shape, json={"source_key": key}, headers=group.as_("shop-engineer")
        )
        for key in (PEOPLE["tomasine"].key("bank"), PEOPLE["mirabelle"].key("bank"), "x", "\N{SNOWMAN}" * 500)
    ]
    assert len({seen(one) for one in answers}) == 1
    assert answers[0].status_code == 404


def test_what_is_not_there_leaves_no_entry_that_could_be_counted(group: Group) -> None:
    before = group.own("shop", "aikoha").json()["journal_index"]
    assert group.read("shop", "nobody").status_code == 404
    assert group.own("shop", "aikoha").json()["journal_index"] == before + 1


@pytest.mark.parametrize("purpose", ["", "no-such-purpose", "MARKETING", "marketing ", "marketing\x00"])
def test_every_read_states_a_purpose_that_the_group_knows(group: Group, purpose: str) -> None:
    for method, path, body in (
        ("GET", "/v1/profiles/x", None),
        ("GET", "/v1/matches/x", None),
        ("POST", "/v1/profiles/by-source-key", {"source_key": "x"}),
        ("POST", "/v1/profiles/batch", {"pseudonyms": ["x"]}),
    ):
        headers = group.as_("shop-engineer")
        stated = group.api.request(method, path, params={"purpose": purpose}, json=body, headers=headers)
        silent = group.api.request(method, path, json=body, headers=headers)
        assert (stated.status_code, silent.status_code) == (422, 422)
        assert silent.json()["type"] == "/docs#problem-invalid-request"


def test_a_refused_read_says_why_and_its_leaf_is_in_the_journal(group: Group) -> None:
    known = group.pseudonym("shop", "mirabelle")
    answer = group.read("shop", known, "data-sale")
    assert answer.status_code == 403
    problem = answer.json()
    assert (problem["type"], problem["reason"]) == ("/docs#problem-read-refused", "purpose-not-permitted")
    leaf = group.leaf(problem["journal_index"])
    assert (leaf["decision"], leaf["reason"], leaf["recipient"]) == ("refuse", "purpose-not-permitted", "shop")
    assert (leaf["purpose"], leaf["attributes"], leaf["client"]) == ("data-sale", [], "shop-engineer")


def test_a_refused_purpose_says_nothing_about_whether_the_person_is_there(group: Group) -> None:
    answers = [group.own("shop", who, "data-sale").json() for who in ("mirabelle", "tomasine")]
    answers += [group.read("shop", "nonsense", "data-sale").json()]
    for one in answers:
        del one["journal_index"]
    assert answers[0] == answers[1] == answers[2]


def test_a_client_states_only_the_purposes_that_it_was_given(group: Group) -> None:
    group.add_client("shop-support", SHOP, Role.ENGINEER, purposes=["customer-support"])
    answer = group.api.get("/v1/profiles/x", params={"purpose": PURPOSE}, headers=group.as_("shop-support"))
    assert (answer.status_code, answer.json()["reason"]) == (403, "purpose-not-permitted-to-client")
    assert group.leaf(answer.json()["journal_index"])["client"] == "shop-support"


def test_the_leaf_of_an_answer_tells_who_why_and_which_attributes_and_no_value(group: Group) -> None:
    answer = group.own("bank", "mirabelle").json()
    leaf = group.leaf(answer["journal_index"])
    assert (leaf["recipient"], leaf["purpose"], leaf["decision"]) == ("bank", PURPOSE, "allow")
    assert sorted(one["name"] for one in leaf["attributes"]) == [one["name"] for one in answer["facts"]]
    assert leaf["entities"] == ["bank", "shop", "travel"]
    assert leaf["agreements"] == ["shop-to-all", "travel-to-all"]
    text = json.dumps(leaf)
    values = [str(fact["value"]) for fact in answer["facts"]]
    assert len(values) == 6
    assert not [one for one in (*values, answer["pseudonym"], *PEOPLE["mirabelle"].identifiers()) if one in text]
    assert group.super_id("mirabelle", entity=BANK).hex() not in text


def test_what_another_company_knows_is_shown_no_clearer_than_policy_says(group: Group) -> None:
    facts = {fact["name"]: fact for fact in group.own("shop", "mirabelle", "marketing").json()["facts"]}
    assert facts["shop.amount"]["value"] == PEOPLE["mirabelle"].facts("shop")[0]
    assert facts["bank.amount"]["strength"] == "bucketed"
    assert facts["bank.amount"]["value"] == "1000–1999" or "–" in facts["bank.amount"]["value"]
    assert PEOPLE["mirabelle"].facts("bank")[1] not in str(facts)


def batch(group: Group, pseudonyms: list[str], purpose: str = PURPOSE) -> Any:
    return group.api.post(
        "/v1/profiles/batch",
        params={"purpose": purpose},
        json={"pseudonyms": pseudonyms},
        headers=group.as_("shop-engineer"),
    )


def test_a_batch_keeps_the_order_and_ones_refusal_is_not_anothers(group: Group) -> None:
    people = ["mirabelle", "aikoha", "pavel"]
    mirabelle, aikoha, pavel = (group.pseudonym("shop", who) for who in people)
    asked = [pavel, "nonsense", mirabelle, group.pseudonym("bank", "pavel"), aikoha, mirabelle]
    answer = batch(group, asked)
    assert answer.status_code == 200
    items = answer.json()
    assert [item["pseudonym"] for item in items] == asked
    assert [item["problem"] for item in items] == [None, "unknown-pseudonym", None, "unknown-pseudonym", None, None]
    assert [item["profile"] and item["profile"]["pseudonym"] for item in items] == [
        pavel, None, mirabelle, None, aikoha, mirabelle
    ]  # fmt: skip
    leaves = [item["journal_index"] for item in items if item["profile"]]
    assert len(set(leaves)) == 4
    assert {group.leaf(index)["operation"] for index in leaves} == {"batch-read"}


def test_a_batch_over_the_limit_is_too_large_and_reads_nobody(group: Group) -> None:
    limit = group.app.settings.batch_profiles_max
    before = group.own("shop", "aikoha").json()["journal_index"]
    answer = batch(group, ["x"] * (limit + 1))
    assert (answer.status_code, answer.json()["type"]) == (413, "/docs#problem-too-large")
    assert str(limit) in answer.json()["detail"]
    assert batch(group, ["x"] * limit).status_code == 200
    assert group.own("shop", "aikoha").json()["journal_index"] == before + 1


def test_a_batch_for_a_refused_purpose_is_refused_as_a_whole(group: Group) -> None:
    answer = batch(group, [group.pseudonym("shop", "mirabelle")], "data-sale")
    assert answer.status_code == 403
    assert group.leaf(answer.json()["journal_index"])["operation"] == "batch-read"


def explained(group: Group, client: str) -> Any:
    headers = group.as_(client)
    pseudonym = group.pseudonym("shop", "mirabelle")
    return group.api.get(f"/v1/matches/{pseudonym}", params={"purpose": PURPOSE}, headers=headers)


def test_a_steward_sees_bits_by_field_and_an_engineer_only_a_band(group: Group) -> None:
    steward, engineer = explained(group, "shop-steward").json(), explained(group, "shop-engineer").json()
    assert steward["records"] == engineer["records"] == 3
    assert len(steward["pairs"]) == len(engineer["pairs"]) == 3
    for pair in steward["pairs"]:
        assert {"prior", "e-mail", "phone"} <= {item["field"].replace("email", "e-mail") for item in pair["fields"]}
        assert pair["bits"] > 0
    for pair in engineer["pairs"]:
        assert (pair["bits"], pair["match_keys"], pair["fields"]) == (None, None, [])
        assert pair["band"]


@pytest.mark.parametrize("client", ["shop-steward", "shop-engineer"])
def test_an_explanation_never_shows_a_value_and_is_journalled(group: Group, client: str) -> None:
    answer = explained(group, client)
    assert not [one for one in PEOPLE["mirabelle"].identifiers() if one.lower() in answer.text.lower()]
    leaf = group.leaf(answer.json()["journal_index"])
    assert (leaf["operation"], leaf["client"], leaf["decision"]) == ("explain", client, "allow")
