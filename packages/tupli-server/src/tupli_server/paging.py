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
        positions = [document.pop(_POSITION) for document in documents]
        items = documents[: self.limit]
        goes_on = len(documents) > self.limit
        return Listed(items, _write_cursor(self.sort, positions[self.limit - 1]) if goes_on else None)


@dataclass(frozen=True, slots=True)
class _Key:
    """One thing that a list is sorted by; ``order`` is 1 or -1."""

    field: str
    order: int


def plan(query: Query, page: PageQuery, schema: type[Header]) -> Plan:
    """The aggregation that finds a page of the documents that satisfy ``query``.

    Raises:
        InvalidDataError: The cursor is none of ours, or belongs to another order.
    """
    limit = page.limit or MAX_LIMIT
    keys = _keys(page.sort, schema)
    after = _read_cursor(page.cursor, page.sort, len(keys)) if page.cursor else None
    sort = _by_index if all(_is_scalar(key.field, schema) for key in keys) else _by_value
    return Plan([*sort(query, keys, after), {"$limit": limit + 1}], limit, page.sort)


def _keys(sort: Sequence[str], schema: type[Header]) -> list[_Key]:
    """What to sort by, each field once. Ids come last: they leave no choice, so nothing can come after them."""
    orders: dict[str, int] = {}
    for key in (*sort, "id"):
        if "_id" not in orders:
            orders.setdefault(field_of(key.removeprefix("-"), schema), -1 if key.startswith("-") else 1)
    return [_Key(field, order) for field, order in orders.items()]


# ------------------------------------------------------------------------------------------------------- header fields


def _by_index(query: Query, keys: list[_Key], after: list[Any] | None) -> list[Query]:
    """Sort by fields that hold one scalar or null: an index can give the order."""
    wanted = query if after is None else {"$and": [query, _beyond(keys, after)]}
    position = [{"$ifNull": [f"${key.field}", None]} for key in keys]
    return [{"$match": wanted}, {"$sort": {key.field: key.order for key in keys}}, {"$set": {_POSITION: position}}]


def _beyond(keys: list[_Key], after: list[Any]) -> Query:
    """What comes after a position: equal in the first keys, further in the next one."""
    branches = []
    for depth, (key, value) in enumerate(zip(keys, after, strict=True)):
        equal = [{known.field: found} for known, found in zip(keys[:depth], after, strict=False)]
        branches.append({"$and": [*equal, _further(key, value)]})
    return {"$or": branches}


def _further(key: _Key, value: Any) -> Query:
    """Null comes first, and MongoDB's comparisons never reach from null to a value or back."""
    if value is None:
        return {key.field: {"$ne": None}} if key.order > 0 else {"$nor": [{}]}
    if key.order > 0:
        return {key.field: {"$gt": value}}
    return {"$or": [{key.field: {"$lt": value}}, {key.field: None}]}


# ------------------------------------------------------------------------------------------------------------ metadata


def _by_value(query: Query, keys: list[_Key], after: list[Any] | None) -> list[Query]:
    """Sort by what may be anything: the position of every match is computed first."""
    places = [_Key(f"_place{index}", key.order) for index, key in enumerate(keys)]
    values = [_sortable(f"${key.field}") for key in keys]
    stages: list[Query] = [
        {"$match": query},
        {"$set": {place.field: value for place, value in zip(places, values, strict=True)}},
    ]
    if after is not None:
        stages.append({"$match": {"$expr": _beyond_value(places, after)}})
    stages.append({"$sort": {place.field: place.order for place in places}})
    stages.append({"$set": {_POSITION: [f"${place.field}" for place in places]}})
    return [*stages, {"$unset": [place.field for place in places]}]


def _sortable(value: str) -> Query:
    """The value itself if it has a place in the order, else null."""
    return {"$cond": [{"$in": [{"$type": value}, _SORTABLE]}, value, None]}


def _beyond_value(places: list[_Key], after: list[Any]) -> Query:
    branches = []
    for depth, (place, value) in enumerate(zip(places, after, strict=True)):
        equal = [_compared("$eq", known, found) for known, found in zip(places[:depth], after, strict=False)]
        branches.append({"$and": [*equal, _compared("$gt" if place.order > 0 else "$lt", place, value)]})
    return {"$or": branches}


def _compared(operator: str, place: _Key, value: Any) -> Query:
    return {operator: [f"${place.field}", {"$literal": value}]}


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


def _read_cursor(cursor: str, sort: Sequence[str], length: int) -> list[Any]:
    hint = "start again without a cursor"
    try:
        found, values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        position = [datetime.fromisoformat(value["time"]) if isinstance(value, dict) else value for value in values]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise InvalidDataError("the cursor is not one of this server's", hint=hint) from None
    if found != list(sort):
        raise InvalidDataError("the cursor belongs to a list in another order", hint=hint)
    if len(position) != length or not all(_is_position(value) for value in position):
        raise InvalidDataError("the cursor is not one of this server's", hint=hint)
    return position


def _is_position(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool | datetime)
