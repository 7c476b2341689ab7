"""A source record as the hub can name it without knowing its source key."""

from dataclasses import dataclass

from identity.errors import InvalidIdentifier
from identity.ids import EntityId, RecordId

DIGEST_BYTES = 32


@dataclass(frozen=True, slots=True)
class Ref:
    """A record of an entity: `ref` and `content` are keyed 32-byte hashes of its source key and of its row's content.

    Raises InvalidIdentifier when a hash has another length.
    """

    entity: EntityId
    ref: bytes
    record: RecordId
    content: bytes

    def __post_init__(self) -> None:
        if len(self.ref) != DIGEST_BYTES or len(self.content) != DIGEST_BYTES:
            raise InvalidIdentifier("a reference to a record needs two hashes of 32 bytes")
