"""Leaves: one canonical spelling, and no room for a personal value."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st
from journal_samples import a_leaf

from governance.journal.errors import InvalidLeaf
from governance.journal.leaf import at_text, canonical, complete, decode, encode, instant_of, strict_json


def test_what_is_left_out_is_empty_and_what_is_encoded_comes_back() -> None:
    short = {name: a_leaf(1)[name] for name in ("v", "at", "operation", "client", "decision")}
    whole = complete(short)
    assert decode(encode(short)) == whole
    assert whole["attributes"] == []
    assert whole["epochs"] == {}
    assert whole["subject"] == ""
    assert complete(short)["attributes"] is not whole["attributes"]


def test_the_bytes_do_not_depend_on_the_order_of_the_fields() -> None:
    leaf = a_leaf(3)
    assert encode(dict(reversed(leaf.items()))) == encode(leaf)
    assert json.loads(encode(leaf)) == leaf


_WORDS = st.lists(st.from_regex(r"[A-Za-z0-9*][A-Za-z0-9._:*/#+-]{0,12}", fullmatch=True), max_size=4)


@given(_WORDS, _WORDS, st.integers(1, 2**31 - 1))
def test_the_bytes_are_those_of_rfc_8785(words: list[str], names: list[str], epoch: int) -> None:
    attributes = [a_leaf(0)["attributes"][0] | {"name": name} for name in names]
    leaf = a_leaf(1, consent_events=words, attributes=attributes, epochs=dict.fromkeys(names, epoch))
    assert encode(leaf) == rfc8785.dumps(complete(leaf))


@pytest.mark.parametrize(
    "change",
    [
        {"v": 2}, {"v": True}, {"at": "2026-11-03T10:20:30Z"}, {"at": "2026-02-30T10:20:30.000000Z"}, {"at": 5},
        {"client": ""}, {"client": "佐藤花子"}, {"client": "hana@example.com"}, {"client": "hana sato"},
        {"client": "a" * 129}, {"client": "a\n"}, {"purpose": 3}, {"purpose": None}, {"legal_basis": "consent"},
        {"legal_basis": ["a b"]}, {"entities": [None]}, {"subject": "abc"}, {"subject": "A" * 64},
        {"pseudonym": "ps1.0001.x"}, {"untold": "income"}, {"untold": ["ab" * 32]},
        {"attributes": {}}, {"attributes": [{"name": "a"}]}, {"consent_events": ["x"] * 501}, {"decision": "maybe"},
        {"decision": []}, {"reason": "because he said so"}, {"epochs": {"a": 0}}, {"epochs": {"a": "1"}},
        {"epochs": {"a": True}}, {"trace": "xyz"}, {"note": "x"},
        {"attributes": [a_leaf(0)["attributes"][0] | {"value": "hana"}]},
        {"attributes": [a_leaf(0)["attributes"][0] | {"commitment": "12"}]},
        {"attributes": [a_leaf(0)["attributes"][0] | {"name": ["x"]}]},
        {"withheld": [a_leaf(0)["attributes"][0]]},
    ],
)  # fmt: skip
def test_what_breaks_the_contract_is_refused_without_being_shown(change: dict[str, object]) -> None:
    with pytest.raises(InvalidLeaf) as error:
        encode(a_leaf(1, **change))
    assert "hana" not in str(error.value)
    assert "佐藤" not in str(error.value)


@pytest.mark.parametrize("field", ["v", "at", "operation", "client", "decision"])
def test_what_every_leaf_must_say_cannot_be_left_out(field: str) -> None:
    leaf = a_leaf(1)
    del leaf[field]
    with pytest.raises(InvalidLeaf, match=field):
        encode(leaf)


def test_a_value_is_named_by_its_commitment() -> None:
    attributes = [a_leaf(0)["attributes"][0] | {"commitment": "c" * 64}]
    assert decode(encode(a_leaf(0, attributes=attributes)))["attributes"] == attributes


def test_a_leaf_has_a_limited_length() -> None:
    with pytest.raises(InvalidLeaf, match="bytes"):
        encode(a_leaf(1, consent_events=["x" * 128] * 500))


@given(st.integers(-62_135_596_800_000_000, 253_402_300_799_999_999))
def test_an_instant_is_spelt_in_one_way_and_read_back(instant: int) -> None:
    text = at_text(instant)
    assert len(text) == 27
    assert instant_of(text) == instant


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":1}', '{"a":[{"b":1,"b":2}]}', "NaN", "[Infinity]", "[" * 100_000, "{", ""]
)
def test_json_that_two_readers_may_read_in_two_ways_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  whichever way it cannot be read
        strict_json(text)


@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b'"x"', b'{"a":1,"a":2}'])
def test_a_stored_leaf_that_is_no_object_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidLeaf):
        decode(content)


@pytest.mark.parametrize("value", [float("nan"), 2**60, "\ud800", {1: 2}, {"\ud800": 1}, b"x", {1, 2}])
def test_what_json_cannot_say_alike_everywhere_is_not_canonical(value: object) -> None:
    with pytest.raises(InvalidLeaf):
        canonical(value)
