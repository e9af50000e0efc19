"""A filter as a MongoDB query, with the semantics that ``tupli_schemas.filters`` writes down. Pure: values in, values out.

Operators come from the tables below alone: a key is a checked path, a value a scalar, so neither can become one.
"""

from collections.abc import Callable
from typing import Any, TypeAlias, cast

from tupli_schemas.base import Header, Scalar
from tupli_schemas.filters import BaseFilter, FilterAND, FilterIN, FilterNE, FilterNOT, FilterOR, FilterType
from tupli_schemas.keys import index_of, path_of, time_fields
from tupli_schemas.matching import parse_time

Query: TypeAlias = dict[str, Any]

ALL: Query = {}
NONE: Query = {"$nor": [{}]}
PRESENT: Query = {"$type": ["number", "string", "bool", "object", "array", "date"]}
"""The kinds of a stored value; null is none of them."""

_OPERATORS = {
    FilterType.EQ: "$eq",
    FilterType.GT: "$gt",
    FilterType.GEQ: "$gte",
    FilterType.LT: "$lt",
    FilterType.LEQ: "$lte",
}
_BETWEEN_MILLISECONDS = {FilterType.GT: "$gt", FilterType.GEQ: "$gt", FilterType.LT: "$lte", FilterType.LEQ: "$lte"}
"""How a stored time compares with a moment between two milliseconds, once that is cut to the earlier one."""


def to_query(root: BaseFilter, schema: type[Header]) -> Query:
    """The MongoDB query that finds the documents whose header (of type ``schema``) satisfies ``root``."""
    if isinstance(root, FilterAND):
        return _combined("$and", root, schema) if root.filters else dict(ALL)
    if isinstance(root, FilterOR):
        return _combined("$or", root, schema) if root.filters else dict(NONE)
    if isinstance(root, FilterNOT):
        return _combined("$nor", root, schema)
    return _compare(root, schema)


def field_of(key: str, schema: type[Header]) -> str:
    """The dotted path in a stored document that ``key`` names."""
    path = path_of(key, schema)
    return ".".join(("_id", *path[1:]) if path[0] == "id" else path)


def _combined(operator: str, root: Any, schema: type[Header]) -> Query:
    children = [to_query(child, schema) for child in root.filters]
    return children[0] if len(children) == 1 and operator != "$nor" else {operator: children}


def _compare(comparison: BaseFilter, schema: type[Header]) -> Query:
    key = cast(Any, comparison).key
    field = field_of(key, schema)
    condition = _time_condition if path_of(key, schema)[0] in time_fields(schema) else _condition
    if isinstance(comparison, FilterIN):
        found = [condition(FilterType.EQ, value) for value in comparison.value]
        return _some(field, {"$in": [wanted["$eq"] for wanted in found if wanted is not None]})
    if isinstance(comparison, FilterNE):
        equal = _some(field, condition(FilterType.EQ, comparison.value))
        return {"$and": [{field: PRESENT}, {"$nor": [equal]}]}
    return _some(field, condition(FilterType(cast(Any, comparison).type), cast(Any, comparison).value))


def _some(field: str, condition: Query | None) -> Query:
    """That the value at ``field``, or an element of the list there, satisfies ``condition``."""
    if condition is None:
        return dict(NONE)
    if not any(index_of(part) is not None for part in field.split(".")):
        return {field: condition}
    # MongoDB looks into a list by itself, but not into one that it reached by its place in another.
    return {"$or": [{field: condition}, {field: {"$elemMatch": condition}}]}


Condition: TypeAlias = Callable[[FilterType, Scalar], Query | None]


def _condition(kind: FilterType, value: Scalar) -> Query | None:
    return {_OPERATORS[kind]: value}


def _time_condition(kind: FilterType, value: Scalar) -> Query | None:
    """The condition on a stored time; None if no time satisfies it."""
    moment = parse_time(value) if isinstance(value, str) else None
    if moment is None:
        return None
    between = moment.microsecond % 1_000
    if not between:
        return {_OPERATORS[kind]: moment}
    if kind is FilterType.EQ:
        return None
    return {_BETWEEN_MILLISECONDS[kind]: moment.replace(microsecond=moment.microsecond - between)}
