"""Which headers satisfy a filter, and in which order: SQLite narrows them down, ``matching`` decides."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Literal, TypeVar

from pydantic_core import from_json

from tupli_client.file_storage.index import Condition, Index
from tupli_client.questions import check_limit, sort_keys
from tupli_schemas.base import Header
from tupli_schemas.filters import (
    BaseFilter,
    FilterAND,
    FilterEQ,
    FilterGEQ,
    FilterGT,
    FilterIN,
    FilterLEQ,
    FilterLT,
    FilterNOT,
    FilterOR,
    FilterType,
    comparisons,
    parse_filter,
)
from tupli_schemas.keys import path_of, time_fields
from tupli_schemas.matching import kind_of, matches, parse_time

H = TypeVar("H", bound=Header)

_OPERATORS: dict[FilterType, Literal[">", ">=", "<", "<="]] = {
    FilterType.GT: ">",
    FilterType.GEQ: ">=",
    FilterType.LT: "<",
    FilterType.LEQ: "<=",
}


def select(
    index: Index,
    kind: str,
    schema: type[Header],
    filter_: BaseFilter,
    sort: Sequence[str] = (),
    limit: int | None = None,
) -> list[str]:
    """The headers (JSON) of a kind that satisfy a filter, sorted by the keys of ``sort`` and by id, at most ``limit``.

    Raises:
        InvalidDataError: The filter, a key of ``sort`` or the limit is none.
    """
    wanted = _spelled_out(parse_filter(filter_), schema)
    keys = sort_keys(sort)
    check_limit(limit)
    conditions, rest = _split(wanted)
    found = _matching(index.headers(kind, conditions), rest, schema)
    return list(islice(_sorted(found, keys, schema) if keys else found, limit))


def _spelled_out(root: BaseFilter, schema: type[Header]) -> BaseFilter:
    """The filter with every key as the path that it has in JSON, so that it can be asked of JSON itself."""
    if isinstance(root, FilterAND | FilterOR | FilterNOT):
        return root.model_copy(update={"filters": tuple(_spelled_out(child, schema) for child in root.filters)})
    return root.model_copy(update={"key": ".".join(path_of(getattr(root, "key"), schema))})  # noqa: B009


def _split(wanted: BaseFilter) -> tuple[list[Condition], FilterAND]:
    """What the index can answer by itself, exactly, and the rest."""
    conditions: list[Condition] = []
    rest: list[Any] = []
    for part in wanted.filters if isinstance(wanted, FilterAND) else (wanted,):
        condition = _bound(part) or _choice(part, "id") or _choice(part, "benchmark_id")
        if condition is None:
            rest.append(part)
        else:
            conditions.append(condition)
    return conditions, FilterAND.model_construct(filters=tuple(rest))


def _bound(part: BaseFilter) -> Condition | None:
    """Pages follow one another by id; SQLite orders text as Python does, by code points."""
    if (
        isinstance(part, FilterGT | FilterGEQ | FilterLT | FilterLEQ)
        and part.key == "id"
        and isinstance(part.value, str)
    ):
        return Condition("id", _OPERATORS[part.type], [part.value])
    return None


def _choice(part: BaseFilter, column: Literal["id", "benchmark_id"]) -> Condition | None:
    values = _values_of(part, column)
    return None if values is None else Condition(column, "in", values)


def _values_of(part: BaseFilter, column: str) -> set[str] | None:
    """The values of ``column`` for which a filter holds; None if it asks for anything else."""
    if isinstance(part, FilterEQ | FilterIN) and part.key == column:
        values = part.value if isinstance(part, FilterIN) else (part.value,)
        return {value for value in values if isinstance(value, str)}
    if isinstance(part, FilterOR):
        each = [_values_of(child, column) for child in part.filters]
        return set[str]().union(*filter(None, each)) if None not in each else None
    return None


def _matching(headers: Iterable[str], wanted: FilterAND, schema: type[Header]) -> Iterator[str]:
    if not wanted.filters:
        yield from headers
        return
    times = {key for comparison in comparisons(wanted) if (key := comparison.key) in time_fields(schema)}
    for text in headers:
        header = from_json(text)
        for key in times:
            header[key] = parse_time(header[key])
        if matches(wanted, header):
            yield text


def _sorted(headers: Iterable[str], keys: Sequence[str], schema: type[Header]) -> Iterator[str]:
    pairs = [(from_json(text), text) for text in headers]
    for key in reversed(keys):  # the first key goes last: equal elements keep the order that they have
        descending = key.startswith("-")
        path = path_of(key.removeprefix("-"), schema)
        pairs.sort(
            key=_rank_at(path, max if descending else min, is_time=path[0] in time_fields(schema)), reverse=descending
        )
    return (text for _, text in pairs)


def _rank_at(
    path: tuple[str, ...], choose: Callable[..., Any], *, is_time: bool
) -> Callable[[tuple[dict[str, Any], str]], tuple[int, Any]]:
    """Where an object stands by what it has at ``path``; a list stands where its first element in that order does."""

    def rank(pair: tuple[dict[str, Any], str]) -> tuple[int, Any]:
        value: Any = pair[0]
        for part in path:
            value = _step(value, part)
        if isinstance(value, list):
            return choose(map(_rank, value), default=_rank(None))  # type: ignore[no-any-return]
        return _rank(parse_time(value) if is_time and isinstance(value, str) else value)

    return rank


def _step(value: Any, part: str) -> Any:
    if isinstance(value, list):
        return value[int(part)] if part.isdecimal() and int(part) < len(value) else None
    return value.get(part) if isinstance(value, dict) else None


def _rank(value: Any) -> tuple[int, Any]:
    if isinstance(value, datetime):
        return 4, value
    kind = kind_of(value)
    return (0, 0) if kind is None else (1 + ("number", "string", "boolean").index(kind), value)
