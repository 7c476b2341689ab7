"""Addresses as each company writes them: the same home in several spellings."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp.sample.draws import Ints
from cdp.sample.homes import Country, Homes
from cdp.sample.tables import table

_KANJI_DIGITS = "〇一二三四五六七八九"
_WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


@dataclass(frozen=True, slots=True)
class Style:
    """Marks after chome, block and house number, before the building and after the room; digits narrow or wide."""

    chome: str
    block: str
    house: str
    building: str
    room: str
    wide: bool = False
    kanji_chome: bool = False


HYPHENS = Style("-", "-", "", " ", "")
FORMAL = Style("丁目", "番", "号", "\u3000", "号", wide=True)
MIXED = Style("丁目", "-", "", " ", "号室")
KANJI = Style("丁目", "番", "号", " ", "号室", kanji_chome=True)


def join(*parts: Any) -> Any:
    """Text columns and constants joined row by row; null where any part is null."""
    return pc.binary_join_element_wise(*[part if isinstance(part, pa.Array) else pa.scalar(part) for part in parts], "")


def column(name: str, key: str, codes: Ints) -> Any:
    """`key` of the rows `codes` of a table."""
    return _texts(name, key).take(pa.array(codes))


@cache
def _texts(name: str, key: str) -> Any:
    return pa.array([row[key] for row in table(name)], pa.string())


@cache
def _digits(wide: bool, kanji: bool = False) -> Any:
    plain = [str(number) for number in range(1_300)]
    if kanji:
        plain = ["".join(_KANJI_DIGITS[int(digit)] for digit in number) for number in plain]
    return pa.array([number.translate(_WIDE) if wide else number for number in plain], pa.string())


def prefecture(homes: Homes, where: Ints) -> Any:
    """Prefecture in kanji; the city abroad."""
    return _split(homes, where, "prefecture", "city")


def city(homes: Homes, where: Ints) -> Any:
    """City and ward in kanji; the district abroad."""
    return _split(homes, where, "city", "area")


def city_roman(homes: Homes, where: Ints) -> Any:
    """City in Latin letters."""
    return _split(homes, where, "city_roman", "city_roman")


def country_code(homes: Homes, where: Ints) -> Any:
    """ISO 3166 code of the home's country."""
    return pa.array([country.name for country in Country], pa.string()).take(pa.array(homes.country[where]))


def postcode(homes: Homes, where: Ints, *, hyphen: bool) -> Any:
    """Postcode; in Japan seven digits, with a hyphen after the third where `hyphen`."""
    last = (homes.city[where] * 37 + homes.town[where] * 113 + 11) % 9_000 + 1_000
    head = column("japanese_cities", "postcode", _inland(homes, where))
    japan = join(head, "-" if hyphen else "", pa.array(last).cast(pa.string()))
    return _chosen(homes, where, japan, column("foreign_streets", "postcode", _outland(homes, where)))


def street(homes: Homes, where: Ints, style: Style, *, town: bool = True) -> Any:
    """What follows the city: town, numbers and building, in `style`."""
    numbers = homes.numbers[where]
    parts: list[Any] = [column("japanese_towns", "town", homes.town[where])] if town else []
    marks = (style.chome, style.block, style.house)
    for place, mark in enumerate(marks):
        kanji = style.kanji_chome and place == 0
        parts += [_digits(style.wide, kanji).take(pa.array(numbers[:, place])), mark]
    japan = join(*parts, _building(homes, where, style))
    abroad = _native_abroad(homes, where)
    return _chosen(homes, where, japan, abroad)


def full(homes: Homes, where: Ints, style: Style) -> Any:
    """Prefecture, city and street in one line, as post is addressed in the country."""
    japan = join(prefecture(homes, where), city(homes, where), street(homes, where, style))
    abroad = homes.country[where]
    western = np.isin(abroad, (Country.GB, Country.AU))
    lines = join(street(homes, where, style), ", ", city(homes, where), ", ", prefecture(homes, where))
    return pc.if_else(pa.array(western), lines, japan)


def full_roman(homes: Homes, where: Ints) -> Any:
    """The whole address in Latin letters, smallest part first."""
    numbers = homes.numbers[where]
    parts: list[Any] = []
    for place, mark in enumerate(("-", "-", " ")):
        parts += [_digits(False).take(pa.array(numbers[:, place])), mark]
    built = column("japanese_buildings", "building_roman", np.maximum(homes.building[where], 0))
    room = pa.array(homes.room[where]).cast(pa.string())
    flat = pc.if_else(pa.array(homes.building[where] >= 0), join(room, " ", built, ", "), "")
    inland = _inland(homes, where)
    town = column("japanese_towns", "town_roman", homes.town[where])
    cities = column("japanese_cities", "city_roman", inland)
    japan = join(flat, *parts, town, ", ", cities, ", ", column("japanese_cities", "prefecture_roman", inland))
    outland = _outland(homes, where)
    house = _digits(False).take(pa.array(_house(homes, where)))
    names = [column("foreign_streets", key, outland) for key in ("street_roman", "area_roman", "city_roman")]
    return _chosen(homes, where, japan, join(house, " ", names[0], ", ", names[1], ", ", names[2]))


def _building(homes: Homes, where: Ints, style: Style) -> Any:
    built = column("japanese_buildings", "building", np.maximum(homes.building[where], 0))
    room = _digits(style.wide).take(pa.array(homes.room[where]))
    return pc.if_else(pa.array(homes.building[where] >= 0), join(style.building, built, room, style.room), "")


def _native_abroad(homes: Homes, where: Ints) -> Any:
    named = column("foreign_streets", "street", _outland(homes, where))
    house = _digits(False).take(pa.array(_house(homes, where)))
    room = pa.array(homes.room[where]).cast(pa.string())
    floor = pa.array(homes.numbers[where, 0]).cast(pa.string())
    taiwan = join(named, house, "號", floor, "樓")
    china = join(named, house, "号", room, "室")
    western = join(house, " ", named)
    country = homes.country[where]
    eastern = pc.if_else(pa.array(country == Country.TW), taiwan, china)
    return pc.if_else(pa.array(np.isin(country, (Country.GB, Country.AU))), western, eastern)


def _house(homes: Homes, where: Ints) -> Ints:
    house: Ints = homes.numbers[where, 1] * 10 + homes.numbers[where, 2]
    return house


def _inland(homes: Homes, where: Ints) -> Ints:
    return homes.city[where] % len(table("japanese_cities"))


def _outland(homes: Homes, where: Ints) -> Ints:
    return homes.city[where] % len(table("foreign_streets"))


def _split(homes: Homes, where: Ints, japan: str, abroad: str) -> Any:
    inside = column("japanese_cities", japan, _inland(homes, where))
    return _chosen(homes, where, inside, column("foreign_streets", abroad, _outland(homes, where)))


def _chosen(homes: Homes, where: Ints, japan: Any, abroad: Any) -> Any:
    return pc.if_else(pa.array(homes.country[where] == Country.JP), japan, abroad)
