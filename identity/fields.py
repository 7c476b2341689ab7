"""The kinds of personal fields that identity understands."""

from enum import StrEnum


class FieldKind(StrEnum):
    """What a column of a partner's file holds. A contract names these; the values are stable."""

    GIVEN_NAME = "given_name"
    FAMILY_NAME = "family_name"
    FULL_NAME = "full_name"
    GIVEN_NAME_KANA = "given_name_kana"
    FAMILY_NAME_KANA = "family_name_kana"
    FULL_NAME_KANA = "full_name_kana"
    GIVEN_NAME_ROMAN = "given_name_roman"
    FAMILY_NAME_ROMAN = "family_name_roman"
    FULL_NAME_ROMAN = "full_name_roman"
    MIDDLE_NAME = "middle_name"
    SEX = "sex"
    BIRTH_DATE = "birth_date"
    EMAIL = "email"
    PHONE = "phone"
    POSTCODE = "postcode"
    ADDRESS = "address"
    CITY = "city"
    REGION = "region"
    NATIONAL_ID = "national_id"
    BIRTH_PLACE = "birth_place"
    EMPLOYER = "employer"
    LOYALTY_NUMBER = "loyalty_number"
    """A card or membership number that several companies of the group share."""
