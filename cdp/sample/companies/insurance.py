"""The insurer: kanji and kana with care, birth dates by era, typed columns, and facts about health."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp.sample import addresses, dates, phones, slips
from cdp.sample.sheet import Sheet, words

_CLAIMS = ("none", "hospital", "outpatient", "dental", "accident")


def columns(sheet: Sheet) -> dict[str, Any]:
    """The columns of the insurer's file."""
    return {
        "policyholder_no": sheet.keys("P-", 8),
        **_names(sheet),
        **_contact(sheet),
        **_facts(sheet),
        **_answers(sheet),
    }


def _names(sheet: Sheet) -> dict[str, Any]:
    typos = sheet.population.typo_share / 2
    codes = sheet.given_codes(confused=0.005)
    formally = pa.array(sheet.some(0.3))
    family = pc.if_else(formally, sheet.family("formal"), sheet.family("native"))
    given = pc.if_else(formally, sheet.given("formal", codes), sheet.given("native", codes))
    western = sheet.western()
    kana = (sheet.family("kana"), sheet.given("kana", codes))
    return {
        "family_name": pc.if_else(western, kana[0], family),
        "given_name": pc.if_else(western, kana[1], given),
        "family_name_kana": slips.misspelt(sheet.rng, kana[0], typos),
        "given_name_kana": slips.misspelt(sheet.rng, kana[1], typos),
    }


def _contact(sheet: Sheet) -> dict[str, Any]:
    homes, home = sheet.homes, sheet.home
    number = phones.written(sheet.phones(landline=0.55), phones.PhoneStyle.BRACKETS)
    return {
        "nationality": sheet.nationality,
        "sex": sheet.sex("男", "女", missing=0.005),
        "birth_date": sheet.birth(dates.era, missing=0.004),
        "phone": slips.blanked(sheet.rng, number, 0.04),
        "email": sheet.emails(missing=0.45, other=0.2),
        "postcode": addresses.postcode(homes, home, hyphen=False),
        "city": addresses.city(homes, home),
        "address": addresses.full(homes, home, addresses.KANJI),
        "national_id": sheet.of_person(sheet.papers.national_id, missing=0.8),
    }


def _facts(sheet: Sheet) -> dict[str, Any]:
    caution = sheet.latent("caution", noise=0.2)
    claims = sheet.rng.poisson(0.15 + 0.5 * caution)
    kind = np.where(claims > 0, 1 + (sheet.rng.random(len(sheet)) * (len(_CLAIMS) - 1)).astype(np.int64), 0)
    return {
        "policies": pa.array((1 + sheet.rng.poisson(caution * 1.5)).astype(np.int32)),
        "claims_24m": pa.array(claims.astype(np.int32)),
        "claim_kind": words(_CLAIMS, kind),
        "policy_start": pa.array(sheet.members.since),
    }


def _answers(sheet: Sheet) -> dict[str, Any]:
    return {
        "dm_consent": sheet.answers("同意", "拒否", blank=0.1, lean=-0.15),
        "group_offers": sheet.answers("同意", "拒否", blank=0.15, lean=-0.25),
    }
