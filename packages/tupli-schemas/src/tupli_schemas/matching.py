"""A filter on one object, in plain Python: the semantics of ``filters`` in their shortest form."""

import operator
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from pydantic import BaseModel

from tupli_schemas.filters import BaseFilter, FilterAND, FilterEQ, FilterIN, FilterNE, FilterNOT, FilterOR, FilterType
from tupli_schemas.keys import fields_of, index_of, path_of

_ORDER: dict[FilterType, Callable[[Any, Any], bool]] = {
    FilterType.EQ: operator.eq,
    FilterType.GT: operator.gt,
    FilterType.GEQ: operator.ge,
    FilterType.LT: operator.lt,
    FilterType.LEQ: operator.le,
}


def matches(root: BaseFilter, candidate: BaseModel | Mapping[str, Any]) -> bool:
    """Whether ``candidate`` (a header, a tuple or a mapping) satisfies the filter."""
    if isinstance(root, FilterAND):
        return all(matches(child, candidate) for child in root.filters)
    if isinstance(root, FilterOR):
        return any(matches(child, candidate) for child in root.filters)
    if isinstance(root, FilterNOT):
        return not matches(root.filters[0], candidate)
    return _compares(root, list(_reach(candidate, _path(cast(Any, root).key, candidate))))


def _path(key: str, candidate: BaseModel | Mapping[str, Any]) -> tuple[str, ...]:
    return path_of(key, type(candidate)) if isinstance(candidate, BaseModel) else tuple(key.split("."))


def _compares(comparison: BaseFilter, found: list[Any]) -> bool:
    if isinstance(comparison, FilterNE):
        return any(value is not None for value in found) and not _some(operator.eq, found, comparison.value)
    if isinstance(comparison, FilterIN):
        return any(_some(operator.eq, found, value) for value in comparison.value)
    return _some(_ORDER[cast(FilterEQ, comparison).type], found, cast(FilterEQ, comparison).value)


def _some(compare: Callable[[Any, Any], bool], found: list[Any], value: Any) -> bool:
    """Whether a value that was found, or an element of a list that was found, compares."""
    return any(
        _holds(compare, item, value)
        for reached in found
        for item in (map(_plain, reached) if isinstance(reached, list) else [reached])
    )


def _holds(compare: Callable[[Any, Any], bool], item: Any, value: Any) -> bool:
    if isinstance(item, datetime) and isinstance(value, str):
        moment = parse_time(value)
        return moment is not None and compare(_in_utc(item), moment)
    kind = kind_of(item)
    return kind is not None and kind == kind_of(value) and bool(compare(item, value))


def kind_of(value: Any) -> str | None:
    """Values compare within their own kind; None stands for what never compares."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "string" if isinstance(value, str) else None


def parse_time(text: str) -> datetime | None:
    """The moment that ISO 8601 text names, in UTC where it names no zone; None if it names none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return _in_utc(moment)


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _plain(value: Any) -> Any:
    """What a numpy array or scalar stands for in plain Python; tuples and sets are lists."""
    value = value.tolist() if hasattr(value, "tolist") else value
    return list(value) if isinstance(value, tuple | set | frozenset) else value


def _reach(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Everything at the end of ``path``: a list on the way is entered by index and, for the objects in it, element by element."""
    value = _plain(value)
    if not path:
        yield value
    elif isinstance(value, list):
        yield from _reach_into_list(value, path)
    elif isinstance(value, BaseModel):
        if (name := fields_of(type(value)).get(path[0])) is not None:
            yield from _reach(getattr(value, name), path[1:])
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _reach(value[path[0]], path[1:])


def _reach_into_list(items: list[Any], path: tuple[str, ...]) -> Iterator[Any]:
    index = index_of(path[0])
    if index is not None and index < len(items):
        yield from _reach(items[index], path[1:])
    for item in items:
        if isinstance(item, Mapping | BaseModel):
            yield from _reach(item, path)
