"""The identifiers that every package shares, parsed once at the border."""

import re
from typing import NewType

from identity.errors import InvalidIdentifier

EntityId = NewType("EntityId", str)
"""A legal entity, the unit of the border: a slug such as `bank` or `mobile-jp`."""

RecordId = NewType("RecordId", int)
"""One source record as the hub knows it: 63 random bits, never derived from data."""

SuperId = NewType("SuperId", bytes)
"""One person as the hub knows them: 16 random bytes, never derived from data, never shown outside the hub."""

Instant = int
"""Microseconds since 1970-01-01T00:00:00Z."""

FOREVER: Instant = 2**62
"""The end of an interval that has not ended."""

_ENTITY = re.compile(r"[a-z][a-z0-9-]{0,30}[a-z0-9]\Z")


def entity_id(text: str) -> EntityId:
    """The entity that `text` names.

    Raises InvalidIdentifier unless it is a slug of 2 to 32 lower-case letters, digits and hyphens.
    """
    if not _ENTITY.match(text):
        raise InvalidIdentifier(
            "not the name of a legal entity",
            remedy="use 2 to 32 lower-case letters, digits and hyphens, starting with a letter, such as 'bank'",
        )
    return EntityId(text)
