"""Tokens and tags in columns are, byte for byte, those of one CMAC after the other."""

import hashlib
import hmac

import numpy as np
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import algorithms
from cryptography.hazmat.primitives.cmac import CMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given, settings
from hypothesis import strategies as st

from identity.recipes import Recipe, RecipeTable
from identity.secret import SecretKey
from identity.tokens import CmacTokeniser, TokenRow
from identity.variants import VARIANT_NAMES, VariantColumn, VariantTable

LINKAGE = bytes(range(32))
NAMES = ("g", "f", "gf", "d", "i")
RECIPES = RecipeTable(
    version=1,
    norm_version=3,
    recipes=(Recipe(2, ("i",)), Recipe(5, ("g", "f")), Recipe(9, ("gf", "d")), Recipe(40, ("g", "f", "d", "i"))),
)
rows = st.lists(st.fixed_dictionaries({name: st.none() | st.sampled_from(("", "a", "b", "山田")) for name in NAMES}))


def table(people: list[dict[str, str | None]]) -> VariantTable:
    columns = {}
    for name in NAMES:
        values = tuple(sorted({person[name] for person in people} - {None}))
        codes = [-1 if person[name] is None else values.index(person[name]) for person in people]
        columns[name] = VariantColumn(values, np.array(codes, np.int32))
    return VariantTable(rows=len(people), columns=columns, unusable={})


def key(use: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"cdp/v1|linkage|" + use).derive(LINKAGE)


def digest(name: str, value: str) -> bytes:
    return hmac.digest(key(b"digest"), f"{name}\0{value}".encode(), hashlib.sha256)[:16]


def cmac(use: bytes, message: bytes) -> bytes:
    mac = CMAC(algorithms.AES(key(use)))
    mac.update(message)
    return mac.finalize()


@given(rows)
@settings(max_examples=60)
def test_columnar_tokens_and_tags_equal_those_made_row_by_row(people: list[dict[str, str | None]]) -> None:
    made = CmacTokeniser(SecretKey(LINKAGE)).tokenise(table(people), RECIPES)
    expected = []
    for row, person in enumerate(people):
        for recipe in RECIPES.recipes:
            if any(person[name] is None for name in recipe.components):
                continue
            header = bytes([recipe.number, 0, 3]) + bytes(13)
            token = cmac(b"token", header + b"".join(digest(name, person[name]) for name in recipe.components))
            tags = [
                0 if person.get(name) is None else 1 + cmac(b"tag", token + digest(name, person[name]))[0] % 255
                for name in VARIANT_NAMES
            ]
            expected.append((row, recipe.number, token, bytes(tags)))
    assert made.rows == len(people)
    columns = (made.row.tolist(), made.recipe.tolist(), map(bytes, made.token), map(bytes, made.tags))
    assert list(zip(*columns, strict=True)) == expected


@given(rows)
@settings(max_examples=40)
def test_a_row_survives_the_wire(people: list[dict[str, str | None]]) -> None:
    made = CmacTokeniser(SecretKey(LINKAGE)).tokenise(table(people), RECIPES)
    for row in range(len(people)):
        one = made.of_row(row)
        back = TokenRow.from_wire(one.to_wire())
        for before, after in ((one.recipe, back.recipe), (one.token, back.token), (one.tags, back.tags)):
            assert np.array_equal(before, after)


def test_another_linkage_key_gives_other_tokens_and_other_tags() -> None:
    people = [{"g": "a", "f": "b", "gf": "a b", "d": "2000-01-02", "i": None}] * 1
    ours, theirs = (CmacTokeniser(SecretKey(secret * 32)).tokenise(table(people), RECIPES) for secret in (b"a", b"b"))
    assert not set(map(bytes, ours.token)) & set(map(bytes, theirs.token))
    assert not np.array_equal(ours.tags, theirs.tags)


def test_a_tag_does_not_say_that_two_tokens_belong_to_equal_values() -> None:
    """Under different tokens the same value has different tags: tags add no edge to the graph."""
    people = [{"g": "a", "f": f"f{number}", "gf": None, "d": None, "i": None} for number in range(300)]
    tags = CmacTokeniser(SecretKey(LINKAGE)).tokenise(table(people), RECIPES).tags[:, VARIANT_NAMES.index("g")]
    assert len(set(tags.tolist())) > 100
