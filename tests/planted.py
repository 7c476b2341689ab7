"""Finds planted values in bytes, however they may have been spelled there."""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

import numpy as np

SHORTEST = 6
"""Bytes of the shortest spelling that is looked for: four would turn up in megabytes of ciphertext by chance."""


def spellings(value: str) -> dict[str, bytes]:
    """`value` as bytes, by how: encodings of the languages here, then what wraps bytes into text."""
    found: dict[str, bytes] = {}
    for encoding in ("utf-8", "utf-16-le", "utf-16-be", "cp932", "euc-jp"):
        found[encoding] = value.encode(encoding, "ignore")
    found["lower case"], found["upper case"] = value.lower().encode(), value.upper().encode()
    for encoding in ("utf-8", "utf-16-le", "cp932"):
        raw = found[encoding]
        found[f"hex of {encoding}"], found[f"HEX of {encoding}"] = raw.hex().encode(), raw.hex().upper().encode()
        found |= {f"base64 of {encoding} at {at}": text for at, text in enumerate(_base64(raw))}
    found["percent"] = quote(value, safe="").encode()
    found["escaped"] = json.dumps(value)[1:-1].encode()
    return {how: raw for how, raw in found.items() if len(raw) >= SHORTEST}


def _base64(raw: bytes) -> Iterator[bytes]:
    """The characters that stand for `raw` wherever it begins among longer bytes."""
    for at in range(3):
        whole = base64.b64encode(bytes(at) + raw)
        yield whole[0 if at == 0 else at + 1 : (at + len(raw)) * 4 // 3]


class Needles:
    """Values to look for, in all their spellings, prepared for megabytes of hay."""

    def __init__(self, values: Mapping[str, str] | Iterable[str]) -> None:
        named = values if isinstance(values, Mapping) else {value: value for value in values}
        self._by_head: dict[int, list[tuple[bytes, str]]] = {}
        for name, value in named.items():
            for how, raw in spellings(value).items():
                self._by_head.setdefault(int(_heads(raw)[0]), []).append((raw, f"{name} ({how})"))
        self._sought = np.array(sorted(self._by_head), dtype=np.int64)

    def found_in(self, hay: bytes) -> set[str]:
        """The names of the values that stand in `hay`, and how they are spelled there."""
        heads = _heads(hay)
        places = np.searchsorted(self._sought, heads).clip(max=len(self._sought) - 1)
        hits = np.flatnonzero(self._sought[places] == heads)
        return {name for at in hits.tolist() for raw, name in self._by_head[int(heads[at])] if hay.startswith(raw, at)}


def _heads(hay: bytes) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    """The number that every SHORTEST bytes in a row make."""
    letters = np.frombuffer(hay, dtype=np.uint8).astype(np.int64)
    count = len(letters) - SHORTEST + 1
    total = np.zeros(max(count, 0), dtype=np.int64)
    for place in range(SHORTEST):
        total = total * 256 + letters[place : place + len(total)]
    return total
