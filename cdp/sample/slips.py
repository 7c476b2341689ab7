"""What goes wrong between a person and a database: slips of the keyboard, gaps, placeholders, lost characters."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp.sample.draws import Ints, between, chance

_NEIGHBOURS = str.maketrans("aeiounmrlstkdbpg" + "カタサハキシトコ", "sriimnnelaylsvof" + "ガダザバギジドゴ")


def misspelt(rng: np.random.Generator, texts: Any, share: float) -> Any:
    """`texts` with one letter lost, doubled, swapped or mistaken in about `share` of them; short ones stay."""
    rows = np.flatnonzero(chance(rng, share, len(texts)))
    kinds = between(rng, 0, 3, size=len(rows))
    places = rng.random(len(rows))
    chosen = texts.take(pa.array(rows)).to_pylist()
    found = [
        _slip(text, kind, place) for text, kind, place in zip(chosen, kinds.tolist(), places.tolist(), strict=True)
    ]
    return replaced(texts, rows, pa.array(found, pa.string()))


def _slip(text: str | None, kind: int, share: float) -> str | None:
    if text is None or len(text) < 3:
        return text
    place = int(share * (len(text) - 1))
    head, sign, tail = text[:place], text[place], text[place + 1 :]
    edits: tuple[Callable[[], str], ...] = (
        lambda: head + tail,
        lambda: head + sign + sign + tail,
        lambda: head + tail[:1] + sign + tail[1:],
        lambda: head + sign.translate(_NEIGHBOURS) + tail,
    )
    return edits[kind]()


def misdialled(rng: np.random.Generator, texts: Any, share: float) -> Any:
    """`texts` with one digit of the last six mistaken in about `share` of them."""
    rows = np.flatnonzero(chance(rng, share, len(texts)))
    places = between(rng, 1, 6, size=len(rows)).tolist()
    chosen = texts.take(pa.array(rows)).to_pylist()
    found = [_other_digit(text, -place) for text, place in zip(chosen, places, strict=True)]
    return replaced(texts, rows, pa.array(found, pa.string()))


def _other_digit(text: str | None, place: int) -> str | None:
    if text is None or len(text) < 7 or not text[place].isdigit():
        return text
    return f"{text[:place]}{(int(text[place]) + 3) % 10}{text[place + 1 :] if place < -1 else ''}"


def blanked(rng: np.random.Generator, texts: Any, share: float) -> Any:
    """`texts` with about `share` of them missing."""
    return pc.if_else(pa.array(chance(rng, share, len(texts))), pa.scalar(None, texts.type), texts)


def stopgaps(rng: np.random.Generator, texts: Any, share: float, value: str) -> Any:
    """`texts` with `value`, as clerks enter to get past a form, in about `share` of them."""
    return pc.if_else(pa.array(chance(rng, share, len(texts))), pa.scalar(value), texts)


def replaced(texts: Any, rows: Ints, values: Any) -> Any:
    """`texts` with `values` at `rows` (rising)."""
    mask = np.zeros(len(texts), dtype=bool)
    mask[rows] = True
    return pc.replace_with_mask(texts, pa.array(mask), values)


def writable(texts: Any, encoding: str) -> Any:
    """True where `encoding` has every character of a text. (n,) boolean, true for null."""
    coded = texts.dictionary_encode()
    known = pa.array([_encodes(text, encoding) for text in coded.dictionary.to_pylist()], pa.bool_())
    return pc.fill_null(known.take(coded.indices), True)


def _encodes(text: str | None, encoding: str) -> bool:
    try:
        (text or "").encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
