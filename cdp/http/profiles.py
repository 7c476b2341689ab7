"""Reads of profiles: by pseudonym, by the caller's own source key, and in batches."""

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from cdp.http.access import App, Engineer, Purpose
from cdp.telemetry import current_trace_id
from cdp.use_cases import read_profile
from cdp.use_cases.read_profile import BatchItem, Profile, Reader

router = APIRouter(prefix="/v1/profiles", tags=["profiles"])


class OwnKey(BaseModel):
    """The caller's own name for its customer: in the body, since a source key may be personal and URLs are logged."""

    source_key: str = Field(min_length=1, max_length=512, description="your own key of your own customer")


class Pseudonyms(BaseModel):
    """Pseudonyms that were issued to the caller for the stated purpose."""

    pseudonyms: list[Annotated[str, Field(max_length=128)]] = Field(min_length=1)


@router.get("/{pseudonym}", summary="Read a profile by pseudonym")
def by_pseudonym(
    app: App,
    client: Engineer,
    purpose: Purpose,
    pseudonym: Annotated[str, Path(max_length=128, description="issued to you, for this purpose")],
) -> Profile:
    """The traits that policy, agreement and the person allow you for this purpose, and what is withheld and why."""
    return read_profile.by_pseudonym(app, Reader(client, purpose, current_trace_id()), pseudonym)


@router.post("/by-source-key", summary="Read a profile by your own source key")
def by_source_key(app: App, client: Engineer, purpose: Purpose, own: OwnKey) -> Profile:
    """The same answer, found by your own key of your own customer."""
    return read_profile.by_source_key(app, Reader(client, purpose, current_trace_id()), own.source_key)


@router.post("/batch", summary="Read many profiles")
def batch(app: App, client: Engineer, purpose: Purpose, asked: Pseudonyms) -> list[BatchItem]:
    """One item per pseudonym, in the order asked; each is decided and journalled by itself."""
    return list(read_profile.batch(app, Reader(client, purpose, current_trace_id()), asked.pseudonyms))
