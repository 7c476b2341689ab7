"""Consents: telling what a person permits or withdraws, and asking how it stands."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from cdp.http.access import Anybody, App, Edge
from cdp.http.terms import Party, Since, TermId, Terms
from cdp.http.writes import IdempotencyKey, once
from cdp.use_cases import consents
from cdp.use_cases.clients import require_role
from cdp.use_cases.consents import Told
from consent.basis import Operation
from consent.ledger import State
from consent.permission import Question
from governance.actors import Role

router = APIRouter(prefix="/v1/consents", tags=["consents"])


class OwnRecord(BaseModel):
    """Which customer of the caller's own: by keyed hash from the edge, or by source key where the hub holds the key."""

    model_config = ConfigDict(extra="forbid")

    ref: str | None = Field(default=None, pattern=r"^[0-9a-f]{64}$", description="the edge's keyed hash")
    source_key: str | None = Field(default=None, min_length=1, max_length=512)


class Event(OwnRecord):
    """One thing that a person said."""

    terms: Terms
    state: State = Field(description="given, refused, withdrawn, objected or restricted")
    valid_from: Since = None
    evidence: str = Field(default="", pattern=r"^([0-9a-f]{64})?$", description="SHA-256 of the raw evidence")


class Events(BaseModel):
    """Events to record, all or none."""

    events: list[Event] = Field(min_length=1, max_length=1000)


class Recorded(BaseModel):
    """What recording did."""

    events: int = Field(description="events that were new")
    relinked: int = Field(description="records whose permission to be linked was set again")
    withdrawn: int = Field(description="records that may not be linked any more, and are not")


class Asked(OwnRecord):
    """A question about one customer: may the caller's entity let `recipient` do this?"""

    purpose: TermId
    category: TermId
    recipient: Party | None = Field(default=None, description="an entity; null: the caller's own")
    operation: Operation = Operation.USE


class Standing(BaseModel):
    """How it stands now, why, and the receipts of the record's events (ISO/IEC TS 27560)."""

    allowed: bool
    state: str
    reason: str
    agreement: str | None
    receipts: list[dict[str, Any]]


@router.post("", summary="Record consents and withdrawals")
def record(app: App, client: Edge, key: IdempotencyKey, told: Events) -> Recorded:
    """Write down what people said. A withdrawal holds for every read that starts after this answer.

    A refusal, withdrawal, objection or restriction whose `valid_from` lies ahead holds from now.
    """
    events = [
        Told(one.ref, one.source_key, one.terms.parsed(), one.state, one.valid_from, one.evidence)
        for one in told.events
    ]
    return Recorded(**once(app, client, key, told, lambda hub: consents.tell(app, hub, client, key, events)))


@router.post("/state", summary="How does a permission stand?")
def state(app: App, client: Anybody, asked: Asked) -> Standing:
    """The state for one of the caller's own customers, by all that they told the caller.

    What the person told the recipient is judged when the recipient reads, and not said here.
    """
    require_role(client, Role.ENGINEER, Role.EDGE, Role.DPO)
    recipient = consents.entity(asked.recipient) if asked.recipient else client.entity
    question = Question(client.entity, recipient, asked.purpose, asked.category, asked.operation)
    found = consents.standing(app, client, asked.ref, asked.source_key, question)
    return Standing.model_validate(found, from_attributes=True)
