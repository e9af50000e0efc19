"""The one place where an error becomes an answer: problem+json with a code, a sentence, a hint and the request's id."""

import re
from http import HTTPStatus
from typing import Any

import structlog
from litestar import Request, Response
from litestar.exceptions import (
    HTTPException,
    MethodNotAllowedException,
    NotFoundException,
    ValidationException,
)
from litestar.types import ExceptionHandlersMap
from pymongo.errors import ConnectionFailure, DocumentTooLarge, OperationFailure, PyMongoError

from tupli_schemas.errors import (
    MAX_FIELD_PROBLEMS,
    FieldProblem,
    InvalidDataError,
    NotFoundError,
    Problem,
    SignInRequiredError,
    StorageError,
    StorageFullError,
    TooLargeError,
    TooManyRequestsError,
    TupliError,
    UnreachableError,
    to_problem,
)

PROBLEM_JSON = "application/problem+json"
OUT_OF_DISK_SPACE = 14_031

HINTS = {
    405: "the server's page /docs lists all routes",
    413: "send less at once",
    415: "the server's page /docs says what this route takes",
    422: "the server's page /docs says what this route takes",
}
"""What to do next, where an error itself does not know better."""

_MISSING_PARAMETER = re.compile(r"Missing required query parameter '(\w+)'")

_log = structlog.get_logger(__name__)


def answer(request: Request[Any, Any, Any], error: TupliError) -> Response[Problem]:
    """The answer that a ``TupliError`` makes."""
    headers = {}
    if isinstance(error, SignInRequiredError):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, TooManyRequestsError):
        headers["Retry-After"] = str(error.retry_after)
    return respond(to_problem(error, request_id=request_id(request)), headers)


def respond(problem: Problem, headers: dict[str, str] | None = None) -> Response[Problem]:
    """A problem as an HTTP response, with a way on if nobody has named one."""
    problem = problem if problem.hint else problem.model_copy(update={"hint": HINTS.get(problem.status)})
    return Response(problem, status_code=problem.status, media_type=PROBLEM_JSON, headers=headers or {})


def request_id(request: Request[Any, Any, Any]) -> str | None:
    """The id that the request got when it came in."""
    found = request.scope.get("state", {}).get("request_id")
    return found if isinstance(found, str) else None


def answer_invalid_input(request: Request[Any, Any, Any], error: ValidationException) -> Response[Problem]:
    """What Litestar could not read: every wrong place with its path."""
    return answer(request, _invalid(error))


def _invalid(error: ValidationException) -> InvalidDataError:
    found = error.extra if isinstance(error.extra, list) else []
    problems = tuple(
        _field_problem(str(item.get("key", "")), str(item.get("message", ""))) for item in found[:MAX_FIELD_PROBLEMS]
    )
    if not problems and (parameter := _MISSING_PARAMETER.match(error.detail)):
        problems = (FieldProblem(path=parameter[1], message="it is missing from the query"),)
    if not problems:
        return InvalidDataError(f"the request cannot be read: {error.detail}")
    where = f" at {problems[0].path!r}" if problems[0].path else ""
    return InvalidDataError(f"the request is not valid{where}: {problems[0].message}", errors=problems)


def _field_problem(path: str, message: str) -> FieldProblem:
    if path == "data" and message == "'data'":
        return FieldProblem(path="", message="the body is missing")
    return FieldProblem(path=path, message=message)


def answer_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    """What Litestar refuses by itself: unknown routes and methods, unreadable or too large bodies."""
    if isinstance(error, NotFoundException):
        return answer(
            request, NotFoundError(f"there is nothing at {request.url.path}", hint="see /docs for all routes")
        )
    if error.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return answer(request, TooLargeError("the request is larger than this route takes"))
    if error.status_code == HTTPStatus.BAD_REQUEST:
        return answer(request, InvalidDataError(f"the request cannot be read: {error.detail}"))
    phrase = HTTPStatus(error.status_code).phrase
    detail = f"{request.method} is not possible here" if isinstance(error, MethodNotAllowedException) else error.detail
    code = phrase.lower().replace(" ", "-")
    problem = Problem(title=phrase, status=error.status_code, detail=detail, code=code, request_id=request_id(request))
    return respond(problem, dict(error.headers or {}))


def answer_too_large(request: Request[Any, Any, Any], _: DocumentTooLarge) -> Response[Problem]:
    """More than one document of the database holds."""
    return answer(request, TooLargeError("this is larger than one object may be", hint="put less into its metadata"))


def answer_database(request: Request[Any, Any, Any], error: PyMongoError) -> Response[Problem]:
    """The database failed: away for a moment, or for good."""
    _log.error("the database failed", exc_info=error)
    if isinstance(error, ConnectionFailure) or error.timeout or error.has_error_label("RetryableWriteError"):
        return answer(request, UnreachableError("the database does not answer", hint="try again in a moment"))
    if isinstance(error, OperationFailure) and error.code == OUT_OF_DISK_SPACE:
        return answer(request, StorageFullError("the database has no room left", hint="tell the operator"))
    return answer(request, StorageError("the database refused the operation", hint="report the request id"))


def answer_unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """A mistake of ours: the log knows all about it, the answer its request id."""
    _log.error("a request failed unexpectedly", exc_info=error)
    return answer(request, TupliError("something went wrong on the server", hint="report the request id"))


HANDLERS: ExceptionHandlersMap = {
    TupliError: answer,
    ValidationException: answer_invalid_input,
    HTTPException: answer_http,
    DocumentTooLarge: answer_too_large,
    PyMongoError: answer_database,
    Exception: answer_unexpected,
}
