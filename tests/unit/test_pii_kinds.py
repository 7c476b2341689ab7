"""Check digits: the published examples pass, and single slips are caught where the scheme promises it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.pii.kinds import is_china_resident_id, is_credit_card, is_my_number, is_taiwan_id

VALID: list[tuple[Callable[[str], bool], str]] = [
    (is_credit_card, "4111 1111 1111 1111"),
    (is_credit_card, "378282246310005"),
    (is_credit_card, "6200000000000005"),
    (is_my_number, "1234 5678 9018"),
    (is_my_number, "200000000000"),
    (is_china_resident_id, "11010519491231002X"),
    (is_china_resident_id, "440524188001010014"),
    (is_taiwan_id, "A123456789"),
    (is_taiwan_id, "a123456789"),
    (is_taiwan_id, "A800000014"),
]


@pytest.mark.parametrize(("check", "text"), VALID)
def test_published_examples_pass(check: Callable[[str], bool], text: str) -> None:
    assert check(text)


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (is_credit_card, "4111111111111112"),
        (is_credit_card, "0000000000000000"),
        (is_credit_card, "9111111111111113"),
        (is_credit_card, "42"),
        (is_my_number, "123456789017"),
        (is_my_number, "000000000000"),
        (is_my_number, "12345678901"),
        (is_china_resident_id, "110105194912310021"),
        (is_china_resident_id, "11010519491331002X"),
        (is_china_resident_id, "99010519491231002X"),
        (is_china_resident_id, "1101051949123100２X"),
        (is_china_resident_id, "1101051949123100²X"),
        (is_taiwan_id, "A123456788"),
        (is_taiwan_id, "A323456789"),
        (is_taiwan_id, "1123456789"),
    ],
)
def test_what_is_none_fails(check: Callable[[str], bool], text: str) -> None:
    assert not check(text)


STRICT = [example for example in VALID if example[0] in {is_credit_card, is_china_resident_id}]


@given(st.sampled_from(STRICT), st.integers(0, 18), st.integers(1, 9))
def test_luhn_and_mod_11_2_catch_every_single_wrong_digit(
    example: tuple[Callable[[str], bool], str], place: int, step: int
) -> None:
    check, text = example
    place %= len(text)
    if text[place].isdigit():
        assert not check(text[:place] + str((int(text[place]) + step) % 10) + text[place + 1 :])


@given(st.text(max_size=20))
def test_no_text_is_an_error(text: str) -> None:
    for check in (is_credit_card, is_my_number, is_china_resident_id, is_taiwan_id):
        assert check(text) in {True, False}
