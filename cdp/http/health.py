"""Liveness, readiness and the vocabulary that requests may use."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from cdp.http.access import App
from governance.journal.errors import JournalError
from identity.errors import EnishiError

router = APIRouter(tags=["operation"])


class Health(BaseModel):
    """Whether the process lives."""

    status: str


class Readiness(BaseModel):
    """Whether each part that a read needs is there."""

    ready: bool
    parts: dict[str, str]


class Purpose(BaseModel):
    """A purpose that data may be asked for."""

    id: str
    name: str
    definition: str
    parent: str | None


@router.get("/health", summary="Is the process alive?")
def health() -> Health:
    """Always ok while the process answers."""
    return Health(status="ok")


@router.get("/ready", summary="Can it answer reads now?", responses={503: {"model": Readiness}})
def ready(app: App, response: Response) -> Readiness:
    """503 while a database, the keys or the journal cannot be used."""
    parts: dict[str, str] = {}
    for name, check in app.checks().items():
        try:
            check()
            parts[name] = "ok"
        except (EnishiError, JournalError) as error:
            parts[name] = error.code
    good = all(state == "ok" for state in parts.values())
    response.status_code = 200 if good else 503
    return Readiness(ready=good, parts=parts)


@router.get("/v1/purposes", summary="The purposes of this group")
def purposes(app: App) -> list[Purpose]:
    """Every purpose that a read may state, with its definition."""
    return [
        Purpose(id=item.id, name=item.name, definition=item.definition, parent=item.parent)
        for item in app.trees.purposes
    ]
