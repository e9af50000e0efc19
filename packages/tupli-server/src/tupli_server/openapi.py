"""The description of the API (OpenAPI 3.1), made from the routes and the schemas themselves, so that it stays true."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from litestar import Litestar
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.plugins.pydantic import PydanticPlugin
from litestar.types import ControllerRouterHandler, Method
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from tupli_schemas.base import MAX_INT, MIN_INT, Schema
from tupli_schemas.errors import Problem
from tupli_server.__about__ import __version__
from tupli_server.auth.actors import OPEN, PUBLIC
from tupli_server.errors import PROBLEM_JSON

REF = "#/components/schemas/{model}"
ALWAYS = {"500": "A mistake of the server.", "503": "The database does not answer."}
FOR_INPUT = {"422": "The input is not valid; `errors` names every wrong place."}
FOR_BODIES = {"413": "The body is larger than this route takes.", "415": "The body is not of the type that is meant."}
FOR_ACTORS = {"401": "Nobody is signed in, or not any more.", "403": "The actor lacks a right."}
MEANINGS = {
    401: "Name, password or token is wrong.",
    404: "There is no such thing, or none that the actor may see.",
    409: "It contradicts what is there.",
    416: "There are no such bytes.",
    429: "Too many attempts; `Retry-After` says when to come back.",
    507: "There is no room left.",
}

ANY_METADATA = {
    "description": "What metadata hold: JSON that every database keeps exactly.",
    "anyOf": [
        {"type": ["null", "boolean"]},
        {"type": "integer", "minimum": MIN_INT, "maximum": MAX_INT},
        {"type": "number"},
        {"type": "string", "pattern": r"^[^\u0000]*$"},
        {"type": "array", "items": {"$ref": REF.format(model="JsonValue")}},
        {
            "type": "object",
            "propertyNames": {"pattern": r"^[^$.\u0000][^.\u0000]*$"},
            "additionalProperties": {"$ref": REF.format(model="JsonValue")},
        },
    ],
}


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """The errors of one route, beside those that all have: ``@post(..., responses=problems(404, 409))``."""
    return {status: ResponseSpec(Problem, description=MEANINGS[status], media_type=PROBLEM_JSON) for status in statuses}


def describe(routes: Sequence[ControllerRouterHandler], dependencies: Mapping[str, Provide]) -> dict[str, Any]:
    """The OpenAPI document of these routes; ``dependencies`` are the parameters that no request has to bring."""
    # An application of its own, which answers nothing: it knows the routes, and how Litestar reads them.
    app = Litestar(
        list(routes),
        dependencies=dict(dependencies),
        openapi_config=OpenAPIConfig(
            title="Tupli", version=__version__, use_handler_docstrings=True, operation_id_creator=_operation_id
        ),
        plugins=[PydanticPlugin(prefer_alias=True)],
        logging_config=None,
    )
    document = app.openapi_schema.to_schema()
    document["servers"] = [{"url": "."}]
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas |= _schemas(schemas.keys() | _named_in(document) | {"Problem"})
    document["components"]["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
    access = {(path, method): opt for path, method, opt in _access(app)}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            _complete(operation, access.get((path, method.upper())))
    return document


def _operation_id(_: HTTPRouteHandler, method: Method, path: Sequence[Any]) -> str:
    """Unique, for routes with two names too: ``post_access_users_create``."""
    return "_".join([method.lower(), *(str(getattr(part, "name", part)) for part in path)]).replace("-", "_")


def _named_in(document: dict[str, Any]) -> set[str]:
    """The schemas that bodies refer to which are described by hand."""
    return set(re.findall(REF.format(model=r"(\w+)"), json.dumps(document, default=str)))


def _schemas(names: Iterable[str]) -> dict[str, Any]:
    """What the schemas say of themselves: stricter and fuller than what can be seen from outside."""
    known = {model.__name__: model for model in _descendants(Schema)}
    wanted: list[tuple[type[BaseModel], Literal["validation"]]] = [
        (known[name], "validation") for name in sorted(names) if name in known
    ]
    _, found = models_json_schema(wanted, ref_template=REF)
    return {**found.get("$defs", {}), "JsonValue": ANY_METADATA}


def _descendants(schema: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for child in schema.__subclasses__():
        yield child
        yield from _descendants(child)


def _access(app: Litestar) -> Iterator[tuple[str, str, str | None]]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", ()):
            for method in handler.http_methods:
                yield route.path_format, method, handler.opt.get("access")


def _complete(operation: dict[str, Any], access: str | None) -> None:
    """Say what Litestar does not know: who may come, and which errors all routes of this kind have."""
    responses = operation["responses"]
    responses.pop("400", None)
    errors = dict(ALWAYS)
    if operation.get("parameters") or operation.get("requestBody"):
        errors |= FOR_INPUT
    if operation.get("requestBody"):
        errors |= FOR_BODIES
    if access != PUBLIC["access"]:
        errors |= FOR_ACTORS
        operation["security"] = [{"bearer": []}] if access != OPEN["access"] else [{"bearer": []}, {}]
    for status, meaning in errors.items():
        responses.setdefault(status, _problem_response(meaning))
    summary, _, rest = operation.get("description", operation["summary"]).partition("\n")
    operation["summary"], operation["description"] = summary.rstrip("."), rest.strip() or summary


def _problem_response(meaning: str) -> dict[str, Any]:
    return {"description": meaning, "content": {PROBLEM_JSON: {"schema": {"$ref": REF.format(model="Problem")}}}}
