"""The shop: kanji and half-width kana, typed by the customers themselves."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp.sample import addresses, dates, phones, slips
from cdp.sample.draws import between
from cdp.sample.kana import half_width
from cdp.sample.sheet import Sheet, texts, words

_DEPARTMENTS = ("books", "fashion", "food", "home", "electronics", "beauty", "toys", "sports")


def columns(sheet: Sheet) -> dict[str, Any]:
    """The columns of the shop's file."""
    return {"customer_no": sheet.keys("", 9), **_names(sheet), **_contact(sheet), **_facts(sheet), **_answers(sheet)}


def _names(sheet: Sheet) -> dict[str, Any]:
    typos = sheet.population.typo_share
    codes = sheet.given_codes(confused=0.015)
    family, given = sheet.family("native"), sheet.given("native", codes)
    nick = pc.coalesce(sheet.given("nickname", codes), given)
    given = pc.if_else(pa.array(sheet.some(0.12)), nick, given)
    in_kana = pc.and_(sheet.western(), pa.array(sheet.some(0.4)))
    no_kana = pa.array(sheet.some(0.06) | ((sheet.origin > 0) & sheet.some(0.5)))
    none = pa.scalar(None, pa.string())
    kana = [slips.misspelt(sheet.rng, column, typos) for column in (sheet.family("kana"), sheet.given("kana", codes))]
    return {
        "last_name": slips.misspelt(sheet.rng, pc.if_else(in_kana, sheet.family("kana"), family), typos),
        "first_name": slips.misspelt(sheet.rng, pc.if_else(in_kana, sheet.given("kana", codes), given), typos),
        "last_name_kana": pc.if_else(no_kana, none, _half(kana[0])),
        "first_name_kana": pc.if_else(no_kana, none, _half(kana[1])),
    }


def _half(texts_: Any) -> Any:
    coded = texts_.dictionary_encode()
    return pa.array([half_width(text) for text in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def _contact(sheet: Sheet) -> dict[str, Any]:
    number = phones.written(sheet.phones(landline=0.18), phones.PhoneStyle.HYPHENS)
    birthday = sheet.birth(dates.slashes, missing=0.14)
    return {
        "country": sheet.nationality,
        "gender": sheet.sex("男性", "女性", missing=0.2),
        "birthday": slips.stopgaps(sheet.rng, birthday, 0.004, "1900/01/01"),
        "email": slips.stopgaps(sheet.rng, sheet.emails(missing=0.03, other=0.18), 0.004, "test@test"),
        "tel": slips.blanked(sheet.rng, slips.misdialled(sheet.rng, number, 0.01), 0.08),
        "zip": slips.blanked(sheet.rng, addresses.postcode(sheet.homes, sheet.home, hyphen=True), 0.03),
        "city": addresses.city(sheet.homes, sheet.home),
        "address": slips.blanked(sheet.rng, addresses.full(sheet.homes, sheet.home, addresses.HYPHENS), 0.04),
        "card_no": sheet.of_person(sheet.papers.card, missing=0.2),
    }


def _facts(sheet: Sheet) -> dict[str, Any]:
    shopping = sheet.latent("shopping", noise=0.2)
    purchases = sheet.rng.poisson(shopping * 24)
    basket = 1_500 + 0.0008 * sheet.latent("income_jpy", noise=0.3)
    place = between(sheet.rng, 0, len(_DEPARTMENTS) - 1, size=len(sheet))
    lucky = np.minimum(place, between(sheet.rng, 0, len(_DEPARTMENTS) - 1, size=len(sheet)))
    favourite = pc.if_else(pa.array(purchases > 0), words(_DEPARTMENTS, lucky), pa.scalar(None, pa.string()))
    return {
        "purchases_12m": texts(purchases),
        "favourite_department": favourite,
        "spend_12m_jpy": texts((purchases * basket).astype(np.int64)),
    }


def _answers(sheet: Sheet) -> dict[str, Any]:
    return {
        "mail_ok": sheet.answers("yes", "no", blank=0.12),
        "share_ok": sheet.answers("yes", "no", blank=0.15, lean=-0.1),
        "group_link_ok": sheet.link_answers("yes", "no"),
        "consent_on": texts(sheet.members.updated),
        "registered_on": texts(sheet.members.since),
    }
