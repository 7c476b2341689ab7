"""The travel agency: names as in the passport, everything in Latin letters."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from cdp.sample import addresses, dates, phones, slips
from cdp.sample.sheet import Sheet, texts, words

_REGIONS = ("Okinawa", "Hokkaido", "Kyoto", "Taiwan", "Hawaii", "Europe", "South-East Asia", "Korea")


def columns(sheet: Sheet) -> dict[str, Any]:
    """The columns of the agency's file."""
    return {
        "traveller_id": sheet.keys("TRV", 7),
        **_names(sheet),
        **_contact(sheet),
        **_facts(sheet),
        **_answers(sheet),
    }


def _names(sheet: Sheet) -> dict[str, Any]:
    typos = sheet.population.typo_share / 2
    return {
        "surname": slips.misspelt(sheet.rng, sheet.family("passport"), typos),
        "given_names": slips.misspelt(sheet.rng, sheet.given("passport"), typos),
        "middle_name": slips.blanked(sheet.rng, sheet.middle("passport"), 0.2),
    }


def _contact(sheet: Sheet) -> dict[str, Any]:
    homes, home = sheet.homes, sheet.home
    number = phones.written(sheet.phones(landline=0.08), phones.PhoneStyle.SPACED)
    return {
        "nationality": sheet.nationality,
        "gender": sheet.sex("M", "F", missing=0.02),
        "dob": sheet.birth(dates.airline, missing=0.01),
        "e_mail": sheet.emails(missing=0.02, other=0.25),
        "phone": slips.blanked(sheet.rng, slips.misdialled(sheet.rng, number, 0.006), 0.06),
        "postcode": slips.blanked(sheet.rng, addresses.postcode(homes, home, hyphen=True), 0.05),
        "address": slips.blanked(sheet.rng, addresses.full_roman(homes, home), 0.1),
        "city": addresses.city_roman(homes, home),
        "country": addresses.country_code(homes, home),
        "loyalty_no": sheet.of_person(sheet.papers.card, missing=0.45),
    }


def _facts(sheet: Sheet) -> dict[str, Any]:
    wanderlust = sheet.latent("wanderlust", noise=0.15)
    trips = sheet.rng.poisson(wanderlust * 5)
    place = (sheet.rng.random(len(sheet)) ** 1.5 * len(_REGIONS)).astype(np.int64)
    region = pc.if_else(pa.array(trips > 0), words(_REGIONS, place), pa.scalar(None, pa.string()))
    odds = 1 / (1 + np.exp(-(-2.2 + 4.0 * wanderlust + 0.35 * trips)))
    return {
        "trips_12m": texts(trips),
        "favourite_region": region,
        "next_trip_probability": texts(np.round(odds, 3)),
    }


def _answers(sheet: Sheet) -> dict[str, Any]:
    return {
        "newsletter": sheet.answers("Y", "N", blank=0.1, lean=0.05),
        "partner_offers": sheet.answers("Y", "N", blank=0.14, lean=-0.1),
        "group_id": sheet.link_answers("Y", "N"),
        "consent_date": texts(sheet.members.updated),
    }
