"""The journal for data protection officers: entries, checkpoint and proofs."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.responses import PlainTextResponse
from pydantic import BaseModel, Field

from cdp.http.access import App, Officer
from cdp.use_cases import read_journal
from cdp.use_cases.read_journal import Search

router = APIRouter(prefix="/v1/journal", tags=["journal"])

Index = Annotated[int, Query(ge=0)]
_SLUG = "^[a-z][a-z0-9_.-]{0,127}$"


class Entry(BaseModel):
    """One leaf: what was decided, for whom, and on what it rested; values and persons only as commitments."""

    index: int
    leaf: dict[str, Any]


class Entries(BaseModel):
    """A page of entries, newest first, and the cursor of the next page."""

    entries: list[Entry]
    next_cursor: str | None = Field(
        description="pass it as ?cursor= for the next page, also after an empty one; null on the last"
    )


class Proof(BaseModel):
    """Hashes of a proof, hexadecimal, as RFC 6962 orders them."""

    size: int
    index: int | None = None
    old_size: int | None = None
    leaf_hash: str | None = None
    hashes: list[str]


@router.get("/entries", summary="Search the journal")
def entries(
    app: App,
    officer: Officer,
    client: Annotated[str | None, Query(pattern=_SLUG, description="the client that asked")] = None,
    purpose: Annotated[str | None, Query(pattern=_SLUG, description="the stated purpose")] = None,
    decision: Annotated[str | None, Query(pattern="^(allow|refuse)$", description="allow or refuse")] = None,
    since: Annotated[str | None, Query(description="RFC 3339, inclusive")] = None,
    until: Annotated[str | None, Query(description="RFC 3339, exclusive")] = None,
    cursor: Annotated[str | None, Query(max_length=256)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Entries:
    """Entries that concern the officer's own company, as recipient or as source, newest first."""
    search = Search(client=client, purpose=purpose, decision=decision, since=since, until=until)
    page = read_journal.entries(app, officer, search, cursor=cursor, limit=limit)
    found = [Entry(index=index, leaf=dict(leaf)) for index, leaf in page.entries]
    return Entries(entries=found, next_cursor=page.next_cursor)


@router.get("/checkpoint", summary="The signed head of the journal", response_class=PlainTextResponse)
def checkpoint(app: App, _officer: Officer) -> str:
    """A C2SP checkpoint: origin, size, root hash, and the hub's Ed25519 signature."""
    return read_journal.checkpoint(app)


@router.get("/key", summary="The key that signs checkpoints", response_class=PlainTextResponse)
def key(app: App, _officer: Officer) -> str:
    """The verifier key in C2SP form. Compare it once with the one that your operator gave you by another way."""
    return app.signer.verifier.vkey


@router.get("/proofs/inclusion", summary="Prove that an entry is in the journal")
def inclusion(app: App, _officer: Officer, index: Index, size: Index) -> Proof:
    """The audit path of leaf `index` in the tree of `size` leaves (RFC 6962, 2.1.1)."""
    leaf_hash, hashes = read_journal.inclusion(app, index, size)
    return Proof(size=size, index=index, leaf_hash=leaf_hash.hex(), hashes=[item.hex() for item in hashes])


@router.get("/proofs/consistency", summary="Prove that the journal only grew")
def consistency(app: App, _officer: Officer, old: Index, new: Index) -> Proof:
    """That the tree of `old` leaves is a prefix of the tree of `new` leaves (RFC 6962, 2.1.2)."""
    hashes = read_journal.consistency(app, old, new)
    return Proof(size=new, old_size=old, hashes=[item.hex() for item in hashes])
