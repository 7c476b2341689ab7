"""Fields of persons to normal forms and their variants, column by column, inside the legal entity."""

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import pyarrow as pa

from identity.errors import InvalidColumns, UnknownLocale
from identity.fields import FieldKind
from identity.normalise.columns import Coded, Tally, column_of, combine, encode, spread
from identity.normalise.contact import email, phone
from identity.normalise.dates import DateOrder, birth_date
from identity.normalise.identifiers import loyalty_number, national_id
from identity.normalise.people import name_variants
from identity.normalise.places import Street, address, place, postcode
from identity.normalise.unusable import Outcome
from identity.normalise.words import employer, sex
from identity.variants import VariantTable

__all__ = ["LOCALES", "NORM_VERSION", "DateOrder", "normalise"]

NORM_VERSION = 1
"""INVARIANT: the same version gives the same normal forms, for ever: companies meet only on equal ones."""

LOCALES = frozenset({"ja", "zh", "en"})


def normalise(
    columns: Mapping[FieldKind, pa.Array],
    *,
    locale: str | pa.Array,
    region: str,
    date_order: DateOrder | None = None,
    today: date | None = None,
) -> VariantTable:
    """The variants of every row of `columns`: text arrays of equal length, null or blank for missing.

    `locale` ('ja', 'zh' or 'en', a region tag may follow) chooses how Han characters are read, once for all rows or one
    per row; `region` (ISO 3166 alpha-2) reads phones, postcodes and national IDs. `date_order` says how dates with the
    year last are written; `today` is the day after which a birth date is in the future. Values are compared as distinct
    values, so the cost follows those and not the rows. No state is kept but a cache of readings.

    Raises InvalidColumns for ragged or non-text columns, UnknownLocale, and MissingExtra when names or addresses need
    the extra `ja` or `zh` and it is not installed.
    """
    _check_region(region)
    rows = _rows_of(columns)
    languages = _languages(locale, rows)
    coded = {FieldKind(kind): encode(column, kind) for kind, column in columns.items()}
    tally = Tally()
    found = name_variants(coded, languages, tally) if rows else {}
    for kind, rule in _rules(region, date_order, today).items():
        if kind in coded:
            found |= _apply(kind, [coded[kind], languages], _of_pair(rule), tally)
    if FieldKind.ADDRESS in coded:
        found |= _addresses(coded, languages, region, tally)
    tidy = {name: column_of(column) for name, column in found.items()}
    present = {name: column for name, column in tidy.items() if column.values}
    return VariantTable(rows=rows, columns=present, unusable=tally.counts())


Rule = Callable[[str, str], Outcome]


def _rules(region: str, order: DateOrder | None, today: date | None) -> dict[FieldKind, Rule]:
    """Per kind of a single column, value and locale to variants."""
    return {
        FieldKind.SEX: lambda text, _: sex(text),
        FieldKind.BIRTH_DATE: lambda text, _: birth_date(text, order=order, today=today),
        FieldKind.EMAIL: lambda text, _: email(text),
        FieldKind.PHONE: lambda text, _: phone(text, region),
        FieldKind.POSTCODE: lambda text, _: postcode(text, region),
        FieldKind.CITY: lambda text, locale: place(text, variant="c", locale=locale, region=region),
        FieldKind.BIRTH_PLACE: lambda text, locale: place(text, variant="b", locale=locale, region=region),
        FieldKind.NATIONAL_ID: lambda text, _: national_id(text, region),
        FieldKind.LOYALTY_NUMBER: lambda text, _: loyalty_number(text),
        FieldKind.EMPLOYER: lambda text, _: employer(text),
    }


def _of_pair(rule: Rule) -> Callable[[tuple[str, ...]], Outcome]:
    return lambda key: rule(key[0], key[1])


def _apply(
    kind: FieldKind, keys: list[Coded], rule: Callable[[tuple[str, ...]], Outcome], tally: Tally
) -> dict[str, Coded]:
    """The variants that `rule` gives for each distinct tuple of `keys` whose first part is there."""
    tuples, codes = combine(keys)
    outcomes = [rule(key) if key[0] is not None else None for key in tuples]  # type: ignore[arg-type]  # the first is there
    tally.count(kind, outcomes, codes)
    names = sorted({name for outcome in outcomes if isinstance(outcome, dict) for name in outcome})
    return {
        name: spread([outcome.get(name) if isinstance(outcome, dict) else None for outcome in outcomes], codes)
        for name in names
    }


def _addresses(coded: Mapping[FieldKind, Coded], languages: Coded, region: str, tally: Tally) -> dict[str, Coded]:
    absent = Coded.missing(len(languages.codes))
    parts = [
        coded[FieldKind.ADDRESS],
        coded.get(FieldKind.CITY, absent),
        coded.get(FieldKind.REGION, absent),
        languages,
    ]
    return _apply(FieldKind.ADDRESS, parts, lambda key: address(Street(*key[:3]), locale=key[3], region=region), tally)


def _rows_of(columns: Mapping[FieldKind, pa.Array]) -> int:
    lengths = {len(column) for column in columns.values()}
    if len(lengths) > 1:
        raise InvalidColumns("columns of different lengths", remedy="give every column one value or null per row")
    return lengths.pop() if lengths else 0


def _languages(locale: str | pa.Array, rows: int) -> Coded:
    if isinstance(locale, str):
        return Coded((_language(locale),), np.zeros(rows, dtype=np.int32))
    if len(locale) != rows:
        raise InvalidColumns("the locales are not one per row")
    coded = encode(locale, "locale")
    if (coded.codes < 0).any():
        raise UnknownLocale("a row without a locale", remedy="fill the missing ones with the file's usual locale")
    return Coded(tuple(_language(value) for value in coded.values), coded.codes)


def _language(locale: str) -> str:
    language = locale.replace("_", "-").partition("-")[0].lower()
    if language not in LOCALES:
        raise UnknownLocale("no rules for that locale", remedy=f"use one of {', '.join(sorted(LOCALES))}")
    return language


def _check_region(region: str) -> None:
    import phonenumbers

    if region not in phonenumbers.SUPPORTED_REGIONS:
        raise UnknownLocale("no such region", remedy="use an ISO 3166 code of two capitals, such as JP")
