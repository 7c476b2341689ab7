"""The mobile operator: names in Latin letters and in kanji, its own numbers in E.164."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp.sample import addresses, dates, phones, slips
from cdp.sample.sheet import Sheet, texts, words

_PLANS = ("light-3GB", "standard-20GB", "unlimited", "family-share", "senior")


def columns(sheet: Sheet) -> dict[str, Any]:
    """The columns of the operator's file."""
    return {
        "subscriber_id": sheet.keys("mb-", 9),
        **_names(sheet),
        **_contact(sheet),
        **_facts(sheet),
        **_answers(sheet),
    }


def _names(sheet: Sheet) -> dict[str, Any]:
    typos = sheet.population.typo_share
    codes = sheet.given_codes(confused=0.008)
    as_typed = pa.array(sheet.some(0.25))
    latin = [
        pc.if_else(as_typed, sheet.family("roman"), pc.utf8_title(sheet.family("passport"))),
        pc.if_else(as_typed, sheet.given("roman", codes), pc.utf8_title(sheet.given("passport", codes))),
    ]
    return {
        "family_name": slips.misspelt(sheet.rng, sheet.family("native"), typos / 2),
        "given_name": slips.misspelt(sheet.rng, sheet.given("native", codes), typos / 2),
        "family_name_latin": slips.misspelt(sheet.rng, latin[0], typos),
        "given_name_latin": slips.misspelt(sheet.rng, latin[1], typos),
    }


def _contact(sheet: Sheet) -> dict[str, Any]:
    homes, home = sheet.homes, sheet.home
    return {
        "nationality": sheet.nationality,
        "sex": sheet.sex("M", "F", missing=0.03),
        "born": sheet.birth(dates.points, missing=0.01),
        "msisdn": phones.written(sheet.phones(landline=0.0), phones.PhoneStyle.E164),
        "email": sheet.emails(missing=0.2, other=0.12),
        "postcode": addresses.postcode(homes, home, hyphen=True),
        "prefecture": addresses.prefecture(homes, home),
        "city": addresses.city(homes, home),
        "street": slips.blanked(sheet.rng, addresses.street(homes, home, addresses.HYPHENS), 0.02),
    }


def _facts(sheet: Sheet) -> dict[str, Any]:
    heavy = sheet.rng.gamma(1.5, 6.0, len(sheet))
    plan = np.where(sheet.some(0.15), 3, np.searchsorted(np.array([3.0, 15.0]), heavy))
    tenure = (sheet.population.day - sheet.members.since).astype(np.int64) // 30
    return {
        "plan": words(_PLANS, plan),
        "data_gb_month": pa.array(np.round(heavy, 1)),
        "tenure_months": texts(tenure),
    }


def _answers(sheet: Sheet) -> dict[str, Any]:
    return {
        "consent_marketing": sheet.answers("opt-in", "opt-out", blank=0.1),
        "consent_partners": sheet.answers("opt-in", "opt-out", blank=0.12, lean=-0.15),
        "contract_since": pa.array(sheet.members.since).cast(pa.string()),
    }
