"""What can go wrong, once: exceptions, their problem+json form (RFC 9457), and the way back.

A storage raises these, a server turns them into a ``Problem``, a client turns that into the same exception again.
"""

from typing import Any, ClassVar

from pydantic import ConfigDict

from tupli_schemas.base import Schema

MAX_FIELD_PROBLEMS = 100
"""So many wrong places are named; whoever has more of them has another problem."""


class FieldProblem(Schema):
    """One place in the input that is wrong."""

    path: str
    message: str


class Problem(Schema):
    """An error on the wire (RFC 9457 problem+json)."""

    # A newer server may say more than this version knows: an error must never fail for that.
    model_config = ConfigDict(extra="ignore")

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    hint: str | None = None
    request_id: str | None = None
    errors: tuple[FieldProblem, ...] = ()


class TupliError(Exception):
    """Something that Tupli refuses or cannot do: ``detail`` says what and why, ``hint`` what to do next."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"

    def __init__(
        self,
        detail: str,
        *,
        hint: str | None = None,
        errors: tuple[FieldProblem, ...] = (),
        request_id: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.hint = hint
        self.errors = errors
        self.request_id = request_id

    def __str__(self) -> str:
        return f"{self.detail} ({self.hint})" if self.hint else self.detail


class InvalidDataError(TupliError, ValueError):
    """The input is not what it has to be."""

    code, status, title = "invalid-data", 422, "Invalid data"


class InvalidFilterError(InvalidDataError):
    """A filter cannot be understood."""

    code, title = "invalid-filter", "Invalid filter"


class UnsupportedSpaceError(InvalidDataError):
    """A Gymnasium space whose values have no columns."""

    code, title = "unsupported-space", "Unsupported space"


class RefusedEnvironmentError(InvalidDataError):
    """A stored environment that no consent would make safe or sound."""

    code, title = "refused-environment", "Environment refused"


class SignInRequiredError(TupliError):
    """Nobody is signed in, or no longer."""

    code, status, title = "sign-in-required", 401, "Sign-in required"


class PermissionDeniedError(TupliError, PermissionError):
    """The actor may see it, but may not do that."""

    code, status, title = "permission-denied", 403, "Permission denied"


class UntrustedCodeError(PermissionDeniedError):
    """Loading would run code that nobody has agreed to."""

    code, title = "untrusted-code", "Untrusted code"


class NotFoundError(TupliError, LookupError):
    """There is no such thing, or none that the actor may see: the two are the same."""

    code, status, title = "not-found", 404, "Not found"


class ConflictError(TupliError):
    """The request contradicts what is already there."""

    code, status, title = "conflict", 409, "Conflict"


class AmbiguousReferenceError(ConflictError):
    """A name or an abbreviated id that stands for several things."""

    code, title = "ambiguous-reference", "Ambiguous reference"


class TooLargeError(TupliError):
    """More than a limit allows."""

    code, status, title = "too-large", 413, "Too large"


class TooManyRequestsError(TupliError):
    """Asked too often; try again after ``retry_after`` seconds."""

    code, status, title = "too-many-requests", 429, "Too many requests"

    def __init__(self, detail: str, *, retry_after: int = 60, **more: Any) -> None:
        super().__init__(detail, **more)
        self.retry_after = retry_after


class StorageError(TupliError):
    """The storage itself failed: damaged, read-only or out of order."""

    code, status, title = "storage-error", 500, "Storage error"


class ChecksumError(StorageError):
    """Stored bytes are not those that were written."""

    code, title = "checksum-mismatch", "Checksum mismatch"


class UnreachableError(TupliError, ConnectionError):
    """The other side does not answer."""

    code, status, title = "unreachable", 503, "Unreachable"


class StorageFullError(StorageError):
    """There is no room left; nothing that was stored before is touched."""

    code, status, title = "storage-full", 507, "Storage full"


TupliStorageError = TupliError
"""The name that the paper's code catches."""


def _tree(root: type[TupliError]) -> dict[str, type[TupliError]]:
    found = {root.code: root}
    for child in root.__subclasses__():
        found |= _tree(child)
    return found


ERRORS_BY_CODE: dict[str, type[TupliError]] = _tree(TupliError)
"""Every error of the product by its ``code``."""

_ERRORS_BY_STATUS: dict[int, type[TupliError]] = {
    400: InvalidDataError,
    401: SignInRequiredError,
    403: PermissionDeniedError,
    404: NotFoundError,
    409: ConflictError,
    413: TooLargeError,
    422: InvalidDataError,
    429: TooManyRequestsError,
    502: UnreachableError,
    503: UnreachableError,
    504: UnreachableError,
    507: StorageFullError,
}


def to_problem(error: TupliError, *, request_id: str | None = None) -> Problem:
    """The wire form of an error."""
    return Problem(
        title=error.title,
        status=error.status,
        detail=error.detail,
        code=error.code,
        hint=error.hint,
        request_id=request_id or error.request_id,
        errors=error.errors,
    )


def from_problem(problem: Problem) -> TupliError:
    """The exception that a problem was made from; for an unknown code the one that fits its status."""
    kind = ERRORS_BY_CODE.get(problem.code) or _ERRORS_BY_STATUS.get(problem.status, TupliError)
    return kind(problem.detail, hint=problem.hint, errors=problem.errors, request_id=problem.request_id)


def invalid_data(error: Any, what: str) -> InvalidDataError:
    """A pydantic ``ValidationError`` in our words: the wrong fields with their paths, up to ``MAX_FIELD_PROBLEMS`` of them."""
    items = error.errors(include_url=False, include_context=False, include_input=False)
    problems = tuple(
        FieldProblem(path=".".join(map(str, item["loc"])), message=item["msg"].removeprefix("Value error, "))
        for item in items[:MAX_FIELD_PROBLEMS]
    )
    first = problems[0]
    where = f" at {first.path!r}" if first.path else ""
    return InvalidDataError(f"{what} is not valid{where}: {first.message}", errors=problems)
