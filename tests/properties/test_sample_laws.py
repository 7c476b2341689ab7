"""Laws of the sample group that hold for every seed and every size."""

import re
import unicodedata

import numpy as np
import phonenumbers
from hypothesis import given, settings
from hypothesis import strategies as st

from cdp.sample.draws import Urn, stream
from cdp.sample.group import sheets_of
from cdp.sample.homes import Country
from cdp.sample.kana import half_width
from cdp.sample.memberships import memberships_of
from cdp.sample.names import Origin
from cdp.sample.national_ids import national_ids
from cdp.sample.phones import PhoneStyle, mobiles, written
from cdp.sample.population import Population

SEEDS = st.integers(0, 2**32)
POPULATIONS = st.builds(Population, records=st.integers(6, 400), seed=SEEDS)
KATAKANA = st.text(st.characters(min_codepoint=0x30A1, max_codepoint=0x30F4, exclude_characters="ヮヰヱヵヶ"))


def my_number_holds(text: str) -> bool:
    digits = [int(sign) for sign in reversed(text[:11])]
    left = sum(digit * (place + 1 if place <= 6 else place - 5) for place, digit in enumerate(digits, 1)) % 11
    return int(text[11]) == (0 if left <= 1 else 11 - left)


def resident_number_holds(text: str) -> bool:
    values = [10 if sign == "X" else int(sign) for sign in text]
    return sum(value * pow(2, 17 - place, 11) for place, value in enumerate(values)) % 11 == 1


def taiwanese_number_holds(text: str) -> bool:
    letter = "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(text[0]) + 10
    rest = sum(int(digit) * weight for digit, weight in zip(text[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True))
    return (letter // 10 + letter % 10 * 9 + rest) % 10 == 0


@given(POPULATIONS)
@settings(max_examples=25, deadline=None)
def test_exactly_as_many_records_as_asked_and_everybody_has_one(population: Population) -> None:
    memberships = memberships_of(population)
    people = np.concatenate([members.person for members in memberships.members])
    assert len(people) == population.records
    assert set(people.tolist()) == set(range(memberships.people))


@given(POPULATIONS)
@settings(max_examples=10, deadline=None)
def test_a_company_hears_of_nobody_before_they_join_or_after_today(population: Population) -> None:
    for sheet in sheets_of(population):
        assert (sheet.members.since <= sheet.members.updated).all()
        assert (sheet.members.updated <= population.day).all()


@given(POPULATIONS)
@settings(max_examples=10, deadline=None)
def test_people_of_one_household_live_and_move_together(population: Population) -> None:
    people = sheets_of(population)[0].people
    for column in (people.home, people.home_before, people.moved, people.origin):
        assert len({*zip(people.household.tolist(), column.astype(np.int64).tolist(), strict=True)}) == len(
            set(people.household.tolist())
        )


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_every_national_identifier_has_its_check_digit(seed: int) -> None:
    rng = stream(seed, "law")
    origin = np.repeat([Origin.JAPAN, Origin.CHINA, Origin.TAIWAN, Origin.WEST], 8)
    birth = np.datetime64("1950-01-01") + (rng.random(32) * 18_000).astype("timedelta64[D]")
    found = national_ids(rng, origin, np.arange(32) % 2, birth).to_pylist()
    assert all(map(my_number_holds, found[:8]))
    assert all(map(resident_number_holds, found[8:16]))
    assert all(map(taiwanese_number_holds, found[16:24]))
    assert found[24:] == [None] * 8


@given(SEEDS)
@settings(max_examples=15, deadline=None)
def test_a_phone_number_is_the_same_in_every_style(seed: int) -> None:
    country = np.array([Country.JP, Country.TW, Country.CN, Country.GB] * 4)
    numbers = mobiles(stream(seed, "law"), country)
    columns = [written(numbers, style).to_pylist() for style in PhoneStyle]
    for known, *texts in zip(numbers.number.tolist(), *columns, strict=True):
        if not known:
            assert texts == [None] * len(texts)
            continue
        bare = {re.sub(r"^(\+(81|86|886)|0)", "", re.sub(r"[ ()-]", "", text)) for text in texts}
        assert bare == {str(known)}
        parsed = [phonenumbers.parse(text, "JP") for text in texts]
        assert len({(number.country_code, number.national_number) for number in parsed}) == 1
        assert phonenumbers.is_valid_number(parsed[0])


@given(POPULATIONS)
@settings(max_examples=10, deadline=None)
def test_every_landline_is_a_number_of_its_country(population: Population) -> None:
    homes = sheets_of(population)[0].homes
    for country, line in zip(homes.country.tolist(), homes.line.tolist(), strict=True):
        if line:
            number = phonenumbers.parse(str(line), Country(country).name)
            assert phonenumbers.is_valid_number(number)


@given(KATAKANA)
def test_half_width_kana_reads_back_as_what_it_was(kana: str) -> None:
    half = half_width(kana)
    assert all("\uff61" <= sign <= "\uff9f" for sign in half)
    assert unicodedata.normalize("NFKC", half) == kana


@given(st.lists(st.floats(0.01, 10.0), min_size=1, max_size=20), SEEDS)
def test_an_urn_gives_only_what_it_holds_and_the_same_for_the_same_seed(weights: list[float], seed: int) -> None:
    urn = Urn.of(weights)
    drawn = urn.draw(stream(seed, "urn"), 50)
    assert drawn.min() >= 0
    assert drawn.max() < len(weights)
    assert (drawn == urn.draw(stream(seed, "urn"), 50)).all()
