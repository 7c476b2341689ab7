"""What counts as the tokens of a record, at the border."""

import base64

import numpy as np
import pytest

from identity.errors import InvalidTokens
from identity.tokens import TOKENS_PER_RECORD_MAX, TokenRow
from identity.variants import VARIANT_NAMES


def wire(recipes: bytes, *, tokens: int | None = None, tags: int | None = None) -> dict[str, str]:
    count = len(recipes)
    parts = {
        "recipes": recipes,
        "tokens": bytes(16 * count if tokens is None else tokens),
        "tags": bytes(len(VARIANT_NAMES) * count if tags is None else tags),
    }
    return {name: base64.b64encode(raw).decode() for name, raw in parts.items()}


def test_no_tokens_is_a_row_too() -> None:
    assert len(TokenRow.from_wire(TokenRow.empty().to_wire())) == 0


@pytest.mark.parametrize(
    ("fault", "sent"),
    [
        ("nothing", None),
        ("a list", []),
        ("a missing part", {"recipes": "", "tokens": ""}),
        ("an unknown part", wire(b"\x01") | {"name": "x"}),
        ("a number", wire(b"\x01") | {"tags": 5}),
        ("bad base64", wire(b"\x01") | {"tokens": "%%%"}),
        ("half a token", wire(b"\x01", tokens=15)),
        ("a tag too few", wire(b"\x01", tags=len(VARIANT_NAMES) - 1)),
        ("a tag too many", wire(b"\x01", tags=len(VARIANT_NAMES) + 1)),
        ("recipe 0", wire(b"\x00")),
        ("a recipe beyond the greatest", wire(b"\x80")),
        ("a recipe twice", wire(b"\x03\x03")),
        ("recipes out of order", wire(b"\x03\x02")),
        ("too many tokens", wire(bytes(range(1, TOKENS_PER_RECORD_MAX + 5)))),
    ],
)
def test_what_is_not_a_row_of_tokens_is_refused(fault: str, sent: object) -> None:
    with pytest.raises(InvalidTokens):
        TokenRow.from_wire(sent)


def test_parts_of_different_lengths_are_refused() -> None:
    with pytest.raises(InvalidTokens):
        TokenRow(np.ones(1, np.uint8), np.zeros((2, 16), np.uint8), np.zeros((1, len(VARIANT_NAMES)), np.uint8))
