"""Lists in pages: sorted, cut, and continued from the last object seen (keyset), so that no page skips or repeats. Pure.

Missing keys, null, lists and objects sort below numbers, numbers below strings, strings below booleans, as MongoDB's own order has it.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Generic, TypeVar, get_args

from tupli_schemas.base import Header
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.searches import MAX_LIMIT
from tupli_server.querying import Query, field_of

Item = TypeVar("Item")

_SORTABLE = ["int", "long", "double", "string", "bool", "date"]
_POSITION = "_position"


@dataclass(frozen=True, slots=True)
class PageQuery:
    """Which part of a list is wanted. Without a limit it is everything, up to ``MAX_LIMIT``."""

    limit: int | None = None
    cursor: str | None = None
    sort: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed(Generic[Item]):
    """Some of a list, and the cursor of the rest; None at the end."""

    items: list[Item]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """How MongoDB makes one page. ``stages`` yield one document more than ``limit`` when another page follows."""

    stages: list[Query]
    limit: int
    sort: tuple[str, ...]

    def listed(self, documents: list[Query]) -> Listed[Query]:
        """The page that the documents found make, with the cursor of the next one."""
        positions = [document.pop(_POSITION, []) for document in documents]
        items = documents[: self.limit]
        if len(documents) <= self.limit:
            return Listed(items)
        return Listed(items, _write_cursor(self.sort, [*positions[len(items) - 1], items[-1]["_id"]]))


def plan(query: Query, page: PageQuery, schema: type[Header]) -> Plan:
    """The aggregation that finds a page of the documents that satisfy ``query``.

    Raises:
        InvalidDataError: The cursor is none of ours, or belongs to another order.
    """
    limit = page.limit or MAX_LIMIT
    keys = [(key.removeprefix("-"), -1 if key.startswith("-") else 1) for key in page.sort]
    after = _read_cursor(page.cursor, page.sort) if page.cursor else None
    fields = [field_of(key, schema) for key, _ in keys]
    orders = [order for _, order in keys]
    if all(_is_scalar(field, schema) for field in fields):
        stages = _by_index(query, fields, orders, after)
    else:
        stages = _by_value(query, fields, orders, after)
    return Plan([*stages, {"$limit": limit + 1}], limit, page.sort)


# ------------------------------------------------------------------------------------------------------- header fields


def _by_index(query: Query, fields: list[str], orders: list[int], after: list[Any] | None) -> list[Query]:
    """Sort by fields that hold one scalar or null: an index can give the order."""
    wanted = query if after is None else {"$and": [query, _beyond(fields, orders, after)]}
    stages: list[Query] = [{"$match": wanted}, {"$sort": dict(zip([*fields, "_id"], [*orders, 1], strict=True))}]
    if fields:
        stages.append({"$set": {_POSITION: [{"$ifNull": [f"${field}", None]} for field in fields]}})
    return stages


def _beyond(fields: list[str], orders: list[int], after: list[Any]) -> Query:
    """What comes after a position: equal in the first keys, further in the next one."""
    keys = list(zip([*fields, "_id"], [*orders, 1], after, strict=True))
    branches = [
        {"$and": [*({field: value} for field, _, value in keys[:depth]), _further(*key)]}
        for depth, key in enumerate(keys)
    ]
    return {"$or": branches}


def _further(field: str, order: int, value: Any) -> Query:
    """Null comes first, and MongoDB's comparisons never reach from null to a value or back."""
    if value is None:
        return {field: {"$ne": None}} if order > 0 else {"$nor": [{}]}
    if order > 0:
        return {field: {"$gt": value}}
    return {"$or": [{field: {"$lt": value}}, {field: None}]}


# ------------------------------------------------------------------------------------------------------------ metadata


def _by_value(query: Query, fields: list[str], orders: list[int], after: list[Any] | None) -> list[Query]:
    """Sort by what may be anything: the position of every match is computed first."""
    values = [{"$cond": [{"$in": [{"$type": f"${field}"}, _SORTABLE]}, f"${field}", None]} for field in fields]
    places = [f"_place{index}" for index in range(len(fields))]
    stages: list[Query] = [{"$match": query}, {"$set": dict(zip(places, values, strict=True))}]
    if after is not None:
        stages.append({"$match": {"$expr": _beyond_value(places, orders, after)}})
    stages.append({"$sort": dict(zip([*places, "_id"], [*orders, 1], strict=True))})
    return [*stages, {"$set": {_POSITION: [f"${place}" for place in places]}}, {"$unset": places}]


def _beyond_value(places: list[str], orders: list[int], after: list[Any]) -> Query:
    keys = list(zip([*places, "_id"], [*orders, 1], after, strict=True))
    branches = [
        {
            "$and": [
                *({"$eq": [f"${place}", {"$literal": value}]} for place, _, value in keys[:depth]),
                {("$gt" if order > 0 else "$lt"): [f"${place}", {"$literal": value}]},
            ]
        }
        for depth, (place, order, value) in enumerate(keys)
    ]
    return {"$or": branches}


@lru_cache
def _is_scalar(field: str, schema: type[Header]) -> bool:
    """Whether a stored field always holds one scalar or null, by the type that the header gives it."""
    name = "id" if field == "_id" else field
    found = [item for python_name, item in schema.model_fields.items() if name == (item.alias or python_name)]
    kinds = [get_args(item.annotation) or (item.annotation,) for item in found]
    return bool(kinds) and all(kind in {str, int, float, bool, datetime, type(None)} for kind in kinds[0])


# -------------------------------------------------------------------------------------------------------------- cursors


def _write_cursor(sort: Sequence[str], position: list[Any]) -> str:
    """A position as text that only this server reads: the order it belongs to, and the last object's values in it."""
    values = [{"time": value.isoformat()} if isinstance(value, datetime) else value for value in position]
    return base64.urlsafe_b64encode(json.dumps([list(sort), values]).encode()).decode().rstrip("=")


def _read_cursor(cursor: str, sort: Sequence[str]) -> list[Any]:
    hint = "start again without a cursor"
    try:
        found, values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        position = [datetime.fromisoformat(value["time"]) if isinstance(value, dict) else value for value in values]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise InvalidDataError("the cursor is not one of this server's", hint=hint) from None
    if found != list(sort):
        raise InvalidDataError("the cursor belongs to a list in another order", hint=hint)
    if len(position) != len(sort) + 1 or not all(_is_position(value) for value in position):
        raise InvalidDataError("the cursor is not one of this server's", hint=hint)
    return position


def _is_position(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool | datetime)
