"""E-mail addresses and phone numbers."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from identity.normalise.text import DASHES, all_same, fold_width, word_set
from identity.normalise.unusable import MALFORMED, PLACEHOLDER, TOO_SHORT, Outcome, Unusable

SHARED_MAILBOX = Unusable("shared-mailbox")

_EMAIL = re.compile(r"([^\s@<>()\[\],;:\"\\]{1,64})@((?:[^\s@.<>()\[\],;:\"\\/]+\.)+[^\s@.<>()\[\],;:\"\\/]{2,63})\Z")
_BRACKETED = re.compile(r"<([^<>]*)>\s*\Z")
_PLACEHOLDER_LOCALS = word_set("email-placeholder-local")
_PLACEHOLDER_DOMAINS = word_set("email-placeholder-domain")
_SHARED_LOCALS = word_set("email-shared-local")
_GMAIL = frozenset({"gmail.com", "googlemail.com"})
_LOCAL_MIN = 5

_DIGITS_MIN, _DIGITS_MAX = 7, 15
_PLAIN_PHONE = re.compile(rf"[\d\s()./+{DASHES}ー-]+\Z")
_RUNS = ("01234567890123456789", "98765432109876543210")


def email(text: str) -> Outcome:
    """The variants e, and el when the local part has 5 characters: lower case, without plus tag or Gmail's dots."""
    folded = fold_width(text).casefold().removeprefix("mailto:")
    if found := _BRACKETED.search(folded):
        folded = found[1].strip()
    if not folded:
        return None
    local, _, domain = folded.rpartition("@")
    local, domain = local.partition("+")[0], domain.rstrip(".")
    reason = _against(local, domain)
    if reason:
        return reason
    if domain in _GMAIL:
        local, domain = local.replace(".", ""), "gmail.com"
    if not _EMAIL.match(f"{local}@{domain}"):
        return MALFORMED
    return {"e": f"{local}@{domain}"} | ({"el": local} if len(local) >= _LOCAL_MIN else {})


def _against(local: str, domain: str) -> Unusable | None:
    bare = local.replace(".", "")
    if {local, bare} & _PLACEHOLDER_LOCALS or domain in _PLACEHOLDER_DOMAINS or domain.endswith(".invalid"):
        return PLACEHOLDER
    if local in _SHARED_LOCALS:
        return SHARED_MAILBOX
    return PLACEHOLDER if all_same(bare) and len(bare) > 2 else None


def phone(text: str, region: str) -> Outcome:
    """The variants t (E.164), ta (without its last 4 digits), tz (its last 6).

    `region` (ISO 3166 alpha-2) reads numbers without a country code. A number that is none by its country's plan keeps
    its digits, if there are 7 to 15: two companies that both wrote it down so still agree.
    """
    folded = fold_width(text).replace("ー", "-")
    digits = "".join(char for char in folded if char.isdecimal())
    if not digits:
        return MALFORMED if folded and any(char.isalpha() for char in folded) else PLACEHOLDER if folded else None
    if len(digits) < _DIGITS_MIN:
        return PLACEHOLDER if all_same(digits) else TOO_SHORT
    if _is_placeholder(digits) or any(digits in run for run in _RUNS):
        return PLACEHOLDER
    number = _usual(folded, digits, region) or _parsed(folded, region) or _parsed(digits, region)
    if number is None and len(digits) > _DIGITS_MAX:
        return MALFORMED
    if number is not None and _is_placeholder(number[0]):
        return PLACEHOLDER
    whole = number[1] if number else digits
    return {"t": whole, "ta": whole[:-4], "tz": whole[-6:]}


def _is_placeholder(digits: str) -> bool:
    return all_same(digits.lstrip("0") or digits) or digits.endswith("0000000")


@dataclass(frozen=True, slots=True)
class _Plan:
    """How a region's fixed and mobile numbers look: country code, what may stand before them at home, and patterns."""

    code: str
    trunk: re.Pattern[str]
    numbers: re.Pattern[str]


@cache
def _plan(region: str) -> _Plan | None:
    """The plan of a region with a country code of its own (or the main one of several), else None."""
    import phonenumbers

    plan: Any = phonenumbers.PhoneMetadata.metadata_for_region(region)
    if plan is None or phonenumbers.region_code_for_country_code(plan.country_code) != region:
        return None
    kinds = (plan.fixed_line, plan.mobile)
    patterns = [kind.national_number_pattern for kind in kinds if kind and kind.national_number_pattern]
    return _Plan(
        code=str(plan.country_code),
        trunk=re.compile(plan.national_prefix_for_parsing or "(?!)"),
        numbers=re.compile("|".join(f"(?:{pattern})" for pattern in patterns)),
    )


def _usual(text: str, digits: str, region: str) -> tuple[str, str] | None:
    """National number and E.164 of a plain domestic fixed or mobile number, None for all that needs the parser.

    The parser costs 30 µs a number. INVARIANT: what this gives, the parser gives.
    """
    plan = _plan(region)
    if plan is None or "+" in text or not digits.isascii() or not _PLAIN_PHONE.match(text):
        return None
    trunk = plan.trunk.match(digits)
    if digits.startswith(plan.code) or (trunk and trunk.lastindex):
        return None
    national = digits[trunk.end() :] if trunk else digits
    return (national, f"+{plan.code}{national}") if plan.numbers.fullmatch(national) else None


def _parsed(text: str, region: str) -> tuple[str, str] | None:
    import phonenumbers

    try:
        number = phonenumbers.parse(text, region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    national = phonenumbers.national_significant_number(number)
    return national, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
