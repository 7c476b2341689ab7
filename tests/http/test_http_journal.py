"""The journal for the officers of each company: their own entries, and proofs that hold without trust in the hub."""

from collections.abc import Iterator
from typing import Any

import pytest
from http_group import BANK, PURPOSE, SHOP, Group

from governance.actors import Role
from governance.journal.checkpoint import open_checkpoint
from governance.journal.errors import InvalidProof
from governance.journal.leaf import encode
from governance.journal.merkle import leaf_hash
from governance.journal.note import NoteVerifier
from governance.journal.proofs import verify_consistency, verify_inclusion

ENTRIES = "/v1/journal/entries"


def ask(group: Group, path: str, officer: str = "shop-dpo", **params: object) -> Any:
    return group.api.get(path, params={name: str(one) for name, one in params.items()}, headers=group.as_(officer))


def pages(group: Group, officer: str, limit: int, **filters: object) -> Iterator[list[dict[str, Any]]]:
    cursor: dict[str, object] = {}
    for _ in range(200):
        answer = ask(group, ENTRIES, officer, limit=limit, **filters, **cursor)
        assert answer.status_code == 200, answer.text
        yield answer.json()["entries"]
        if answer.json()["next_cursor"] is None:
            return
        cursor = {"cursor": answer.json()["next_cursor"]}
    raise AssertionError("the pages never end")


@pytest.fixture(scope="module")
def reads(group: Group) -> list[int]:
    """Indexes of reads: of the shop's own, of the bank's own, and of one whom both know, by turns."""
    answers = [group.own(*one) for _ in range(3) for one in (("shop", "aikoha"), ("bank", "tomasine"))]
    answers += [group.own("bank", "mirabelle"), group.own("shop", "mirabelle", "data-sale")]
    return [answer.json()["journal_index"] for answer in answers]


def test_an_officer_sees_the_entries_of_the_own_company_and_no_others(group: Group, reads: list[int]) -> None:
    for entity in ("shop", "bank", "travel"):
        found = [entry for page in pages(group, f"{entity}-dpo", 50) for entry in page]
        assert all(one["leaf"]["recipient"] == entity or entity in one["leaf"]["entities"] for one in found)
        with group.app.hub(writes=False) as hub:
            leaves = [hub.journal.entry(index) for index in range(hub.journal.size())]
        own = [one.index for one in leaves if entity in (one.leaf["recipient"], *one.leaf["entities"])]
        assert [one["index"] for one in found] == own[::-1]
    assert reads[0] not in own


def test_what_a_company_gave_to_another_is_in_both_their_views(group: Group, reads: list[int]) -> None:
    for client in ("shop-dpo", "bank-dpo", "travel-dpo"):
        assert reads[6] in [entry["index"] for page in pages(group, client, 50) for entry in page]


@pytest.mark.parametrize("limit", [1, 2, 7, 50])
def test_pages_cover_every_entry_once_newest_first_at_any_size(group: Group, reads: list[int], limit: int) -> None:
    filters = {"client": "bank-engineer", "purpose": PURPOSE}
    whole = [entry["index"] for page in pages(group, "bank-dpo", 50, **filters) for entry in page]
    paged = list(pages(group, "bank-dpo", limit, **filters))
    assert [entry["index"] for page in paged for entry in page] == whole == sorted(set(whole), reverse=True)
    assert all(len(page) == limit for page in paged[:-1])
    assert set(whole) >= {reads[1], reads[3], reads[5]}


def test_filters_keep_what_they_name_and_nothing_else(group: Group, reads: list[int]) -> None:
    def found(**filters: object) -> list[dict[str, Any]]:
        return [entry for page in pages(group, "shop-dpo", 50, **filters) for entry in page]

    refused = found(decision="refuse")
    assert reads[7] in [one["index"] for one in refused]
    assert {one["leaf"]["decision"] for one in refused} == {"refuse"}
    assert {one["leaf"]["purpose"] for one in found(purpose="data-sale")} == {"data-sale"}
    assert {one["leaf"]["client"] for one in found(client="bank-engineer")} == {"bank-engineer"}
    at = group.leaf(reads[2])["at"]
    assert reads[2] in [one["index"] for one in found(since=at)]
    assert reads[2] not in [one["index"] for one in found(until=at)]
    assert found(since=at, until=at) == []
    assert found(client="nobody") == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"decision": "maybe"},
        {"since": "yesterday"},
        {"since": "2026-01-01T00:00:00"},
        {"until": "99999-01-01"},
        {"client": "a\x00b"},
        {"purpose": "Robert'); --"},
        {"limit": 0},
        {"limit": -1},
        {"limit": "many"},
        {"cursor": "x" * 257},
    ],
    ids=str,
)
def test_a_search_that_is_none_is_refused(group: Group, wrong: dict[str, object]) -> None:
    answer = ask(group, ENTRIES, **wrong)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_the_ends_of_time_are_instants_like_others(group: Group, instant: str) -> None:
    assert ask(group, ENTRIES, since=instant).status_code == 200
    assert ask(group, ENTRIES, until=instant).status_code == 200


def test_a_page_over_the_limit_is_too_large(group: Group) -> None:
    assert ask(group, ENTRIES, limit=group.app.settings.page_entries_max + 1).status_code == 413


def test_a_cursor_that_was_not_given_for_this_listing_is_refused(group: Group, reads: list[int]) -> None:
    own = ask(group, ENTRIES, limit=1).json()["next_cursor"]
    filtered = ask(group, ENTRIES, limit=1, purpose=PURPOSE).json()["next_cursor"]
    of_bank = ask(group, ENTRIES, "bank-dpo", limit=1).json()["next_cursor"]
    assert ask(group, ENTRIES, limit=1, cursor=own).status_code == 200
    changed = ("A" if own[0] != "A" else "B") + own[1:]
    for cursor in (filtered, of_bank, changed, own[:-2], "AAAA", "é", "A" * 32, "!"):
        answer = ask(group, ENTRIES, limit=1, cursor=cursor)
        assert (answer.status_code, answer.json()["type"]) == (422, "/docs#problem-invalid-request"), cursor


def head(group: Group) -> tuple[int, bytes]:
    """Size and root of the checkpoint, once its signature is verified with the key that an officer holds."""
    key = NoteVerifier.from_vkey(ask(group, "/v1/journal/key").text)
    note = ask(group, "/v1/journal/checkpoint")
    assert note.headers["content-type"].startswith("text/plain")
    opened = open_checkpoint(note.text, [key], origin="enishi/invented")
    return opened.size, opened.root


def hashes(proof: Any) -> list[bytes]:
    assert proof.status_code == 200, proof.text
    return [bytes.fromhex(one) for one in proof.json()["hashes"]]


def test_an_own_entry_is_proved_to_be_in_the_journal_without_trust(group: Group, reads: list[int]) -> None:
    size, root = head(group)
    own_entries = [entry for page in pages(group, "shop-dpo", 50) for entry in page if entry["index"] < size]
    assert own_entries
    for entry in own_entries[:: max(1, len(own_entries) // 12)]:
        index = entry["index"]
        proof = ask(group, "/v1/journal/proofs/inclusion", index=index, size=size)
        own = leaf_hash(encode(entry["leaf"]))
        assert proof.json()["leaf_hash"] == own.hex()
        verify_inclusion(own, index=index, size=size, proof=hashes(proof), root=root)
        changed = leaf_hash(encode({**entry["leaf"], "reason": "changed"}))
        with pytest.raises(InvalidProof):
            verify_inclusion(changed, index=index, size=size, proof=hashes(proof), root=root)


def test_the_journal_is_proved_to_have_only_grown(group: Group) -> None:
    old, old_root = head(group)
    for _ in range(3):
        group.own("shop", "aikoha")
    new, new_root = head(group)
    assert new >= old + 3
    proof = hashes(ask(group, "/v1/journal/proofs/consistency", old=old, new=new))
    verify_consistency(old_size=old, new_size=new, old_root=old_root, new_root=new_root, proof=proof)
    with pytest.raises(InvalidProof):
        verify_consistency(old_size=old, new_size=new, old_root=new_root, new_root=new_root, proof=proof)


def test_beyond_the_journal_nothing_is_found(group: Group) -> None:
    size, _ = head(group)
    for path, params in (
        ("inclusion", {"index": size + 10_000, "size": size}),
        ("inclusion", {"index": 0, "size": size + 10_000}),
        ("inclusion", {"index": size, "size": size}),
        ("inclusion", {"index": 10**40, "size": 10**40}),
        ("consistency", {"old": 2, "new": 1}),
        ("consistency", {"old": 0, "new": 10**40}),
    ):
        answer = ask(group, f"/v1/journal/proofs/{path}", **params)
        assert (answer.status_code, answer.json()["type"]) == (404, "/docs#problem-outside-journal"), params


def test_an_officer_of_two_roles_sees_no_more_for_it(group: Group, reads: list[int]) -> None:
    group.add_client("shop-both", SHOP, Role.DPO, Role.ENGINEER)
    both = [entry["index"] for page in pages(group, "shop-both", 50) for entry in page]
    assert both == [entry["index"] for page in pages(group, "shop-dpo", 50) for entry in page]
    assert reads[1] not in both
    assert group.leaf(reads[1])["recipient"] == BANK
