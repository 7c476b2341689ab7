"""A record's links as bytes, to be sealed: compact, versioned, checked when read."""

import struct
from collections.abc import Iterable, Sequence

import numpy as np

from identity.errors import BrokenSeal
from identity.hub_keys import TOKEN_BYTES
from identity.ids import EntityId
from identity.links import LinkBlock, Stance
from identity.variants import VARIANT_NAMES

_VERSION = 1
_HEAD = struct.Struct(">BBBH")  # version, tokens, tags per token, bytes of the stance


def pack_stance(stance: Stance) -> bytes:
    """The entity, then those that it may link with, in order, a line each."""
    return "\n".join((stance.entity, *sorted(stance.linkable_with))).encode("ascii")


def pack(stance: bytes, *, recipe: bytes, token: bytes, tags: bytes) -> bytes:
    """One payload of a packed stance, recipes (k), re-keyed tokens (16 k) and tags (V k)."""
    return _HEAD.pack(_VERSION, len(recipe), len(VARIANT_NAMES), len(stance)) + stance + recipe + token + tags


def restanced(payload: bytes, stance: bytes) -> bytes:
    """The same payload with another stance."""
    version, count, tags, length = _HEAD.unpack_from(payload)
    return _HEAD.pack(version, count, tags, len(stance)) + stance + payload[_HEAD.size + length :]


def entity_of(payload: bytes) -> EntityId:
    """Whose record a payload is."""
    length = _HEAD.unpack_from(payload)[3]
    return _stance(payload[_HEAD.size : _HEAD.size + length]).entity


def unpack(payloads: Sequence[tuple[int, bytes]]) -> LinkBlock:
    """The records (number, payload) in columns, in the order given.

    Raises BrokenSeal for a payload of another version, or whose length does not fit. A payload with fewer tags per
    token was written when there were fewer variants: the later ones are missing.
    """
    stances: dict[bytes, int] = {}
    numbers, counts, widths, recipes, tokens, tags = [], [], [], [], [], []
    for _, payload in payloads:
        version, count, width, length = _HEAD.unpack_from(payload)
        body = _HEAD.size + length
        middle = body + count * (1 + TOKEN_BYTES)
        if version != _VERSION or width > len(VARIANT_NAMES) or len(payload) != middle + count * width:
            raise BrokenSeal("a stored record cannot be read", why="another release wrote it", remedy="upgrade first")
        numbers.append(stances.setdefault(payload[_HEAD.size : body], len(stances)))
        counts.append(count)
        widths.append(width)
        recipes.append(payload[body : body + count])
        tokens.append(payload[body + count : middle])
        tags.append(payload[middle:])
    return LinkBlock(
        record=np.fromiter((record for record, _ in payloads), dtype=np.int64, count=len(payloads)),
        stance=np.array(numbers, dtype=np.int32),
        stances=tuple(map(_stance, stances)),
        start=np.concatenate(([0], np.cumsum(counts, dtype=np.int64))).astype(np.int64),
        recipe=np.frombuffer(b"".join(recipes), dtype=np.uint8),
        token=np.frombuffer(b"".join(tokens), dtype=np.uint8).reshape(-1, TOKEN_BYTES),
        tags=np.frombuffer(b"".join(_widened(tags, widths)), dtype=np.uint8).reshape(-1, len(VARIANT_NAMES)),
    )


def _stance(packed: bytes) -> Stance:
    entity, *others = packed.decode("ascii").split("\n")
    return Stance(EntityId(entity), frozenset(EntityId(other) for other in others))


def _widened(tags: Sequence[bytes], widths: Sequence[int]) -> Iterable[bytes]:
    for rows, width in zip(tags, widths, strict=True):
        if width == len(VARIANT_NAMES) or not rows:
            yield rows
        else:
            narrow = np.frombuffer(rows, dtype=np.uint8).reshape(-1, width)
            yield np.pad(narrow, ((0, 0), (0, len(VARIANT_NAMES) - width))).tobytes()
