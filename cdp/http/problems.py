"""One table from errors to HTTP problems; routers do not catch.

Source: RFC 9457 (problem details). `type` is a relative reference that the API's own documentation resolves.
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from cdp.errors import (
    DatabaseUnavailable,
    IdempotencyConflict,
    InvalidRequest,
    InvalidSetting,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    ReadRefused,
    TooBusy,
    TooLarge,
    UnsupportedGrant,
)
from consent.errors import ConsentError
from governance.errors import AuthenticationFailed, GovernanceError, UnknownPseudonym
from governance.journal.errors import InvalidLeaf, JournalError, OutsideJournal
from identity.errors import EnishiError, IdentityError
from pipelines.errors import PipelineError

MEDIA_TYPE = "application/problem+json"

STATUS: dict[type[Exception], HTTPStatus] = {
    NotAuthenticated: HTTPStatus.UNAUTHORIZED,
    AuthenticationFailed: HTTPStatus.UNAUTHORIZED,
    NotPermitted: HTTPStatus.FORBIDDEN,
    ReadRefused: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    UnknownPseudonym: HTTPStatus.NOT_FOUND,
    UnsupportedGrant: HTTPStatus.BAD_REQUEST,
    InvalidRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    IdempotencyConflict: HTTPStatus.CONFLICT,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    DatabaseUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    TooBusy: HTTPStatus.TOO_MANY_REQUESTS,
    InvalidSetting: HTTPStatus.INTERNAL_SERVER_ERROR,
    IdentityError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ConsentError: HTTPStatus.UNPROCESSABLE_ENTITY,
    GovernanceError: HTTPStatus.UNPROCESSABLE_ENTITY,
    PipelineError: HTTPStatus.UNPROCESSABLE_ENTITY,
    EnishiError: HTTPStatus.INTERNAL_SERVER_ERROR,
    OutsideJournal: HTTPStatus.NOT_FOUND,
    InvalidLeaf: HTTPStatus.INTERNAL_SERVER_ERROR,
    JournalError: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The nearest class of an error decides its status. No journal, no answer: 503."""

OTHERS: Final = {
    "invalid-request": (422, "The request does not fit its schema; `errors` names the places."),
    "bad-request": (400, "The body could not be read."),
    "not-found": (404, "Nothing there for this caller, or no such path."),
    "method-not-allowed": (405, "This path has other methods; `Allow` names them."),
    "too-large": (413, "A request over one of the limits."),
    "unexpected": (500, "Something failed that should not; nothing was disclosed."),
}
"""The problems that no class of errors stands for: code, status and meaning."""

_OAUTH: Final = {
    AuthenticationFailed.code: "invalid_client",
    UnsupportedGrant.code: "unsupported_grant_type",
}
"""What OAuth clients read in `error`. Source: RFC 6749 section 5.2."""

_PLAIN = re.compile(r"[a-z][a-z_]{0,31}\Z")
_PLACES_MAX = 20


class Problem(BaseModel):
    """An error (RFC 9457). Its type is a place on the page /docs."""

    type: str
    title: str
    status: int
    detail: str = Field(description="what was wrong")
    why: str | None = None
    remedy: str | None = Field(default=None, description="what to do")
    reason: str | None = Field(default=None, description="of a refused read: why")
    journal_index: int | None = Field(default=None, description="of a refused read: the leaf that proves it")
    errors: list[dict[str, str]] | None = Field(default=None, description="of a request that does not fit: where")


DOCUMENTED: Final[dict[int | str, dict[str, Any]]] = {
    "4XX": {"description": "A problem", "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}},
}
"""What every route may also answer, for the OpenAPI document."""


def status_of(error: Exception) -> HTTPStatus:
    """The status of the nearest ancestor of `error` in the table; 500 for what the table does not know."""
    for kind in type(error).__mro__:
        if kind in STATUS:
            return STATUS[kind]
    return HTTPStatus.INTERNAL_SERVER_ERROR


def problem(status: int, code: str, detail: str, *, headers: dict[str, str] | None = None, **more: Any) -> JSONResponse:
    """A response of media type application/problem+json; `code` is the last part of the problem's type."""
    body = {"type": f"/docs#problem-{code}", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return JSONResponse(body | more, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of ours, of FastAPI and of Starlette as a problem; `guard` answers what is left."""

    @app.exception_handler(EnishiError)
    @app.exception_handler(JournalError)
    def _ours(_request: Request, error: EnishiError | JournalError) -> JSONResponse:
        return of_error(error)

    @app.exception_handler(RequestValidationError)
    def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        # Names the place and the rule, never what stood there: pydantic's own text repeats the input.
        places = [{"place": _place(item), "rule": item["type"]} for item in error.errors()[:_PLACES_MAX]]
        return problem(422, "invalid-request", "the request does not fit its schema", errors=places)

    @app.exception_handler(HTTPException)
    def _http(_request: Request, error: HTTPException) -> Response:
        if isinstance(answer := getattr(error, "answer", None), Response):
            return answer
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        detail = HTTPStatus(error.status_code).description or code
        return problem(error.status_code, code, detail, headers=dict(error.headers or {}))


def _place(item: Mapping[str, Any]) -> str:
    """Where in a request, as `body/records/0/facts`.

    The name of a superfluous field is the client's own, and may have been made of a customer's name: what is no plain
    word is told as `…`.
    """
    *before, last = map(str, item["loc"])
    if item["type"] == "extra_forbidden" and not _PLAIN.match(last):
        last = "…"
    return "/".join((*before, last))


def of_error(error: EnishiError | JournalError) -> JSONResponse:
    """The problem that tells of one of our errors, in its three parts."""
    status = status_of(error)
    more: dict[str, Any] = {"why": error.why, "remedy": error.remedy, "error": _OAUTH.get(error.code, "")}
    headers: dict[str, str] = {}
    if isinstance(error, ReadRefused):
        more |= {"reason": error.reason, "journal_index": error.journal_index}
    if status is HTTPStatus.UNAUTHORIZED:
        scheme = "Basic" if isinstance(error, AuthenticationFailed) else "Bearer"
        headers["WWW-Authenticate"] = f'{scheme} realm="enishi"'
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "1"
    return problem(
        status, error.code, error.what, headers=headers, **{key: text for key, text in more.items() if text != ""}
    )
