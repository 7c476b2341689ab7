"""Answers already given to a write, so that the same request sent twice takes effect once."""

from sqlalchemy import Connection, delete, insert, select

from cdp.errors import IdempotencyConflict
from cdp.profiles.adapters.tables import idempotency
from identity.ids import Instant


class IdempotencySql:
    """Remembers answers by client and Idempotency-Key, in the transaction of the write itself.

    Source: draft-ietf-httpapi-idempotency-key-header.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def earlier(self, client: str, key: str, digest: bytes) -> str | None:
        """The answer given before to the same request, or None.

        Raises IdempotencyConflict when the key came before with another body (its digest differs).
        """
        query = select(idempotency).where(idempotency.c.client == client, idempotency.c.key == key)
        row = self._connection.execute(query).one_or_none()
        if row is None:
            return None
        if row.digest != digest:
            raise IdempotencyConflict(
                "this Idempotency-Key was used with another body", remedy="use a new key for a new request"
            )
        return str(row.body)

    def remember(self, client: str, key: str, digest: bytes, *, answer: str, at: Instant) -> None:
        """Keep `answer` for the next time that this request comes."""
        self._connection.execute(
            insert(idempotency).values(client=client, key=key, digest=digest, body=answer, created_at=at)
        )

    def forget_before(self, at: Instant) -> None:
        """Drop answers older than `at`."""
        self._connection.execute(delete(idempotency).where(idempotency.c.created_at < at))
