"""One table from errors to HTTP problems; routers do not catch.

Source: RFC 9457 (problem details). `type` is a relative reference that the API's own documentation resolves.
"""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
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
    TooLarge,
)
from consent.errors import ConsentError
from governance.errors import AuthenticationFailed, GovernanceError, UnknownPseudonym
from governance.journal.errors import JournalError, OutsideJournal
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
    InvalidRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    IdempotencyConflict: HTTPStatus.CONFLICT,
    TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    DatabaseUnavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    InvalidSetting: HTTPStatus.INTERNAL_SERVER_ERROR,
    IdentityError: HTTPStatus.UNPROCESSABLE_ENTITY,
    ConsentError: HTTPStatus.UNPROCESSABLE_ENTITY,
    GovernanceError: HTTPStatus.UNPROCESSABLE_ENTITY,
    PipelineError: HTTPStatus.UNPROCESSABLE_ENTITY,
    EnishiError: HTTPStatus.INTERNAL_SERVER_ERROR,
}
"""The nearest class of an error decides its status."""

_log = logging.getLogger("cdp.http")


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
    """Answer every error of ours, of FastAPI and of Starlette as a problem."""

    @app.exception_handler(EnishiError)
    def _ours(_request: Request, error: EnishiError) -> JSONResponse:
        return of_error(error)

    @app.exception_handler(JournalError)
    def _journal(_request: Request, error: JournalError) -> JSONResponse:
        status = 404 if isinstance(error, OutsideJournal) else 503
        return problem(status, error.code, error.what, why=error.why, remedy=error.remedy)

    @app.exception_handler(RequestValidationError)
    def _invalid(_request: Request, error: RequestValidationError) -> JSONResponse:
        # Names the place and the rule, never what stood there: pydantic's own text repeats the input.
        places = [{"place": "/".join(map(str, item["loc"])), "rule": item["type"]} for item in error.errors()[:20]]
        return problem(422, "invalid-request", "the request does not fit its schema", errors=places)

    @app.exception_handler(HTTPException)
    def _http(_request: Request, error: HTTPException) -> JSONResponse:
        code = HTTPStatus(error.status_code).phrase.lower().replace(" ", "-")
        headers = dict(error.headers or {})
        return problem(error.status_code, code, HTTPStatus(error.status_code).description or code, headers=headers)

    @app.exception_handler(Exception)
    def _unexpected(_request: Request, error: Exception) -> JSONResponse:
        # The message of an unknown error may hold a personal value, so only its type is told.
        _log.error("unexpected error of type %s", type(error).__name__)
        return problem(500, "unexpected", "something failed that should not; nothing was disclosed")


def of_error(error: EnishiError) -> JSONResponse:
    """The problem that tells of one of our errors, in its three parts."""
    status = status_of(error)
    more: dict[str, Any] = {"why": error.why, "remedy": error.remedy}
    headers: dict[str, str] = {}
    if isinstance(error, ReadRefused):
        more |= {"reason": error.reason, "journal_index": error.journal_index}
    if status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="enishi"'
    if status is HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = "1"
    return problem(
        status, error.code, error.what, headers=headers, **{key: text for key, text in more.items() if text != ""}
    )
