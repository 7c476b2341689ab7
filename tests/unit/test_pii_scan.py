"""Identifiers are found beside kanji, in wide digits and in columns; values never come back."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.errors import TextTooLong
from governance.pii import scan as scanning
from governance.pii.kinds import PiiKind, is_my_number
from governance.pii.scan import TEXT_CHARS_MAX, Finding, kinds_in, redact, scan

pytest.importorskip("presidio_analyzer")

PLANTED = {
    "taro.yamada@example.co.jp": PiiKind.EMAIL,
    "o'brien+x@example.invalid": PiiKind.EMAIL,
    "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏｍ": PiiKind.EMAIL,
    "090-1234-5678": PiiKind.PHONE,
    "０９０ー１２３４ー５６７８": PiiKind.PHONE,
    "03-3123-4567": PiiKind.PHONE,
    "+81 90 1234 5678": PiiKind.PHONE,
    "13812345678": PiiKind.PHONE,
    "0912-345-678": PiiKind.PHONE,
    "+1 650 253 0000": PiiKind.PHONE,
    "4111-1111-1111-1111": PiiKind.CREDIT_CARD,
    "378282246310005": PiiKind.CREDIT_CARD,
    "123456789018": PiiKind.MY_NUMBER,
    "１２３４　５６７８　９０１８": PiiKind.MY_NUMBER,
    "11010519491231002X": PiiKind.CHINA_RESIDENT_ID,
    "A123456789": PiiKind.TAIWAN_ID,
    "900101-1234567": PiiKind.KOREA_RRN,
}

HARMLESS = (
    *("2024-01-01 10:00:00", "20240101", "12345", "ポイント 1,234,567 点", "東京都千代田区千代田1-1", "〒100-0001"),
    *("0.123456789", "order 1000000000", "gold", "@home", "a@b", "3.14159265358979", "ISBN 978-4-00-310101"),
    *("", "000000000000"),
)


@pytest.mark.parametrize(("planted", "kind"), PLANTED.items())
@pytest.mark.parametrize("around", ["{}", "連絡先は{}です。", "请拨打{}谢谢", "call {} now", "({})", "電話{}まで"])
def test_an_identifier_is_found_and_redacted_whatever_stands_around_it(planted: str, kind: str, around: str) -> None:
    text = around.format(planted)
    assert kind in kinds_in([text])
    assert planted not in redact(text)
    assert redact(text) == around.format(f"[{kind}]")


@pytest.mark.parametrize("text", HARMLESS)
def test_ordinary_text_is_left_alone(text: str) -> None:
    assert redact(text) == text
    assert scan({"c": [text]}) == ()


def test_a_finding_names_column_kind_and_share_and_never_a_value() -> None:
    columns: dict[str, list[str | None]] = {
        "note": ["fine", "mail taro@example.com", None, "also fine", "090-1234-5678 please"],
        "points": ["1", "2", "3"],
        "empty": [None, ""],
    }
    found = scan(columns)
    assert found == (Finding("note", PiiKind.EMAIL, 0.25, 4), Finding("note", PiiKind.PHONE, 0.25, 4))
    assert not any(part in repr(found) for part in ("taro", "1234"))


def test_a_value_counts_once_however_often_it_stands() -> None:
    (found,) = scan({"mail": ["a@example.com"] * 500 + ["none"]})
    assert (found.share, found.rows_examined) == (0.5, 2)


def test_a_sample_reaches_to_the_end_of_a_long_column() -> None:
    values = [f"value {place}" for place in range(5_000)] + [f"p{place}@example.com" for place in range(5_000)]
    (found,) = scan({"mixed": values}, sample=100)
    assert found.rows_examined == 100
    assert 0.4 < found.share < 0.6


def test_numbers_that_pass_a_check_digit_by_chance_are_not_reported() -> None:
    """A column of twelve-digit order numbers holds some that would do as My Numbers."""
    rng = random.Random(7)
    orders = [f"{rng.randrange(10**11, 2 * 10**11)}" for _ in range(200)]
    assert any(is_my_number(order) for order in orders)
    assert scan({"order": orders}) == ()


def test_my_numbers_are_reported_among_other_numbers() -> None:
    rng = random.Random(8)
    people = [number for _ in range(2_000) if is_my_number(number := f"{rng.randrange(10**11, 10**12)}")][:60]
    others = [f"{rng.randrange(10**11, 10**12)}" for _ in range(100)]
    assert PiiKind.MY_NUMBER in {found.kind for found in scan({"number": people + others})}


def test_one_card_number_in_a_column_of_words_is_reported() -> None:
    words = [f"word {place}" for place in range(150)]
    found = scan({"note": [*words, "paid with 4111111111111111"]})
    assert [one.kind for one in found] == [PiiKind.CREDIT_CARD]


def test_overlapping_identifiers_are_redacted_as_one() -> None:
    assert redact("13812345678@example.com") == "[email]"


def test_a_text_over_the_limit_is_refused_and_not_left_unread() -> None:
    with pytest.raises(TextTooLong):
        redact("a" * (TEXT_CHARS_MAX + 1))


def test_a_hostile_text_costs_little_time() -> None:
    for hostile in (
        "a" * 19_000 + "@",
        "a." * 9_000 + "@x",
        "1-" * 9_000,
        "4 " * 9_000,
        "a@" * 9_000,
        "a@" + "b." * 9_000,
    ):
        redact(hostile)


@given(st.text(alphabet=st.sampled_from("09８@aＡ.-ー 山+("), max_size=40))
@settings(max_examples=150)
def test_skipping_texts_that_are_not_worth_a_look_loses_nothing(text: str) -> None:
    if not scanning._WORTH_A_LOOK.search(scanning._folded(text)):
        assert not scanning._analyser().analyze(scanning._folded(text), "en")


@given(st.text(max_size=60))
@settings(max_examples=80)
def test_redaction_ends_and_leaves_nothing_to_redact(text: str) -> None:
    once = redact(text)
    assert not kinds_in([once])
