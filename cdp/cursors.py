"""Signed cursors: where a listing goes on, in a form that a client cannot invent or alter."""

import base64
import binascii
import hashlib
import hmac

from cdp.errors import InvalidRequest
from identity.secret import SecretKey

_MAC_BYTES = 16


def write(key: SecretKey, place: int, *, scope: str) -> str:
    """A cursor to `place` that holds only within `scope` (the listing and its filters)."""
    raw = place.to_bytes(8, "big")
    return base64.urlsafe_b64encode(raw + _mac(key, raw, scope)).rstrip(b"=").decode()


def read(key: SecretKey, cursor: str, *, scope: str) -> int:
    """The place of a cursor that was written for the same `scope`. Raises InvalidRequest otherwise."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError):
        raw = b""
    place, mac = raw[:8], raw[8:]
    if not hmac.compare_digest(mac, _mac(key, place, scope)):
        raise InvalidRequest("not a cursor of this listing", remedy="start again without a cursor")
    return int.from_bytes(place, "big")


def _mac(key: SecretKey, place: bytes, scope: str) -> bytes:
    return hmac.digest(key.reveal(), place + scope.encode(), hashlib.sha256)[:_MAC_BYTES]
