"""The broker: one column for the whole name, kanji without kana, and a national identifier for most."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp.sample import addresses, phones, slips
from cdp.sample.sheet import Sheet, texts, words

_RISKS = ("conservative", "balanced", "growth", "speculative")


def columns(sheet: Sheet) -> dict[str, Any]:
    """The columns of the broker's file."""
    return {"account_no": sheet.keys("A", 7), **_identity(sheet), **_contact(sheet), **_facts(sheet), **_answers(sheet)}


def _identity(sheet: Sheet) -> dict[str, Any]:
    codes = sheet.given_codes(confused=0.004)
    family, given = sheet.family("native"), sheet.given("native", codes)
    gap = words(("", " ", "\u3000"), np.searchsorted(np.array([0.6, 0.8]), sheet.rng.random(len(sheet))))
    eastern = addresses.join(family, gap, given)
    western = addresses.join(given, " ", family)
    name = pc.if_else(sheet.western(), western, eastern)
    return {
        "full_name": slips.misspelt(sheet.rng, name, sheet.population.typo_share / 3),
        "birth_date": slips.blanked(sheet.rng, texts(sheet.births()), 0.002),
        "nationality": sheet.nationality,
    }


def _contact(sheet: Sheet) -> dict[str, Any]:
    number = phones.written(sheet.phones(landline=0.2), phones.PhoneStyle.SPACED)
    return {
        "email": sheet.emails(missing=0.06, other=0.3),
        "phone": slips.blanked(sheet.rng, number, 0.05),
        "postcode": addresses.postcode(sheet.homes, sheet.home, hyphen=True),
        "address": addresses.full(sheet.homes, sheet.home, addresses.MIXED),
        "national_id": sheet.of_person(sheet.papers.national_id, missing=0.15),
    }


def _facts(sheet: Sheet) -> dict[str, Any]:
    value = sheet.latent("income_jpy", noise=0.9) * sheet.rng.gamma(1.2, 0.8, len(sheet))
    bold = 1.0 - sheet.latent("caution", noise=0.3)
    return {
        "portfolio_value_jpy": texts(value.astype(np.int64)),
        "risk_class": words(_RISKS, np.searchsorted(np.array([0.35, 0.6, 0.8]), bold)),
    }


def _answers(sheet: Sheet) -> dict[str, Any]:
    return {
        "marketing_consent": sheet.answers("granted", "denied", blank=0.1, lean=-0.1),
        "group_linking": sheet.link_answers("granted", "denied"),
        "opened": pa.array(sheet.members.since),
    }
