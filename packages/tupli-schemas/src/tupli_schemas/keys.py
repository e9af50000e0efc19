"""What the key of a filter means: one rule for every interpreter."""

import difflib
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel

from tupli_schemas.artifacts import ArtifactHeader
from tupli_schemas.benchmarks import BenchmarkHeader, BenchmarkMetadata
from tupli_schemas.episodes import KEY_ALIASES, EpisodeHeader
from tupli_schemas.tuples import OLDER_NAMES, RLTuple

_ALIASES: dict[type[BaseModel], dict[str, str]] = {EpisodeHeader: KEY_ALIASES, RLTuple: OLDER_NAMES}
_FREE_FIELDS = ("metadata", "info", "extra")
"""Where the keys live that are no field, in order of preference."""


@lru_cache
def fields_of(schema: type[BaseModel]) -> dict[str, str]:
    """The field names of a schema as they travel, each with its name in Python."""
    return {field.alias or name: name for name, field in schema.model_fields.items()}


@lru_cache
def time_fields(schema: type[BaseModel]) -> frozenset[str]:
    """The fields that hold a moment: a string compares with them as a time (ISO 8601)."""
    return frozenset(
        name
        for name, field in schema.model_fields.items()
        if datetime in (field.annotation, *get_args(field.annotation))
    )


@lru_cache(maxsize=4_096)
def path_of(key: str, schema: type[BaseModel]) -> tuple[str, ...]:
    """Where ``key`` leads in objects of ``schema``: a field first, else a key of the field that holds free data.

    ``path_of("return", EpisodeHeader)`` is ``("return",)``, ``path_of("month", EpisodeHeader)`` is ``("metadata", "month")``.
    """
    parts = tuple(key.split("."))
    fields = fields_of(schema)
    if parts[0] == "metadata" and "metadata" not in fields:
        parts = parts[1:] or parts
    first = _ALIASES.get(_aliased(schema), {}).get(parts[0], parts[0])
    if first in fields:
        return (first, *parts[1:])
    free = next((name for name in _FREE_FIELDS if name in fields), None)
    return parts if free is None else (free, *parts)


def index_of(part: str) -> int | None:
    """The place in a list that one part of a key names: ``"0"`` does, ``"00"`` and ``"-1"`` are names like any other."""
    return int(part) if part.isascii() and part.isdecimal() and (part == "0" or part[0] != "0") else None


def _aliased(schema: type[BaseModel]) -> type[BaseModel]:
    return next((known for known in _ALIASES if issubclass(schema, known)), schema)


def known_keys(schema: type[BaseModel], metadata: Iterable[dict[str, Any]] = ()) -> set[str]:
    """Every key that a filter on ``schema`` can usefully name, given the metadata that is there."""
    keys = set(fields_of(schema)) | set(_ALIASES.get(_aliased(schema), ()))
    if issubclass(schema, BenchmarkHeader):
        keys |= set(fields_of(BenchmarkMetadata))
    if not issubclass(schema, ArtifactHeader):
        keys -= {"extra"}
    for found in metadata:
        keys |= found.keys()
    return keys


def nearest(key: str, known: Iterable[str]) -> str | None:
    """The known key that somebody who wrote ``key`` probably meant."""
    matches = difflib.get_close_matches(key.removeprefix("metadata."), sorted(known), n=1)
    return matches[0] if matches else None
