"""Folding of characters: width, case, accents, spaces, and which script a text is in."""

import re
import unicodedata
from enum import StrEnum
from functools import cache
from importlib.resources import files

_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u200b-\u200f\u2060\ufeff\u00ad]")
_SPACES = re.compile(r"\s+")
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\u3005\u3006\u3007]")
_KANA = re.compile("[\u3041-\u3096\u309d-\u309e\u30a1-\u30fa\u30fc-\u30fe]")
_HIRAGANA = {code: code + 0x60 for code in (*range(0x3041, 0x3097), 0x309D, 0x309E)}
# letters that NFKD leaves whole
_LETTERS = str.maketrans({"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
_APOSTROPHES = re.compile("['’‘ʼʻ`´′]")
DASHES = "‐‑‒–—―−－﹣ｰ⁃~〜～"  # without ー, which is also a long vowel
_DASHES = re.compile(f"[{DASHES}]")


class Script(StrEnum):
    """The script that decides how a name is read; Han beats kana beats Latin where they mix."""

    HAN = "han"
    KANA = "kana"
    LATIN = "latin"
    OTHER = "other"


def fold_width(text: str) -> str:
    """`text` in NFKC without variation selectors and zero-width characters, spaces single and trimmed."""
    folded = text if text.isascii() else unicodedata.normalize("NFKC", _SELECTORS.sub("", text))
    return _SPACES.sub(" ", folded).strip()


def fold_dashes(text: str) -> str:
    """`text` with every kind of dash as '-'; the kana long vowel mark stays."""
    return text if text.isascii() else _DASHES.sub("-", text)


def drop_apostrophes(text: str) -> str:
    """`text` without apostrophes of any kind."""
    return _APOSTROPHES.sub("", text)


class _Plain(dict[int, str]):
    """Every character without its accent if it is a Latin letter, filled in as they come; for `str.translate`."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        base = unicodedata.normalize("NFKD", char)
        plain = base[0] if "a" <= base[0] <= "z" else "" if unicodedata.combining(char) else char
        self[code] = plain
        return plain


_PLAIN = _Plain(_LETTERS)


def fold_accents(text: str) -> str:
    """`text` in lower case with the accents of Latin letters stripped; kana keep their voicing marks."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", text.casefold().translate(_PLAIN))


def fold_kana(text: str) -> str:
    """`text` with hiragana as katakana."""
    return text if text.isascii() else text.translate(_HIRAGANA)


def script_of(text: str) -> Script:
    """The script of `text`."""
    if text.isascii():
        return Script.LATIN if any(char.isalpha() for char in text) else Script.OTHER
    if _HAN.search(text):
        return Script.HAN
    if _KANA.search(text):
        return Script.KANA
    return Script.LATIN if re.search("[a-z]", fold_accents(text)) else Script.OTHER


def has_kana(text: str) -> bool:
    """Whether `text` holds any hiragana or katakana."""
    return not text.isascii() and _KANA.search(text) is not None


def letters_of(text: str) -> str:
    """The letters of `text` and nothing else; the kana long vowel mark and 々 are letters."""
    return text if text.isalpha() else "".join(filter(str.isalpha, text))


def all_same(text: str) -> bool:
    """Whether `text` is one character over and over."""
    return len(text) > 1 and text == text[0] * len(text)


@cache
def table(name: str) -> dict[str, str]:
    """The two-column table `name` of `identity/data`, without its comment lines."""
    lines = files("identity").joinpath("data", name).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("\t") for line in lines if line and not line.startswith("#"))
    return {pair[0]: pair[1] for pair in pairs}


def word_set(name: str) -> frozenset[str]:
    """The set of words `name` of `identity/data/words.tsv`."""
    return frozenset(table("words.tsv")[name].split())


@cache
def _old_kanji() -> dict[int, str]:
    return str.maketrans(table("old_kanji.tsv"))


def fold_old_kanji(text: str) -> str:
    """`text` with old and variant forms of kanji as today's form."""
    return text if text.isascii() else text.translate(_old_kanji())
