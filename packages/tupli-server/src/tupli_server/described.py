"""How bodies are described that a handler reads by itself: streams, forms, and JSON of more than one shape."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody
from pydantic import BaseModel, TypeAdapter

from tupli_schemas.filters import Filter
from tupli_server.openapi import REF

JsonSchema: TypeAlias = Mapping[str, Any]

BYTES: JsonSchema = {"type": "string", "format": "binary"}


def takes(content: Mapping[str, JsonSchema], *, required: bool = True) -> type[Operation]:
    """What a route reads, by media type: ``@post(..., operation_class=takes({"text/csv": BYTES}))``."""
    media_types: dict[str, Any] = {name: OpenAPIMediaType(schema=schema) for name, schema in content.items()}  # type: ignore[arg-type]  # a schema as it is written

    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            self.request_body = RequestBody(content=media_types, required=required)

    return Described


def takes_json(schema: type[BaseModel]) -> type[Operation]:
    """A route that reads JSON of this schema, and in it what only its handler understands."""
    return takes({"application/json": {"$ref": REF.format(model=schema.__name__)}})


def takes_filter(beside: Mapping[str, JsonSchema] | None = None) -> type[Operation]:
    """A route that reads a filter, or nothing. ``beside`` are further properties of the same JSON object."""
    found = TypeAdapter(Filter).json_schema(ref_template=REF)["$defs"]
    kinds = [schema for name, schema in found.items() if name.startswith("Filter") and "properties" in schema]
    nothing = {"type": "object", "additionalProperties": False, "properties": {}, "description": "Everything."}
    shapes = [
        {**schema, "properties": {**schema["properties"], **(beside or {})}, "title": schema.get("title", "Everything")}
        for schema in (nothing, *kinds)
    ]
    return takes({"application/json": {"anyOf": shapes}}, required=False)
