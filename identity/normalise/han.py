"""The readings of Han characters: names in Japanese by Sudachi, in Chinese by pypinyin, and their folded forms."""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, Literal

from identity.errors import MissingExtra
from identity.normalise.text import fold_old_kanji, script_of, table

Part = Literal["given", "family"]

_POS: dict[Part, str] = {"given": "名", "family": "姓"}
_READINGS_MAX = 1 << 17  # names kept in the process, not more: some 20 MB


def missing(extra: str, what: str) -> MissingExtra:
    """The error that says which extra reads `what`."""
    return MissingExtra(
        f"{what} cannot be read here",
        why=f"the extra '{extra}' is missing",
        remedy=f"pip install 'enishi-cdp[{extra}]'",
    )


@cache
def _sudachi() -> Any:
    try:
        from sudachipy import Dictionary

        return Dictionary(dict="core")
    except ImportError as error:  # ModuleNotFoundError for either of the two packages
        raise missing("ja", "japanese names in kanji") from error


@cache
def _tokenizer() -> Any:
    return _sudachi().tokenizer()


@cache
def _simplifier() -> Callable[[str], str]:
    try:
        from opencc import OpenCC
    except ImportError as error:
        raise missing("zh", "chinese text") from error
    convert: Callable[[str], str] = OpenCC("t2s").convert
    return convert


@cache
def _pinyin() -> Callable[[str], list[str]]:
    try:
        from pypinyin import lazy_pinyin
    except ImportError as error:
        raise missing("zh", "chinese names in hanzi") from error
    reading: Callable[[str], list[str]] = lazy_pinyin
    return reading


@lru_cache(maxsize=_READINGS_MAX)
def simplified(text: str) -> str:
    """`text` with traditional characters as simplified ones.

    Raises MissingExtra without the extra `zh`.
    """
    return text if text.isascii() else _simplifier()(text)


@lru_cache(maxsize=_READINGS_MAX)
def entries(name: str, part: Part) -> tuple[str, ...]:
    """The katakana readings that the dictionary has for `name` as that part of a name; empty if it has none.

    Raises MissingExtra without the extra `ja`.
    """
    found = _sudachi().lookup(name)
    return tuple(word.reading_form() for word in found if word.part_of_speech()[3] == _POS[part])


@lru_cache(maxsize=_READINGS_MAX)
def japanese_reading(name: str, part: Part) -> str | None:
    """The most likely reading of `name` (in today's kanji, kana mixed in or not), in katakana or romaji.

    A family name is looked up in the list of common ones first; then the dictionary decides, by context among the
    entries for that part of a name. None if some character has no reading.

    Raises MissingExtra without the extra `ja`.
    """
    if part == "family" and name in table("surnames_ja.tsv"):
        return table("surnames_ja.tsv")[name]
    known = entries(name, part)
    likely = _in_context(name, part)
    if known:
        return likely if likely in known else known[0]
    return likely or _character_by_character(name)


def _in_context(name: str, part: Part) -> str | None:
    before, after = ("山田", "") if part == "given" else ("", "太郎")
    words = list(_tokenizer().tokenize(before + name + after))
    own = words[1:] if part == "given" else words[:-1]
    if "".join(word.surface() for word in own) != name:
        own = list(_tokenizer().tokenize(name))
    readings = [word.reading_form() for word in own]
    if any(word.is_oov() and script_of(reading) == "han" for word, reading in zip(own, readings, strict=True)):
        return None
    return "".join(readings) or None


def _character_by_character(name: str) -> str | None:
    readings: list[str] = []
    for char in name:
        found = list(_sudachi().lookup(char))
        if not found or script_of(found[0].reading_form()) == "han":
            return None
        readings.append(found[0].reading_form())
    return "".join(readings)


@lru_cache(maxsize=_READINGS_MAX)
def chinese_reading(name: str, part: Part) -> str:
    """The pinyin of `name` (simplified), without tones or spaces; a family name by its reading as one.

    Raises MissingExtra without the extra `zh`.
    """
    syllables = _pinyin()(name)
    if part == "family" and name in table("surnames_zh.tsv"):
        return table("surnames_zh.tsv")[name]
    return "".join(syllables)


def native_key(name: str, locale: str) -> str:
    """`name` in its own script, folded for comparison: simplified in Chinese, today's kanji elsewhere."""
    if locale == "zh":
        return simplified(name)
    return fold_old_kanji(name).replace("ヶ", "ケ").replace("ヵ", "カ")
