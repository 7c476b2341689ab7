"""Names that sound alike, as one code."""

from functools import lru_cache

_CODE_MIN = 2
_KEPT_MAX = 1 << 16


@lru_cache(maxsize=_KEPT_MAX)
def sound_of(name: str) -> str | None:
    """The Metaphone code of a normalised name, None for a script it does not cover.

    A code of one consonant says too little ('li', 'lu', 'liao' are all L), so it gets the name's vowels behind it.

    Source: Lawrence Philips, Hanging on the Metaphone, 1990; as implemented by jellyfish.
    """
    import jellyfish

    if not name.isascii() or not name:
        return None
    code = jellyfish.metaphone(name)
    if len(code) >= _CODE_MIN:
        return code
    return code + "".join(
        char for place, char in enumerate(name) if char in "aeiou" and name[place - 1 : place] != char
    )
