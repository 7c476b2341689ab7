"""Why the hub believes that records belong to one person: bits by field for stewards, a band for everybody else."""

from typing import Annotated

from fastapi import APIRouter, Path

from cdp.http.access import App, Purpose, Steward
from cdp.telemetry import current_trace_id
from cdp.use_cases import explain_match
from cdp.use_cases.explain_match import Explanation
from cdp.use_cases.read_profile import Reader

router = APIRouter(prefix="/v1/matches", tags=["matches"])


@router.get("/{pseudonym}", summary="Explain a match")
def explain(
    app: App,
    client: Steward,
    purpose: Purpose,
    pseudonym: Annotated[str, Path(max_length=128, description="issued to you, for this purpose")],
) -> Explanation:
    """How the records behind a pseudonym hold together, in fields and states, never values.

    Decided and journalled like a read: of other companies only those are named of which a read would show you a fact.
    """
    return explain_match.explain(app, Reader(client, purpose, current_trace_id()), pseudonym)
