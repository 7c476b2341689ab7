"""What every write has in common: its Idempotency-Key, and that the same request sent twice takes effect once."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Header
from pydantic import BaseModel

from cdp.wiring import Application, Hub
from governance.actors import Client

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=128,
        pattern=r"^[A-Za-z0-9._:-]+$",
        description="a new one for each request; the same one to repeat a request whose answer was lost",
    ),
]

_HOUR = 3_600 * 1_000_000


def once(
    app: Application, client: Client, key: str, request: BaseModel, effect: Callable[[Hub], Any]
) -> dict[str, Any]:
    """The answer of `effect`, which runs in one transaction with the memory that it did.

    Repeating the request gives the first answer again and changes nothing. Raises IdempotencyConflict when the key
    came before with another body.
    """
    digest = hashlib.sha256(type(request).__name__.encode() + request.model_dump_json().encode()).digest()
    now = app.clock.now()
    with app.change() as hub:
        hub.idempotency.forget_before(now - app.settings.idempotency_hours * _HOUR)
        earlier = hub.idempotency.earlier(client.id, key, digest)
        if earlier is not None:
            repeated: dict[str, Any] = json.loads(earlier)
            return repeated
        answer = asdict(effect(hub))
        hub.idempotency.remember(client.id, key, digest, answer=json.dumps(answer), at=now)
        return answer
