"""Blind tokens of records, and the tags nested under them, as an edge makes them."""

import base64
import binascii
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from numpy.typing import NDArray

from identity.cmac import Blocks, ColumnCmac, blocks_of
from identity.errors import InvalidTokens
from identity.recipes import RECIPE_NUMBER_MAX, Recipe, RecipeTable
from identity.secret import SecretKey
from identity.variants import VARIANT_NAMES, VariantTable

TOKEN_BYTES = 16
TOKENS_PER_RECORD_MAX = RECIPE_NUMBER_MAX
_TAG_VALUES = 255
_CHUNK_TOKENS = 1 << 16


@dataclass(frozen=True, slots=True)
class TokenRow:
    """The tokens of one record: recipe (k,) ascending, token (k, 16), tags (k, V) with 0 for a missing variant.

    Raises InvalidTokens on any other shape.
    """

    recipe: NDArray[np.uint8]
    token: NDArray[np.uint8]
    tags: NDArray[np.uint8]

    def __post_init__(self) -> None:
        count = len(self.recipe)
        if self.token.shape != (count, TOKEN_BYTES) or self.tags.shape != (count, len(VARIANT_NAMES)):
            raise InvalidTokens("tokens, tags and recipes of a record do not have the same length")
        numbers = self.recipe.tolist()
        if numbers and (numbers[0] < 1 or numbers[-1] > RECIPE_NUMBER_MAX or any(a >= b for a, b in pairwise(numbers))):
            raise InvalidTokens("the recipes of a record must be distinct, ascending and within 1 to 127")

    def __len__(self) -> int:
        return len(self.recipe)

    @classmethod
    def empty(cls) -> "TokenRow":
        """No tokens at all: a record that may not be linked."""
        return cls(
            recipe=np.zeros(0, np.uint8),
            token=np.zeros((0, TOKEN_BYTES), np.uint8),
            tags=np.zeros((0, len(VARIANT_NAMES)), np.uint8),
        )

    def to_wire(self) -> dict[str, str]:
        """As JSON can carry it: three base64 strings."""
        return {
            "recipes": base64.b64encode(self.recipe.tobytes()).decode("ascii"),
            "tokens": base64.b64encode(self.token.tobytes()).decode("ascii"),
            "tags": base64.b64encode(self.tags.tobytes()).decode("ascii"),
        }

    @classmethod
    def from_wire(cls, wire: object) -> "TokenRow":
        """The row that `to_wire` gave.

        Raises InvalidTokens for anything else: an unknown key, bad base64, a length that does not fit, too many tokens.
        """
        if not isinstance(wire, Mapping) or set(wire) != {"recipes", "tokens", "tags"}:
            raise InvalidTokens("tokens of a record need exactly recipes, tokens and tags")
        recipe = _from_base64(wire["recipes"], TOKENS_PER_RECORD_MAX)
        count = len(recipe)
        token = _from_base64(wire["tokens"], count * TOKEN_BYTES)
        tags = _from_base64(wire["tags"], count * len(VARIANT_NAMES))
        if len(token) != count * TOKEN_BYTES or len(tags) != count * len(VARIANT_NAMES):
            raise InvalidTokens("tokens, tags and recipes of a record do not have the same length")
        return cls(recipe=recipe, token=token.reshape(count, TOKEN_BYTES), tags=tags.reshape(count, len(VARIANT_NAMES)))


@dataclass(frozen=True, slots=True)
class EdgeTokens:
    """The tokens of many records in long layout, sorted by row and then recipe.

    `row` (k,) counts the records from 0, `recipe` (k,), `token` (k, 16), `tags` (k, V) in the order of VARIANT_NAMES:
    0 where the variant is missing, else 1 to 255.
    """

    rows: int
    row: NDArray[np.int32]
    recipe: NDArray[np.uint8]
    token: NDArray[np.uint8]
    tags: NDArray[np.uint8]

    def of_row(self, row: int) -> TokenRow:
        """The tokens of one record."""
        # of the column's own type: else each look-up converts the whole column first
        start, stop = np.searchsorted(self.row, np.array((row, row + 1), self.row.dtype))
        return TokenRow(recipe=self.recipe[start:stop], token=self.token[start:stop], tags=self.tags[start:stop])


class Tokeniser(Protocol):
    """Turns field variants into blind tokens."""

    def tokenise(self, variants: VariantTable, recipes: RecipeTable) -> EdgeTokens:
        """The tokens of every record that `recipes` can make from its variants."""
        ...


class CmacTokeniser:
    """Tokens by AES-CMAC under keys that the linkage key gives by HKDF: one each for digests, tokens and tags.

    Token = CMAC(token key, header(recipe number, norm version) | digest of each component's value).
    Tag = 1 + (first byte of CMAC(tag key, token | digest of the variant's value) mod 255).
    Digest = first 16 bytes of HMAC-SHA256(digest key, variant name | 0 | value), once per distinct value.
    Source: RFC 4493 (CMAC), RFC 5869 (HKDF), RFC 2104 (HMAC).
    """

    __slots__ = ("_digest_key", "_tag_mac", "_token_mac")

    def __init__(self, linkage_key: SecretKey) -> None:
        self._digest_key = _derived(linkage_key, b"digest")
        self._token_mac = ColumnCmac(_derived(linkage_key, b"token"))
        self._tag_mac = ColumnCmac(_derived(linkage_key, b"tag"))

    def tokenise(self, variants: VariantTable, recipes: RecipeTable) -> EdgeTokens:
        """The tokens of every record that `recipes` can make from its variants."""
        digests = {name: self._digests(name, column.values) for name, column in variants.columns.items()}
        rows, numbers, tokens = [np.zeros(0, np.int32)], [np.zeros(0, np.uint8)], [np.zeros((0, 2), np.uint64)]
        for recipe in recipes.recipes:
            row = _rows_with(recipe, variants)
            if len(row):
                rows.append(row)
                numbers.append(np.full(len(row), recipe.number, np.uint8))
                tokens.append(self._tokens(recipe, recipes.norm_version, row, variants, digests))
        row, number, token = np.concatenate(rows), np.concatenate(numbers), np.concatenate(tokens)
        order = np.argsort(row.astype(np.int64) * (RECIPE_NUMBER_MAX + 1) + number, kind="stable")
        row, number, token = row[order], number[order], token[order]
        return EdgeTokens(
            rows=variants.rows,
            row=row,
            recipe=number,
            token=token.view(np.uint8).reshape(-1, TOKEN_BYTES),
            tags=self._tags(row, token, variants, digests),
        )

    def _digests(self, name: str, values: tuple[str, ...]) -> Blocks:
        keyed = hmac.new(self._digest_key, name.encode("ascii") + b"\x00", "sha256")
        digests = bytearray()
        for value in values:
            state = keyed.copy()
            state.update(value.encode("utf-8"))
            digests += state.digest()[:TOKEN_BYTES]
        return blocks_of(bytes(digests))

    def _tokens(
        self,
        recipe: Recipe,
        norm_version: int,
        row: NDArray[np.int32],
        variants: VariantTable,
        digests: Mapping[str, Blocks],
    ) -> Blocks:
        header = blocks_of(bytes([recipe.number]) + norm_version.to_bytes(2, "big") + bytes(13))
        components = [digests[name][variants.columns[name].codes[row]] for name in recipe.components]
        return self._token_mac.mac([header, *components])

    def _tags(
        self, row: NDArray[np.int32], token: Blocks, variants: VariantTable, digests: Mapping[str, Blocks]
    ) -> NDArray[np.uint8]:
        tags = np.zeros((len(row), len(VARIANT_NAMES)), dtype=np.uint8)
        start = np.zeros((1, 2), dtype=np.uint64)
        for chunk in _chunks(len(row)):
            state = self._tag_mac.chain(start, token[chunk])  # shared by all tags under one token
            for position, name in enumerate(VARIANT_NAMES):
                if name not in variants.columns:
                    continue
                codes = variants.columns[name].codes[row[chunk]]
                there = np.flatnonzero(codes >= 0)
                mac = self._tag_mac.finish(state[there], digests[name][codes[there]])
                first = mac.view(np.uint8).reshape(-1, TOKEN_BYTES)[:, 0]
                tags[chunk.start + there, position] = first % _TAG_VALUES + 1
        return tags


def _rows_with(recipe: Recipe, variants: VariantTable) -> NDArray[np.int32]:
    """The rows where every component of `recipe` is present."""
    present = np.ones(variants.rows, dtype=np.bool_)
    for name in recipe.components:
        if name not in variants.columns:
            return np.zeros(0, np.int32)
        present &= variants.columns[name].codes >= 0
    return np.flatnonzero(present).astype(np.int32)


def _chunks(count: int) -> Iterator[slice]:
    for start in range(0, count, _CHUNK_TOKENS):
        yield slice(start, min(start + _CHUNK_TOKENS, count))


def _derived(key: SecretKey, use: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"cdp/v1|linkage|" + use).derive(key.reveal())


def _from_base64(text: object, length_max: int) -> NDArray[np.uint8]:
    if not isinstance(text, str) or len(text) > (length_max + 2) // 3 * 4:
        raise InvalidTokens("tokens of a record are too long, or not text", remedy="send base64 of at most 127 tokens")
    try:
        return np.frombuffer(base64.b64decode(text, validate=True), dtype=np.uint8)
    except (binascii.Error, ValueError) as fault:
        raise InvalidTokens("tokens of a record are not base64") from fault
