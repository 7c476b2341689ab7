"""Delivery of records by an entity's edge: tokens and facts, never personal data."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from cdp.errors import TooLarge
from cdp.http.access import App, Edge
from cdp.http.terms import Since, TermId, Terms
from cdp.http.writes import IdempotencyKey, once
from cdp.use_cases.deliver import deliver
from consent.ledger import State
from governance.disclosure import TraitKind
from identity.tokens import TokenRow
from pipelines.batch import EdgeBatch, EdgeConsent, EdgeFact, EdgeRecord

router = APIRouter(prefix="/v1", tags=["delivery"])

Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


Text = Annotated[str, Field(max_length=2000)]
Whole = Annotated[int, Field(ge=-(2**63), lt=2**63)]


class _Strict(BaseModel):
    """An unknown field is refused: it might be personal data that somebody believed we wanted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Tokens(_Strict):
    """The edge's tokens of one record: base64 of recipe numbers, 16-byte tokens and their tags."""

    recipes: str = Field(max_length=512)
    tokens: str = Field(max_length=8192)
    tags: str = Field(max_length=32768)


class Fact(_Strict):
    """One trait that the entity contributes."""

    name: str = Field(pattern=r"^[a-z][a-z0-9._-]{0,127}$", description="such as loyalty.points")
    category: TermId = Field(description="a data category of the group")
    kind: TraitKind = Field(default=TraitKind.FACT, strict=False)
    value: Text | Whole | float | bool


class Consent(_Strict):
    """What the person permits or refuses, as the entity recorded it."""

    terms: Terms
    state: State = Field(default=State.GIVEN, strict=False)
    valid_from: Since = None


class Record(_Strict):
    """One customer record. `ref` and `content` are keyed hashes that only the entity's edge can make."""

    ref: Hash = Field(description="keyed hash of the entity's source key")
    content: Hash = Field(description="keyed hash of the row: a record whose content is unchanged is skipped")
    tokens: Tokens | None = Field(default=None, description="null where the person does not permit linking")
    facts: list[Fact] = Field(default=[], max_length=500)
    consents: list[Consent] = Field(default=[], max_length=100)


class Delivery(_Strict):
    """Records of the caller's own entity."""

    records: list[Record] = Field(min_length=1)
    source: str = Field(default="edge", pattern=r"^[a-z0-9][a-z0-9:._ -]{0,199}$")


class Landed(BaseModel):
    """What a delivery did, in records."""

    new: int
    changed: int
    unchanged: int
    moved: int = Field(description="records whose person changed, the caller's or others'")


@router.post("/records", summary="Deliver records")
def records(app: App, client: Edge, key: IdempotencyKey, delivery: Delivery) -> Landed:
    """Land records of the caller's entity in one transaction: all of them or, on any error, none.

    Tokens, tags, keyed hashes and facts cross. Facts are scanned: one that holds an e-mail address, a phone, card or ID
    number refuses the whole delivery.
    """
    limit = app.settings.batch_records_max
    if len(delivery.records) > limit:
        raise TooLarge(f"more than {limit} records in one delivery", remedy="send them in several deliveries")
    batch = EdgeBatch(client.entity, tuple(_record(item) for item in delivery.records), delivery.source)
    return Landed(**once(app, client, key, delivery, lambda hub: deliver(app, hub, batch)))


def _record(item: Record) -> EdgeRecord:
    return EdgeRecord(
        ref=bytes.fromhex(item.ref),
        content=bytes.fromhex(item.content),
        tokens=TokenRow.from_wire(item.tokens.model_dump()) if item.tokens else TokenRow.empty(),
        facts=tuple(EdgeFact(fact.name, fact.category, fact.kind, fact.value) for fact in item.facts),
        consents=tuple(EdgeConsent(one.terms.parsed(), one.state, one.valid_from) for one in item.consents),
    )


def wire(record: EdgeRecord) -> dict[str, Any]:
    """The JSON that an edge sends for a record: the inverse of what this endpoint reads. Sealed fields stay home."""
    return {
        "ref": record.ref.hex(),
        "content": record.content.hex(),
        "tokens": record.tokens.to_wire() if len(record.tokens) else None,
        "facts": [
            {"name": fact.name, "category": fact.category, "kind": str(fact.kind), "value": fact.value}
            for fact in record.facts
        ],
        "consents": [
            {
                "terms": Terms.of(one.terms).model_dump(mode="json"),
                "state": str(one.state),
                "valid_from": one.valid_from,
            }
            for one in record.consents
        ],
    }
