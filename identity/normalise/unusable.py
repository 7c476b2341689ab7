"""A value that must never be hashed, and why."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unusable:
    """The reason, a kebab slug, why a value says nothing about its person. It never holds the value."""

    reason: str


PLACEHOLDER = Unusable("placeholder")
"""Something typed in because the form asked: 'test', 'unknown', 0000."""
MALFORMED = Unusable("malformed")
"""Not of the shape that its kind of value has."""
TOO_SHORT = Unusable("too-short")
"""Too few characters to tell persons apart."""

Variants = dict[str, str]
"""Variant name to value, of one distinct input value."""
Outcome = Variants | Unusable | None
"""What a value gives: variants, a reason against it, or nothing because it is blank."""
