"""Query parameters that nothing reads are refused where parameters are read: a misspelt one would quietly change what is asked."""

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
        unknown = next((name for name in request.query_params if name not in names), None) if names else None
        if names and unknown is not None:
            raise _unknown(unknown, names)

    return check


def _unknown(name: str, names: frozenset[str]) -> InvalidDataError:
    nearest = difflib.get_close_matches(name, sorted(names), n=1)
    hint = f"did you mean {nearest[0]!r}?" if nearest else f"known are {', '.join(sorted(names))}"
    problem = FieldProblem(path=name[:100], message="there is no such parameter")
    return InvalidDataError(f"the query has a parameter {name[:100]!r}, which is unknown", hint=hint, errors=(problem,))
