"""`POST /v1/oauth/token`: client credentials for a short-lived access token.

Source: RFC 6749 section 4.4; section 5.2 for the errors.
"""

import base64
from typing import Annotated
from urllib.parse import unquote_plus

from fastapi import APIRouter, Form, Header
from pydantic import BaseModel

from cdp.errors import UnsupportedGrant
from cdp.http.access import App
from cdp.use_cases.clients import issue_token
from governance.errors import AuthenticationFailed

router = APIRouter(prefix="/v1/oauth", tags=["access"])


class Token(BaseModel):
    """A bearer token and its life."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105  the name of a scheme, no password
    expires_in: int


@router.post("/token", summary="Get an access token")
def token(
    app: App,
    grant_type: Annotated[str, Form()],
    client_id: Annotated[str, Form()] = "",
    client_secret: Annotated[str, Form()] = "",
    authorization: Annotated[str, Header()] = "",
) -> Token:
    """A token for the client whose id and secret come in the form or as HTTP Basic credentials."""
    if grant_type != "client_credentials":
        raise UnsupportedGrant("this grant type is not supported", remedy="use grant_type=client_credentials")
    if authorization:
        client_id, client_secret = _basic(authorization)
    issued = issue_token(app, client_id, client_secret)
    return Token(access_token=issued.text, expires_in=issued.expires_in_seconds)


def _basic(header: str) -> tuple[str, str]:
    """Client id and secret; each was form-encoded before both were base64 encoded (RFC 6749 section 2.3.1)."""
    scheme, _, encoded = header.partition(" ")
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError:  # not base64, not ASCII before decoding, or not UTF-8 after it
        name, secret = "", ""
    if scheme.lower() != "basic" or not name:
        raise AuthenticationFailed(
            "the credentials are not HTTP Basic", remedy="send client id and secret, base64 encoded"
        )
    return unquote_plus(name), unquote_plus(secret)
