"""Commitments: how the journal names a value or a person without holding either."""

from governance.primitives import bound, hmac_sha256
from identity.secret import SecretKey


def commit(audit_key: SecretKey, kind: str, value: str | bytes) -> str:
    """64 hex digits that only the holder of the subject's audit key can tie to `value`.

    HMAC-SHA256 over the length-prefixed `kind` and `value` (text as UTF-8), so that a subject, a pseudonym and a trait
    of the same bytes differ. Once the audit key is shredded, it stands for nothing; the journal still verifies.
    """
    raw = value.encode("utf-8") if isinstance(value, str) else value
    return hmac_sha256(audit_key.reveal(), bound(b"cdp/v1/commit", kind.encode("utf-8"), raw)).hex()
