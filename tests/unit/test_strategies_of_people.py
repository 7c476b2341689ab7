"""The strategies give invented people only."""

import re

import phonenumbers
from hypothesis import given
from hypothesis import strategies as st
from strategies import Person, fictional_phones, people, records, spellings

from identity.fields import FieldKind


@given(people())
def test_an_invented_person_is_written_in_three_scripts(person: Person) -> None:
    raw = person.raw()
    assert {"full_name", "full_name_kana", "full_name_roman"} <= set(raw)
    assert re.search(r"@(.*\.)?example\.[a-z.]+$", raw[FieldKind.EMAIL])


@given(fictional_phones())
def test_a_fictional_number_is_valid_in_form(phone: str) -> None:
    assert phonenumbers.is_possible_number(phonenumbers.parse(phone))


@given(st.data())
def test_another_spelling_adds_no_kind_of_its_own(data: st.DataObject) -> None:
    person = data.draw(people())
    assert set(data.draw(spellings(person))) <= set(person.raw())


@given(records((FieldKind.EMAIL, FieldKind.PHONE)))
def test_a_record_has_the_kinds_asked_for(record: dict[FieldKind, str | None]) -> None:
    assert set(record) == {FieldKind.EMAIL, FieldKind.PHONE}
