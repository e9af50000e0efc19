"""Which of the rows satisfy a filter, and in which order: SQLite narrows them down, ``matching`` decides."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from pydantic_core import from_json

from tupli_client.file_storage.index import Index, Row
from tupli_client.questions import check_limit, sort_keys
from tupli_schemas.base import Header
from tupli_schemas.filters import (
    BaseFilter,
    FilterAND,
    FilterEQ,
    FilterIN,
    FilterNOT,
    FilterOR,
    comparisons,
    parse_filter,
)
from tupli_schemas.keys import path_of, time_fields
from tupli_schemas.matching import kind_of, matches, parse_time

H = TypeVar("H", bound=Header)


def select(
    index: Index,
    kind: str,
    schema: type[Header],
    filter_: BaseFilter,
    sort: Sequence[str] = (),
    limit: int | None = None,
) -> list[Row]:
    """The rows of a kind that satisfy a filter, sorted by the keys of ``sort`` and by id, at most ``limit``.

    Raises:
        InvalidDataError: The filter, a key of ``sort`` or the limit is none.
    """
    wanted = _spelled_out(parse_filter(filter_), schema)
    keys = sort_keys(sort)
    check_limit(limit)
    narrow, rest = _split(wanted)
    rows = index.rows(kind, ids=narrow.get("id"), benchmark_ids=narrow.get("benchmark_id"))
    found = _matching(rows, rest, schema)
    return list(islice(_sorted(found, keys, schema) if keys else found, limit))


def _spelled_out(root: BaseFilter, schema: type[Header]) -> BaseFilter:
    """The filter with every key as the path that it has in JSON, so that it can be asked of JSON itself."""
    if isinstance(root, FilterAND | FilterOR | FilterNOT):
        return root.model_copy(update={"filters": tuple(_spelled_out(child, schema) for child in root.filters)})
    return root.model_copy(update={"key": ".".join(path_of(getattr(root, "key"), schema))})  # noqa: B009


def _split(wanted: BaseFilter) -> tuple[dict[str, set[str]], FilterAND]:
    """What the columns of the index can answer, exactly, and the rest."""
    narrow: dict[str, set[str]] = {}
    rest: list[Any] = []
    for part in wanted.filters if isinstance(wanted, FilterAND) else (wanted,):
        for column in ("id", "benchmark_id"):
            if (values := _values_of(part, column)) is not None:
                narrow[column] = narrow.get(column, values) & values
                break
        else:
            rest.append(part)
    return narrow, FilterAND.model_construct(filters=tuple(rest))


def _values_of(part: BaseFilter, column: str) -> set[str] | None:
    """The values of ``column`` for which a filter holds; None if it asks for anything else."""
    if isinstance(part, FilterEQ | FilterIN) and part.key == column:
        values = part.value if isinstance(part, FilterIN) else (part.value,)
        return {value for value in values if isinstance(value, str)}
    if isinstance(part, FilterOR):
        each = [_values_of(child, column) for child in part.filters]
        return set[str]().union(*filter(None, each)) if None not in each else None
    return None


def _matching(rows: Iterable[Row], wanted: FilterAND, schema: type[Header]) -> Iterator[Row]:
    if not wanted.filters:
        yield from rows
        return
    times = {key for comparison in comparisons(wanted) if (key := comparison.key) in time_fields(schema)}
    for row in rows:
        header = from_json(row.header)
        for key in times:
            header[key] = parse_time(header[key])
        if matches(wanted, header):
            yield row


def _sorted(rows: Iterable[Row], keys: Sequence[str], schema: type[Header]) -> Iterator[Row]:
    pairs = [(from_json(row.header), row) for row in rows]
    for key in reversed(keys):  # the first key goes last: equal elements keep the order that they have
        descending = key.startswith("-")
        path = path_of(key.removeprefix("-"), schema)
        pairs.sort(
            key=_rank_at(path, max if descending else min, is_time=path[0] in time_fields(schema)), reverse=descending
        )
    return (row for _, row in pairs)


def _rank_at(
    path: tuple[str, ...], choose: Callable[..., Any], *, is_time: bool
) -> Callable[[tuple[dict[str, Any], Row]], tuple[int, Any]]:
    """Where an object stands by what it has at ``path``; a list stands where its first element in that order does."""

    def rank(pair: tuple[dict[str, Any], Row]) -> tuple[int, Any]:
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
