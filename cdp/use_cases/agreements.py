"""Agreements between companies: listing them, and ending one with all that follows."""

from typing import Any

from cdp.wiring import Application
from consent.ledger import EVERYONE
from identity.ids import entity_id
from pipelines.contract import Contract
from pipelines.landing import known_entities
from pipelines.relink import record_agreements, relink


def listed(app: Application) -> list[dict[str, Any]]:
    """The newest version of every agreement, by id; sets are sorted lists, instants microseconds."""
    with app.hub(writes=False) as hub:
        newest = {item.id: item for item in hub.stores.agreements.all()}
    return [
        {
            "id": item.id,
            "version": item.version,
            "controller": item.controller,
            "recipient": item.recipient,
            "operations": sorted(item.operations),
            "purposes": sorted(item.purposes),
            "categories": sorted(item.categories),
            "basis": item.basis,
            "starts": item.starts,
            "ends": item.ends,
            "reference": item.reference,
        }
        for item in newest.values()
    ]


def sign(app: Application, contract: Contract) -> tuple[int, tuple[str, ...]]:
    """Record what `contract` offers, before or without any file of it.

    Gives how many stored records were judged again, and warnings about agreements that had ended.
    Raises UnknownPurpose, UnknownCategory.
    """
    with app.stores() as stores:
        return record_agreements(stores, contract, resolver=app.resolver, trees=app.trees, at=app.clock.now())


def end(app: Application, agreement: str) -> int:
    """End an agreement now and undo the links that rested on it; gives how many records were judged again.

    Raises UnknownAgreement.
    """
    now = app.clock.now()
    with app.change() as hub:
        ended = hub.stores.agreements.end(agreement, now)
        parties = known_entities(hub.stores) if ended.recipient == EVERYONE else {ended.controller, ended.recipient}
        return relink(
            hub.stores,
            frozenset(map(entity_id, parties)),
            before=None,
            resolver=app.resolver,
            trees=app.trees,
            at=now,
        )
