"""The filter tree: one value that finds objects everywhere, in a folder, in the database and on columns.

Its meaning, which ``matching`` (one object), the server's ``querying`` (MongoDB) and the client's ``masks`` (columns) all keep:

- A key that is absent or null satisfies no comparison.
- Values compare within their own kind: numbers with numbers, strings with strings, booleans with booleans, times with times.
- On a list a comparison holds if some element satisfies it; ``key.0`` is the first element.
- NE is the negation of EQ on a present key; NOT is the complement.
- AND of nothing is everything; OR of nothing is nothing.
- A key names a field of the header first, else a key of its metadata; ``metadata.`` may always be written.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self, cast

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from tupli_schemas.base import Key, Schema
from tupli_schemas.comparables import Comparable, Operand
from tupli_schemas.errors import InvalidFilterError, invalid_data
from tupli_schemas.filter_bounds import MAX_VALUES, check_bounds, children
from tupli_schemas.filter_types import FilterType as FilterType  # noqa: PLC0414 - it is looked for here


def _describe(schema: dict[str, Any]) -> None:
    """Say in the JSON Schema, too, that the type has to be there, and that older clients leave fields empty."""
    schema["required"] = ["type", *schema.get("required", ())]
    schema["additionalProperties"] = {"enum": [None, []]}


class BaseFilter(Schema):
    """What all filters share: ``&``, ``|`` and ``~``. ``BaseFilter(type="EQ", key=…, value=…)`` makes the filter of that type."""

    model_config = ConfigDict(json_schema_extra=_describe)

    def __new__(cls, *_: Any, **fields: Any) -> Self:
        # Python initialises what __new__ returns with the same arguments, as long as it is a subclass.
        return super().__new__(cast(type[Self], _kind_of(fields)) if cls is BaseFilter else cls)

    if TYPE_CHECKING:  # here and below: what type checkers cannot see in the fields

        def __init__(self, **fields: Any) -> None: ...

    def __and__(self, other: "BaseFilter") -> "FilterAND":
        return FilterAND(filters=(*_operands(self, FilterAND), *_operands(other, FilterAND)))

    def __or__(self, other: "BaseFilter") -> "FilterOR":
        return FilterOR(filters=(*_operands(self, FilterOR), *_operands(other, FilterOR)))

    def __invert__(self) -> "BaseFilter":
        return FilterNOT(filters=(cast(Filter, self),))

    @model_validator(mode="before")
    @classmethod
    def _drop_fields_that_older_clients_leave_empty(cls, fields: Any) -> Any:
        if not isinstance(fields, Mapping):
            return fields
        return {
            name: value for name, value in fields.items() if name in cls.model_fields or value not in (None, [], ())
        }


class _WithKey(BaseFilter):
    key: Key

    def __init__(self, *key_and_value: Any, **fields: Any) -> None:
        """``FilterGT("return", 100)`` is short for ``FilterGT(key="return", value=100)``."""
        if len(key_and_value) > 2:
            raise InvalidFilterError(f"{type(self).__name__} takes a key and one value, FilterIN a key and a list")
        super().__init__(**dict(zip(("key", "value"), key_and_value, strict=False)), **fields)


class _Comparison(_WithKey):
    value: Comparable


class FilterEQ(_Comparison):
    """``key`` equals ``value``."""

    type: Literal[FilterType.EQ] = FilterType.EQ
    if TYPE_CHECKING:

        def __init__(self, key: str, value: Operand) -> None: ...


class FilterNE(_Comparison):
    """``key`` is there and does not equal ``value``."""

    type: Literal[FilterType.NE] = FilterType.NE
    if TYPE_CHECKING:

        def __init__(self, key: str, value: Operand) -> None: ...


class FilterGT(_Comparison):
    """``key`` is greater than ``value``."""

    type: Literal[FilterType.GT] = FilterType.GT
    if TYPE_CHECKING:

        def __init__(self, key: str, value: Operand) -> None: ...


class FilterGEQ(_Comparison):
    """``key`` is greater than or equal to ``value``."""

    type: Literal[FilterType.GEQ] = FilterType.GEQ
    if TYPE_CHECKING:

        def __init__(self, key: str, value: Operand) -> None: ...


class FilterLT(_Comparison):
    """``key`` is less than ``value``."""

    type: Literal[FilterType.LT] = FilterType.LT
    if TYPE_CHECKING:

        def __init__(self, key: str, value: Operand) -> None: ...


class FilterLEQ(_Comparison):
    """``key`` is less than or equal to ``value``."""

    type: Literal[FilterType.LEQ] = FilterType.LEQ
    if TYPE_CHECKING:

        def __init__(self, key: str, value: Operand) -> None: ...


class FilterIN(_WithKey):
    """``key`` equals one of the values in ``value``."""

    type: Literal[FilterType.IN] = FilterType.IN
    value: Annotated[tuple[Comparable, ...], Field(max_length=MAX_VALUES, fail_fast=True)]
    if TYPE_CHECKING:

        def __init__(self, key: str, value: Iterable[Operand]) -> None: ...


class _Combination(BaseFilter):
    filters: "tuple[Filter, ...]" = ()

    @model_validator(mode="after")
    def _stay_within_bounds(self) -> Self:
        check_bounds(self)
        return self


class FilterAND(_Combination):
    """Every one of ``filters`` holds; with none, everything does."""

    type: Literal[FilterType.AND] = FilterType.AND
    if TYPE_CHECKING:

        def __init__(self, *, filters: Iterable[BaseFilter] = ...) -> None: ...


class FilterOR(_Combination):
    """At least one of ``filters`` holds; with none, nothing does."""

    type: Literal[FilterType.OR] = FilterType.OR
    if TYPE_CHECKING:

        def __init__(self, *, filters: Iterable[BaseFilter] = ...) -> None: ...

    @classmethod
    def from_list(cls, items: Iterable[Any], on_key: str, from_key: str) -> Self:
        """One EQ filter per item: ``on_key`` equals the item's own ``from_key``, for example all episodes of these benchmarks."""
        return cls(filters=tuple(FilterEQ(key=on_key, value=_read(item, from_key)) for item in items))


class FilterNOT(_Combination):
    """The complement of its one filter."""

    type: Literal[FilterType.NOT] = FilterType.NOT
    filters: "Annotated[tuple[Filter, ...], Field(min_length=1, max_length=1)]"
    if TYPE_CHECKING:

        def __init__(self, *, filters: Iterable[BaseFilter]) -> None: ...

    def __invert__(self) -> BaseFilter:
        return self.filters[0]


Filter = Annotated[
    FilterEQ | FilterNE | FilterGT | FilterGEQ | FilterLT | FilterLEQ | FilterIN | FilterAND | FilterOR | FilterNOT,
    Field(discriminator="type"),
]

_KINDS: dict[str, type[BaseFilter]] = {
    kind.model_fields["type"].default: kind
    for kind in (FilterEQ, FilterNE, FilterGT, FilterGEQ, FilterLT, FilterLEQ, FilterIN, FilterAND, FilterOR, FilterNOT)
}
for _kind in (FilterAND, FilterOR, FilterNOT):
    _kind.model_rebuild()


def _kind_of(fields: Mapping[str, Any]) -> type[BaseFilter]:
    try:
        return _KINDS[fields["type"]]
    except (KeyError, TypeError) as error:
        raise InvalidFilterError(f"a filter needs a type, one of {', '.join(_KINDS)}") from error


def _operands(operand: Any, kind: type[_Combination]) -> tuple[Any, ...]:
    """What ``operand`` adds to a combination of ``kind``: its own operands if it is one too, so that chains stay flat."""
    if not isinstance(operand, BaseFilter):
        raise InvalidFilterError(f"filters combine with filters, not with {type(operand).__name__}")
    return operand.filters if isinstance(operand, kind) else (operand,)


def _read(item: Any, key: str) -> Any:
    for part in key.split("."):
        item = item[part] if isinstance(item, Mapping) else getattr(item, part)
    return item


EVERYTHING = FilterAND()
NOTHING = FilterOR()

BoundedFilter = Annotated[Filter, BeforeValidator(check_bounds)]
"""A filter from outside: its bounds are checked before it is read."""

_ADAPTER: TypeAdapter[Filter] = TypeAdapter(BoundedFilter)


def parse_filter(raw: Any) -> "Filter":
    """The filter that a mapping (or a filter) stands for; nothing at all stands for ``EVERYTHING``.

    Raises:
        InvalidFilterError: It is no filter, or one that is too deep or too large.
    """
    if raw is None or raw == {}:
        return EVERYTHING
    if not isinstance(raw, BaseFilter | Mapping):
        raise InvalidFilterError(f"a filter is no {type(raw).__name__}", hint="for its text write where(...)")
    try:
        return _ADAPTER.validate_python(raw)
    except ValidationError as error:
        problem = invalid_data(error, "the filter")
        raise InvalidFilterError(problem.detail, errors=problem.errors) from error


def comparisons(root: BaseFilter) -> "Iterator[_WithKey]":
    """Every comparison in a filter, for those who ask which keys it speaks of."""
    if isinstance(root, _WithKey):
        yield root
    for child in children(root):
        yield from comparisons(child)
