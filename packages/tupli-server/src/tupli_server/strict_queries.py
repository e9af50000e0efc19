"""Query parameters that nothing reads, or that come twice, are refused: they would quietly change what is asked."""

import difflib
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from typing import Any

from tupli_schemas.errors import FieldProblem, InvalidDataError
from tupli_server.parameters import AnyRequest

Known = Mapping[tuple[str, str], frozenset[str]]


def refuse_unknown_parameters(describe: Callable[[], Mapping[str, Any]]) -> Callable[[AnyRequest], Awaitable[None]]:
    """What the application asks before every handler; ``describe`` gives the OpenAPI document, which knows all parameters."""

    @cache
    def known() -> Known:
        return {
            (method.upper(), path): frozenset(parameter["name"] for parameter in operation["parameters"])
            for path, item in describe()["paths"].items()
            for method, operation in item.items()
            if operation.get("parameters")
        }

    async def check(request: AnyRequest) -> None:
        names = known().get((request.method, request.scope.get("path_template", "")))
        if not names:
            return
        for name in request.query_params:
            if name not in names:
                raise _unknown(name, names)
            if len(request.query_params.getall(name)) > 1:
                raise _refused(name, "it is given twice", f"give {name!r} once")

    return check


def _unknown(name: str, names: frozenset[str]) -> InvalidDataError:
    nearest = difflib.get_close_matches(name, sorted(names), n=1)
    hint = f"did you mean {nearest[0]!r}?" if nearest else f"known are {', '.join(sorted(names))}"
    return _refused(name, "there is no such parameter", hint)


def _refused(name: str, message: str, hint: str) -> InvalidDataError:
    problem = FieldProblem(path=name[:100], message=message)
    return InvalidDataError(f"the query is not valid at {name[:100]!r}: {message}", hint=hint, errors=(problem,))
