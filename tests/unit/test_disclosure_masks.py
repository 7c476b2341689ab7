"""What a mask shows, and that it never shows more than its strength."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.disclosure import HIDDEN, MaskSpec, Released, Strength, TraitKind, TraitRef, mask
from governance.errors import NotDisclosable
from identity.ids import EntityId, RecordId
from identity.secret import SecretKey

KEY = SecretKey(bytes(range(32)))
VALUES = st.one_of(st.text(), st.integers(), st.floats(), st.booleans(), st.dates().map(str))
TRAIT = TraitRef(RecordId(1), EntityId("shop"), "points", "user.behavior", TraitKind.FACT)


@pytest.mark.parametrize(
    ("value", "strength", "shown"),
    [
        (1234, Strength.BUCKETED, "1000–4999"),
        (1234, Strength.MASKED, "1000–4999"),
        (4999, Strength.BUCKETED, "1000–4999"),
        (5000, Strength.BUCKETED, "5000–9999"),
        (0, Strength.BUCKETED, "0"),
        (0.4, Strength.BUCKETED, "0"),
        (3, Strength.BUCKETED, "1–4"),
        (-7, Strength.BUCKETED, "<0"),
        (10**12, Strength.BUCKETED, "≥5000000000"),
        (float("nan"), Strength.BUCKETED, HIDDEN),
        ("1984-05-06", Strength.MASKED, "1984"),
        ("1984-05-06T07:08:09Z", Strength.BUCKETED, "1984"),
        ("Tanaka", Strength.MASKED, "T…"),
        ("T", Strength.MASKED, HIDDEN),
        ("", Strength.MASKED, HIDDEN),
        ("Tanaka", Strength.BUCKETED, HIDDEN),
        (True, Strength.MASKED, HIDDEN),
        ("1984-05-06", Strength.CLEAR, "1984-05-06"),
    ],
)
def test_a_value_is_shown_as(value: str | float, strength: Strength, shown: str) -> None:
    assert mask(value, strength) == shown


def test_the_operator_s_own_buckets_and_groups_count() -> None:
    spec = MaskSpec(buckets=(0, 0.5, 1000), groups={"Yokohama": "Kanagawa"})
    assert mask(0.2, Strength.BUCKETED, spec) == "0–<0.5"
    assert mask(2000, Strength.BUCKETED, spec) == "≥1000"
    assert mask("Yokohama", Strength.BUCKETED, spec) == "Kanagawa"
    for bad in ((), (2, 1), (1, 1)):
        with pytest.raises(ValueError, match="ascend"):
            MaskSpec(buckets=bad)


@given(VALUES)
def test_nothing_is_shown_at_no_strength(value: str | float) -> None:
    with pytest.raises(NotDisclosable):
        mask(value, Strength.NONE)


@given(st.text(min_size=2), st.sampled_from([Strength.BUCKETED, Strength.MASKED]))
def test_a_masked_text_tells_at_most_its_first_character_or_its_year(value: str, strength: Strength) -> None:
    shown = mask(value, strength)
    assert shown in {HIDDEN, value[0] + HIDDEN, value[:4]}


@given(VALUES, VALUES)
def test_a_token_is_equal_for_equal_values_only_and_shows_neither(one: str | float, other: str | float) -> None:
    a, b = (mask(value, Strength.TOKEN, key=KEY) for value in (one, other))
    assert (a == b) == (repr(one) == repr(other))
    assert isinstance(a, str)
    assert len(a) == 26
    assert a != mask(one, Strength.TOKEN, key=SecretKey(bytes(32)))


def test_a_token_without_a_key_is_an_error_and_so_is_a_release_at_no_strength() -> None:
    with pytest.raises(NotDisclosable):
        mask("x", Strength.TOKEN)
    with pytest.raises(NotDisclosable):
        Released(TRAIT, Strength.NONE)
