"""What a browser or device says on the person's behalf, as events of the ledger."""

from dataclasses import replace
from typing import Final

from consent.basis import LegalBasis, Operation
from consent.ledger import ANY_CATEGORY, EVERYONE, ConsentEvent, State, event_id
from identity.ids import EntityId, Instant, RecordId

GPC_PURPOSES: Final = ("personalised-advertising", "data-sale")
GPC_OPERATIONS: Final = frozenset({Operation.USE, Operation.SHARE, Operation.PROFILE, Operation.CONTACT})


def gpc_objections(
    header: str | None, *, record: RecordId, controller: EntityId, at: Instant, jurisdiction: str = ""
) -> tuple[ConsentEvent, ...]:
    """The objections that a request with this `Sec-GPC` header raises: to the sale of data and to personalised ads.

    Any value but `1` says nothing, so it neither objects nor permits. The ids follow from record, controller and
    instant. Source: Global Privacy Control, W3C Privacy WG, "The Sec-GPC Header Field".
    """
    if header is None or header.strip() != "1":
        return ()
    first = ConsentEvent(
        id=event_id("sec-gpc", record, controller, at, GPC_PURPOSES[0]),
        record=record,
        controller=controller,
        recipients=frozenset({EVERYONE}),
        purpose=GPC_PURPOSES[0],
        categories=frozenset({ANY_CATEGORY}),
        operations=GPC_OPERATIONS,
        state=State.OBJECTED,
        basis=LegalBasis.LEGITIMATE_INTEREST,
        valid_from=at,
        expires_at=None,
        known_at=at,
        jurisdiction=jurisdiction,
        separate=False,
        notice="",
        evidence="",
        source="sec-gpc",
        signal="Sec-GPC: 1",
    )
    others = (
        replace(first, id=event_id("sec-gpc", record, controller, at, purpose), purpose=purpose)
        for purpose in GPC_PURPOSES[1:]
    )
    return (first, *others)
