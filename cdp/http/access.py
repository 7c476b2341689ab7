"""Who calls: the client behind an access token, its role, and the purpose that every read must state."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from cdp.errors import InvalidRequest, NotAuthenticated
from cdp.use_cases.clients import client_of_token, require_role
from cdp.wiring import Application
from governance.actors import Client, Role

_bearer = HTTPBearer(auto_error=False, description="an access token from POST /v1/oauth/token")


def application(request: Request) -> Application:
    """The application that serves this request."""
    served: Application = request.app.state.application
    return served


App = Annotated[Application, Depends(application)]


def _client(app: App, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Client:
    if given is None:
        raise NotAuthenticated(
            "no access token", remedy="send Authorization: Bearer with a token from POST /v1/oauth/token"
        )
    return client_of_token(app, given.credentials)


def having(*roles: Role) -> Callable[[Client], Client]:
    """A dependency that gives the caller if it has one of `roles`."""

    def _having(client: Annotated[Client, Depends(_client)]) -> Client:
        return require_role(client, *roles)

    return _having


Engineer = Annotated[Client, Depends(having(Role.ENGINEER))]
Edge = Annotated[Client, Depends(having(Role.EDGE))]
Officer = Annotated[Client, Depends(having(Role.DPO))]
Steward = Annotated[Client, Depends(having(Role.STEWARD, Role.ENGINEER))]
Anybody = Annotated[Client, Depends(_client)]


def _purpose(app: App, purpose: Annotated[str | None, Query(description="what the data is wanted for")] = None) -> str:
    """The stated purpose. Refused when absent or not one of the group's."""
    if not purpose:
        raise InvalidRequest("no purpose is stated", remedy="add ?purpose=…, one of GET /v1/purposes")
    app.trees.purposes.get(purpose)
    return purpose


Purpose = Annotated[str, Depends(_purpose)]
