"""Pseudonyms: one per recipient, purpose and epoch; whatever is not one's own is refused alike."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.errors import UnknownPseudonym
from governance.pseudonyms import PSEUDONYM_LENGTH, EpochWindow, Pseudonymiser
from identity.ids import EntityId, SuperId
from identity.secret import SecretKey

BANK, SHOP = EntityId("bank"), EntityId("shop")
ROOT = SecretKey(b"r" * 32)
SOMEONE = SuperId(bytes(range(16)))
OURS = Pseudonymiser(ROOT)


def _refusal(text: str, by: Pseudonymiser = OURS, recipient: EntityId = BANK, purpose: str = "marketing") -> str:
    with pytest.raises(UnknownPseudonym) as error:
        by.open(text, recipient=recipient, purpose=purpose)
    return str(error.value)


@given(st.binary(min_size=16, max_size=16), st.integers(1, 9999))
def test_what_was_issued_opens_again(raw: bytes, epoch: int) -> None:
    ours = Pseudonymiser(ROOT, window=lambda *_: EpochWindow(epoch))
    text = ours.issue(SuperId(raw), recipient=BANK, purpose="marketing")
    assert len(text) == PSEUDONYM_LENGTH
    assert ours.open(text, recipient=BANK, purpose="marketing") == raw
    assert ours.issue(SuperId(raw), recipient=BANK, purpose="marketing") == text


def test_pseudonyms_of_two_domains_share_nothing_that_joins() -> None:
    people = [SuperId(number.to_bytes(16, "big")) for number in range(300)]
    bodies = {
        (recipient, purpose, epoch): [
            OURS.issue(one, recipient=recipient, purpose=purpose, epoch=epoch)[9:] for one in people
        ]
        for recipient, purpose, epoch in (
            (BANK, "marketing", 1),
            (BANK, "marketing", 2),
            (BANK, "x", 1),
            (SHOP, "x", 1),
        )
    }
    everything = [body for column in bodies.values() for body in column]
    assert len(set(everything)) == len(everything)
    # Not even a part that is often the same: each four-character stretch is as rare as chance has it.
    starts = [body[:4] for body in everything]
    assert len(set(starts)) > len(starts) - 5


def test_every_kind_of_wrong_pseudonym_gets_the_same_refusal() -> None:
    mine = OURS.issue(SOMEONE, recipient=BANK, purpose="marketing")
    refusals = {
        _refusal(OURS.issue(SOMEONE, recipient=SHOP, purpose="marketing")),
        _refusal(OURS.issue(SOMEONE, recipient=BANK, purpose="research")),
        _refusal(OURS.issue(SOMEONE, recipient=BANK, purpose="marketing", epoch=2)),
        _refusal(Pseudonymiser(SecretKey(b"x" * 32)).issue(SOMEONE, recipient=BANK, purpose="marketing")),
        _refusal(mine.replace("ps1.0001", "ps1.0002")),
        _refusal("ps1.0001." + base64.urlsafe_b64encode(bytes(32)).decode().rstrip("=")),
        *(
            _refusal(text)
            for text in ("", "x", mine[:-1], mine + "A", mine + "\n", " " + mine, mine.upper(), "ps1.0000" + mine[8:])
        ),
        _refusal(mine.replace("ps1.0001", "ps1.٠٠٠١")),
        _refusal("\ud800" * 52),
    }
    assert len(refusals) == 1


@given(st.integers(0, 42), st.integers(0, 63))
def test_no_changed_character_opens(at: int, other: int) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    mine = OURS.issue(SOMEONE, recipient=BANK, purpose="marketing")
    forged = mine[: 9 + at] + alphabet[other] + mine[10 + at :]
    if forged != mine:
        _refusal(forged)


def test_a_pseudonym_has_one_spelling() -> None:
    """The last character carries two bits that mean nothing: the other three spellings of them are not ours."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    mine = OURS.issue(SOMEONE, recipient=BANK, purpose="marketing")
    spellings = {mine[:-1] + one for one in alphabet if one != mine[-1]}
    assert len({_refusal(one) for one in spellings}) == 1


def test_an_old_epoch_opens_within_its_grace_and_not_after() -> None:
    old = OURS.issue(SOMEONE, recipient=BANK, purpose="marketing")
    in_grace = Pseudonymiser(ROOT, window=lambda *_: EpochWindow(2, frozenset({1})))
    assert in_grace.open(old, recipient=BANK, purpose="marketing") == SOMEONE
    assert in_grace.issue(SOMEONE, recipient=BANK, purpose="marketing") != old
    _refusal(old, Pseudonymiser(ROOT, window=lambda *_: EpochWindow(2)))


def test_a_window_is_asked_for_its_own_domain() -> None:
    rotated = Pseudonymiser(ROOT, window=lambda recipient, _: EpochWindow(2 if recipient == BANK else 1))
    assert rotated.issue(SOMEONE, recipient=BANK, purpose="x").startswith("ps1.0002.")
    assert rotated.issue(SOMEONE, recipient=SHOP, purpose="x").startswith("ps1.0001.")


@pytest.mark.parametrize("epoch", [0, 10_000])
def test_an_epoch_that_does_not_fit_is_refused(epoch: int) -> None:
    with pytest.raises(ValueError, match="epoch"):
        EpochWindow(epoch)
    with pytest.raises(ValueError, match="epoch"):
        OURS.issue(SOMEONE, recipient=BANK, purpose="x", epoch=epoch)
