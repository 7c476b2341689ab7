"""Delivery by a company's edge: tokens and facts land once and whole, and nothing else finds a field to stand in."""

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from http_group import ALL, BANK, PEOPLE, SHOP, TRAVEL, Group, Somebody, records_of, terms

from governance.actors import Role

COUNTS = ("new", "changed", "unchanged", "moved")


def counts(answer: Any) -> tuple[int, ...]:
    assert answer.status_code == 200, answer.text
    return tuple(answer.json()[name] for name in COUNTS)


def everything(group: Group) -> tuple[object, ...]:
    """What a delivery could change, by size."""
    with group.app.hub(writes=False) as hub:
        return hub.stores.refs.by_entity(), hub.census.persons(), tuple(hub.stores.ledger.since(0, limit=5000))


def test_records_over_http_resolve_with_what_others_delivered_by_file(group: Group) -> None:
    bank_alone = group.super_id("yaroslav", entity=BANK)
    answer = group.deliver("shop-edge", records_of(group, SHOP, PEOPLE["yaroslav"]), "yaroslav-1")
    assert counts(answer) == (1, 0, 0, 1)
    assert group.super_id("yaroslav", entity=SHOP) == bank_alone
    facts = {fact["name"]: fact["value"] for fact in group.own("bank", "yaroslav").json()["facts"]}
    assert facts["shop.tier"] == PEOPLE["yaroslav"].facts("shop")[1]
    assert facts["bank.amount"] == PEOPLE["yaroslav"].facts("bank")[0]


def test_the_same_request_twice_gives_the_same_answer_and_changes_nothing(group: Group) -> None:
    records = records_of(group, TRAVEL, PEOPLE["ingeborg"])
    group.add_client("travel-edge", TRAVEL, Role.EDGE)
    first = group.deliver("travel-edge", records, "ingeborg-1")
    assert counts(first)[0] == 1
    before = everything(group)
    again = group.deliver("travel-edge", records, "ingeborg-1")
    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert everything(group) == before
    assert counts(group.deliver("travel-edge", records, "ingeborg-2")) == (0, 0, 1, 0)


def test_a_key_used_again_with_another_body_is_a_conflict_and_changes_nothing(group: Group) -> None:
    one = records_of(group, SHOP, PEOPLE["aikoha"])
    assert group.deliver("shop-edge", one, "used-once").status_code == 200
    before = everything(group)
    for answer in (
        group.deliver("shop-edge", records_of(group, SHOP, PEOPLE["quillon"]), "used-once"),
        group.deliver("shop-edge", one, "used-once", source="another"),
        group.tell("shop-edge", [{"ref": one[0]["ref"], "terms": terms(), "state": "given"}], "used-once"),
    ):
        assert (answer.status_code, answer.json()["type"]) == (409, "/docs#problem-idempotency-conflict")
    assert everything(group) == before


def test_one_key_of_two_clients_is_two_keys(group: Group) -> None:
    shop = group.deliver("shop-edge", records_of(group, SHOP, PEOPLE["aikoha"]), "shared")
    bank = group.deliver("bank-edge", records_of(group, BANK, PEOPLE["tomasine"]), "shared")
    assert (shop.status_code, bank.status_code) == (200, 200)


@pytest.mark.parametrize("key", [None, "", "x" * 129, "with space", "line\tbreak"])
def test_a_write_without_a_proper_key_is_refused(group: Group, key: str | None) -> None:
    headers = group.as_("shop-edge") | ({} if key is None else {"Idempotency-Key": key})
    records = records_of(group, SHOP, PEOPLE["aikoha"])
    answer = group.api.post("/v1/records", json={"records": records}, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["place"] == "header/Idempotency-Key"


def test_an_edge_delivers_for_its_own_company_whatever_it_sends(group: Group) -> None:
    of_bank = records_of(group, BANK, PEOPLE["tomasine"])
    before = group.super_id("tomasine", entity=BANK)
    bank_reads = group.own("bank", "tomasine").json()["facts"]
    assert counts(group.deliver("shop-edge", of_bank, "not-its-own"))[0] == 1  # a record of the shop's, by that name
    assert group.super_id("tomasine", entity=BANK) == before
    facts = group.own("bank", "tomasine").json()["facts"]
    assert [fact for fact in facts if fact["source"] == "bank"] == bank_reads
    with group.app.hub(writes=False) as hub:
        assert len(hub.stores.refs.find(SHOP, [bytes.fromhex(of_bank[0]["ref"])])) == 1


def test_a_delivery_over_the_limit_is_too_large(group: Group) -> None:
    limit = group.app.settings.batch_records_max
    record = {"ref": "0" * 64, "content": "0" * 64}
    many = [{**record, "ref": f"{at:064x}"} for at in range(limit + 1)]
    answer = group.deliver("shop-edge", many, "too-many")
    assert (answer.status_code, answer.json()["type"]) == (413, "/docs#problem-too-large")


def test_all_of_a_delivery_lands_or_none_of_it(group: Group) -> None:
    good, bad = records_of(group, TRAVEL, PEOPLE["quillon"], PEOPLE["tomasine"])
    bad["facts"][0]["category"] = "no.such.category"
    group.add_client("travel-edge-2", TRAVEL, Role.EDGE)
    before = everything(group)
    assert group.deliver("travel-edge-2", [good, bad], "half").status_code == 422
    assert everything(group) == before
    bad["facts"][0]["category"] = "user.behavior"
    assert counts(group.deliver("travel-edge-2", [good, bad], "half"))[0] == 2  # a refused request used up no key


def at(*path: str | int, value: object) -> Callable[[dict[str, Any]], None]:
    def change(record: dict[str, Any]) -> None:
        place: Any = record
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


PLANTED = "Zebulon Quackenbush"
SPOILED = {
    "a field that we do not have": at("name", value=PLANTED),
    "a field named by a person": at(PLANTED, value=1),
    "a field inside a fact": at("facts", 0, "email", value=PLANTED),
    "a field inside the tokens": at("tokens", "name", value=PLANTED),
    "a field inside the terms": at("consents", 0, "terms", "person", value=PLANTED),
    "a ref that is no hash": at("ref", value=PLANTED),
    "a content that is no hash": at("content", value="0" * 63 + "G"),
    "a ref that is a number": at("ref", value=7),
    "tokens that are no base64": at("tokens", "tokens", value=PLANTED),
    "tokens of another length": at("tokens", "tokens", value="AAAA"),
    "tags of another length": at("tokens", "tags", value="AAAA"),
    "a name with blanks": at("facts", 0, "name", value=PLANTED),
    "a name that ends in a line break": at("facts", 0, "name", value="tier\n"),
    "a category that is none": at("facts", 0, "category", value=PLANTED),
    "two facts of one name": at("facts", 1, "name", value="shop.amount"),
    "a fact that is a list": at("facts", 0, "value", value=[PLANTED]),
    "a fact that is nothing": at("facts", 0, "value", value=None),
    "a fact that is too long": at("facts", 0, "value", value="x" * 2001),
    "a number that no computer adds": at("facts", 0, "value", value=10**400),
    "a kind that is none": at("facts", 0, "kind", value=PLANTED),
    "a state that is only found": at("consents", 0, "state", value="expired"),
    "a purpose that is none": at("consents", 0, "terms", "purpose", value=PLANTED),
    "a recipient that is none": at("consents", 0, "terms", "recipients", value=[PLANTED]),
    "a category of consent that is none": at("consents", 0, "terms", "categories", value=[PLANTED]),
    "a notice that is prose": at("consents", 0, "terms", "notice", value=PLANTED),
    "a notice with a null byte": at("consents", 0, "terms", "notice", value="a\x00"),
    "a jurisdiction that is prose": at("consents", 0, "terms", "jurisdiction", value=PLANTED),
    "an operation that is none": at("consents", 0, "terms", "operations", value=[PLANTED]),
    "a date after the end of the world": at("consents", 0, "valid_from", value=2**70),
    "an expiry after the end of the world": at("consents", 0, "terms", "expires_days", value=2**70),
    "two consents of one scope": at("consents", 1, value=None),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
def test_what_is_no_record_is_refused_by_its_place_and_never_its_value(
    group: Group, spoil: Callable[[dict[str, Any]], None]
) -> None:
    (record,) = records_of(group, SHOP, PEOPLE["quillon"])
    spoil(record)
    if record["consents"][1] is None:
        record["consents"][1] = copy.deepcopy(record["consents"][0])
    answer = group.deliver("shop-edge", [record], "spoiled")
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert PLANTED.split()[1] not in answer.text


def test_a_record_that_comes_twice_in_one_delivery_is_refused(group: Group) -> None:
    (record,) = records_of(group, SHOP, PEOPLE["quillon"])
    assert group.deliver("shop-edge", [record, record], "twice").status_code == 422


def test_recipes_that_this_hub_does_not_know_break_nothing(group: Group) -> None:
    (record,) = records_of(group, SHOP, Somebody("Ottoline", "Harcastle", "1950-06-07", 41, ()))
    width = len(record["tokens"]["recipes"])
    strange = copy.deepcopy(record)
    strange["tokens"]["recipes"] = strange["tokens"]["recipes"][: width - 4] + "fX5/"  # 125, 126, 127
    for client, body, key in (("shop-edge", strange, "strange-1"), ("bank-edge", strange, "strange-2")):
        answer = group.deliver(client, [body], key)
        assert answer.status_code in {200, 422}, answer.text


def test_companies_that_deliver_at_the_same_moment_resolve_as_one_after_the_other(group: Group) -> None:
    people = [Somebody("Simultane", f"Number{at:02d}", f"19{50 + at}-01-02", 50 + at, ()) for at in range(6)]
    group.add_client("travel-edge-3", TRAVEL, Role.EDGE)
    clients = {SHOP: "shop-edge", BANK: "bank-edge", TRAVEL: "travel-edge-3"}
    parcels = [(clients[entity], records_of(group, entity, one)) for one in people for entity in ALL]
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda job: group.deliver(job[1][0], job[1][1], f"meet-{job[0]}"), enumerate(parcels)))
    assert {answer.status_code for answer in answers} == {200}
    for one in people:
        refs = {entity: group.app.reference(entity, one.key(entity)) for entity in ALL}
        with group.app.hub(writes=False) as hub:
            records = [hub.stores.refs.find(entity, [ref])[ref].record for entity, ref in refs.items()]
            assert len(set(hub.stores.members.current(records).values())) == 1


def test_one_request_sent_twice_at_once_takes_effect_once(group: Group) -> None:
    records = records_of(group, SHOP, Somebody("Gemina", "Twinberry", "1962-02-02", 60, ()))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: group.deliver("shop-edge", records, "gemina"), range(4)))
    assert {counts(answer) for answer in answers} == {(1, 0, 0, 1)}


def test_a_delivery_whose_facts_hold_an_identifier_is_refused_whole_and_not_repeated(group: Group) -> None:
    records = records_of(group, SHOP, PEOPLE["quillon"])
    planted = "ask quillon@mail.example"
    records[0]["facts"] = [{"name": "shop.note", "category": "user.behavior", "kind": "fact", "value": planted}]
    before = everything(group)
    answer = group.deliver("shop-edge", records, "planted-1")
    assert (answer.status_code, answer.json()["type"]) == (422, "/docs#problem-pii-found")
    assert "quillon" not in answer.text
    assert everything(group) == before
