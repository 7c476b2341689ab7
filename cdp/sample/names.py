"""The names that people are given: each with its spellings in the scripts in which companies write it."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from cdp.sample import kana
from cdp.sample.draws import Ints, Urn, zipf
from cdp.sample.tables import table

SEXES = ("m", "f")


class Origin(IntEnum):
    """Where a person's name comes from."""

    JAPAN = 0
    CHINA = 1
    TAIWAN = 2
    WEST = 3


class Name(NamedTuple):
    """One name with its spellings. `nickname` may be empty; names with the same `sound` are mistaken for each other."""

    native: str
    formal: str
    kana: str
    passport: str
    roman: str
    nickname: str
    sound: str
    weight: float


@dataclass(frozen=True, slots=True)
class Pool:
    """Some entries of a list of names, to draw from."""

    codes: Ints
    urn: Urn

    def draw(self, rng: np.random.Generator, size: int) -> Ints:
        """`size` indices into the list."""
        return self.codes[self.urn.draw(rng, size)]


@dataclass(frozen=True, slots=True)
class NameList:
    """Every spelling of every name, column by column.

    `native` as the person writes it, `formal` in old or traditional characters, `kana` katakana, `passport` capitals,
    `roman` another Latin spelling in use, `nickname` null where there is none. `alike[i]` is another name that sounds
    the same, or i itself.
    """

    native: Any
    formal: Any
    kana: Any
    passport: Any
    roman: Any
    nickname: Any
    alike: Ints
    pools: Mapping[str, Pool]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Family names in pools by origin, given names in pools by origin and sex (`pool_of`)."""

    families: NameList
    givens: NameList


def pool_of(origin: Origin, sex: str = "") -> str:
    """The key of a pool."""
    return f"{origin.name}{sex}"


@cache
def lexicon() -> Lexicon:
    """All names of `data`."""
    families = {
        pool_of(Origin.JAPAN): list(_japanese_families()),
        pool_of(Origin.CHINA): list(_chinese_families(traditional=False)),
        pool_of(Origin.TAIWAN): list(_chinese_families(traditional=True)),
        pool_of(Origin.WEST): list(_western("western_surnames")),
    }
    givens = {}
    for sex in SEXES:
        givens[pool_of(Origin.JAPAN, sex)] = list(_japanese_givens(sex))
        givens[pool_of(Origin.CHINA, sex)] = list(_chinese_givens(sex, traditional=False))
        givens[pool_of(Origin.TAIWAN, sex)] = list(_chinese_givens(sex, traditional=True))
        givens[pool_of(Origin.WEST, sex)] = list(_western("western_given", sex))
    return Lexicon(_listed(families), _listed(givens))


def old_form(text: str) -> str:
    """`text` with old kanji where the register may hold them."""
    return text.translate(_old_forms())


@cache
def _old_forms() -> dict[int, str]:
    return {ord(row["new"]): row["old"] for row in table("old_forms")}


def _listed(parts: Mapping[str, Sequence[Name]]) -> NameList:
    names = [name for part in parts.values() for name in part]
    columns = list(zip(*names, strict=True))
    pools: dict[str, Pool] = {}
    start = 0
    for key, part in parts.items():
        pools[key] = Pool(np.arange(start, start + len(part)), Urn.of([name.weight for name in part]))
        start += len(part)
    texts = [pa.array(column, pa.string()) for column in columns[:5]]
    nicknames = pa.array([nickname or None for nickname in columns[5]], pa.string())
    native, formal, kana_, passport, roman = texts
    return NameList(native, formal, kana_, passport, roman, nicknames, _alike(names), pools)


def _alike(names: Sequence[Name]) -> Ints:
    """For each name the next one of the same sound, round and round."""
    by_sound = defaultdict(list)
    for place, name in enumerate(names):
        by_sound[name.sound].append(place)
    found = np.arange(len(names))
    for places in by_sound.values():
        found[places] = np.roll(places, -1)
    return found


def _japanese(native: str, reading: str, roman: str, weight: float) -> Name:
    passport = roman or kana.passport(reading)
    wapuro = roman.capitalize() if roman else kana.hepburn(reading).capitalize()
    return Name(native, old_form(native), reading, passport, wapuro, "", f"ja {reading}", weight)


def _japanese_families() -> Iterator[Name]:
    for rank, row in enumerate(table("japanese_surnames")):
        yield _japanese(row["kanji"], row["kana"], row["roman"], zipf(rank))


def _japanese_givens(sex: str) -> Iterator[Name]:
    rows = (row for row in table("japanese_given") if row["sex"] == sex)
    for rank, row in enumerate(rows):
        for place, spelling in enumerate(row["spellings"].split()):
            yield _japanese(spelling, row["kana"], "", zipf(rank, shift=20) / (place + 1.5))


@cache
def _syllables() -> dict[str, dict[str, str]]:
    return {row["pinyin"]: row for row in table("chinese_syllables")}


def _latin(syllables: Sequence[str], *, traditional: bool) -> tuple[str, str]:
    """Passport spelling and the everyday one: Wade-Giles with hyphens for Taiwan, pinyin for the mainland."""
    if traditional:
        parts = [_syllables()[syllable]["wade"] for syllable in syllables]
        return "-".join(parts).upper(), "-".join(part.capitalize() for part in parts)
    parts = [syllable.replace("ü", "yu") for syllable in syllables]
    return "".join(parts).upper(), "".join(parts).capitalize()


def _chinese(simplified: str, formal: str, syllables: Sequence[str], weight: float, *, traditional: bool) -> Name:
    passport, roman = _latin(syllables, traditional=traditional)
    reading = "".join(_syllables()[syllable]["kana"] for syllable in syllables)
    native = formal if traditional else simplified
    return Name(native, formal, reading, passport, roman, "", f"zh {traditional} {' '.join(syllables)}", weight)


def _chinese_families(*, traditional: bool) -> Iterator[Name]:
    for rank, row in enumerate(table("chinese_surnames")):
        weight = zipf(rank, shift=3, power=1.0)
        yield _chinese(row["simplified"], row["traditional"], [row["pinyin"]], weight, traditional=traditional)


def _chinese_givens(sex: str, *, traditional: bool) -> Iterator[Name]:
    rows = [row for row in table("chinese_given") if row["sex"] == sex]
    for rank, row in enumerate(rows):
        single = 0.3 * zipf(rank)
        yield _chinese(row["simplified"], row["traditional"], [row["pinyin"]], single, traditional=traditional)
        for other, last in enumerate(rows):
            simplified, formal = row["simplified"] + last["simplified"], row["traditional"] + last["traditional"]
            weight = zipf(rank) * zipf(other)
            yield _chinese(simplified, formal, [row["pinyin"], last["pinyin"]], weight, traditional=traditional)


def _western(source: str, sex: str = "") -> Iterator[Name]:
    rows = (row for row in table(source) if row.get("sex", "") == sex)
    for rank, row in enumerate(rows):
        name = row["name"]
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        nickname = row.get("nickname", "")
        yield Name(name, name, row["kana"], plain.upper(), plain, nickname, f"en {row['kana']}", zipf(rank))
