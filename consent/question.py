"""The one question that consent answers."""

from dataclasses import dataclass

from consent.basis import Operation
from identity.ids import EntityId


@dataclass(frozen=True, slots=True)
class Question:
    """May `controller` let `recipient` do `operation` with data of `category` for `purpose`?

    It asks for all of the purpose and all of the category, with everything below them. Use within one company
    has the same controller and recipient.
    """

    controller: EntityId
    recipient: EntityId
    purpose: str
    category: str
    operation: Operation
