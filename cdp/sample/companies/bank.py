"""The bank: checked against papers, old kanji and full-width kana, in the encoding of its host computer."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp.sample import addresses, dates, phones, slips
from cdp.sample.names import Origin
from cdp.sample.sheet import Sheet, texts, words

ENCODING = "cp932"
_SPACE = "\u3000"
_BANDS = (2.5e6, 4e6, 6e6, 9e6, 15e6)


def columns(sheet: Sheet) -> dict[str, Any]:
    """The columns of the bank's file; every text of it exists in cp932."""
    return {"cif_no": sheet.keys("C", 8), **_names(sheet), **_contact(sheet), **_facts(sheet), **_answers(sheet)}


def _names(sheet: Sheet) -> dict[str, Any]:
    codes = sheet.given_codes(confused=0.003)
    kana = addresses.join(sheet.family("kana"), _SPACE, sheet.given("kana", codes))
    formal = addresses.join(sheet.family("formal"), _SPACE, sheet.given("formal", codes))
    native = addresses.join(sheet.family("native"), _SPACE, sheet.given("native", codes))
    own_form = pa.array((sheet.origin == Origin.CHINA) & sheet.some(0.3))
    name = pc.if_else(own_form, native, formal)
    for other in (native, kana):
        name = pc.if_else(slips.writable(name, ENCODING), name, other)
    name = pc.if_else(sheet.western(), kana, name)
    return {
        "name_kanji": name,
        "name_kana": slips.misspelt(sheet.rng, slips.blanked(sheet.rng, kana, 0.004), sheet.population.typo_share / 2),
    }


def _contact(sheet: Sheet) -> dict[str, Any]:
    homes, home = sheet.homes, sheet.home
    number = phones.written(sheet.phones(landline=0.4), phones.PhoneStyle.PLAIN)
    address = addresses.full(homes, home, addresses.FORMAL)
    writable = slips.writable(address, ENCODING)
    city = addresses.city(homes, home)
    return {
        "nationality": sheet.nationality,
        "sex": sheet.sex("男", "女", missing=0.01),
        "birth_ymd": sheet.birth(dates.compact, missing=0.003),
        "tel_no": slips.blanked(sheet.rng, slips.misdialled(sheet.rng, number, 0.005), 0.03),
        "mail_address": sheet.emails(missing=0.5, other=0.25),
        "post_no": addresses.postcode(homes, home, hyphen=False),
        "city": pc.if_else(slips.writable(city, ENCODING), city, addresses.city_roman(homes, home)),
        "address": pc.if_else(writable, address, addresses.full_roman(homes, home)),
        "employer": sheet.of_person(sheet.papers.employer, missing=0.3),
        "my_number": sheet.of_person(sheet.papers.national_id, missing=0.75),
    }


def _facts(sheet: Sheet) -> dict[str, Any]:
    income = sheet.latent("income_jpy", noise=0.1)
    band = np.searchsorted(np.array(_BANDS), income)
    saved = income * sheet.latent("caution", noise=0.5)
    return {
        "salary_band": words(("A", "B", "C", "D", "E", "F"), band),
        "balance_jpy": texts((saved / 1_000).astype(np.int64) * 1_000),
        "products": texts(1 + sheet.rng.poisson(0.9 + band * 0.25)),
    }


def _answers(sheet: Sheet) -> dict[str, Any]:
    return {
        "dm_flag": sheet.answers("1", "0", blank=0.08, lean=-0.1),
        "group_share_flag": sheet.answers("1", "0", blank=0.1, lean=-0.05),
        "group_link_flag": sheet.link_answers("1", "9"),
        "agreed_on": texts(sheet.members.updated),
        "opened_on": texts(sheet.members.since),
    }
