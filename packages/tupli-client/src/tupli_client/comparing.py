"""One column compared with the values of a filter, exactly as Python compares them one by one."""

import math
import operator
from collections.abc import Callable
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from tupli_schemas.arrays import DType
from tupli_schemas.base import Scalar
from tupli_schemas.filters import BaseFilter, FilterIN, FilterType
from tupli_schemas.matching import kind_of, matches
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Leaf

Mask: TypeAlias = npt.NDArray[np.bool_]

_ORDER: dict[FilterType, Callable[[Any, Any], Any]] = {
    FilterType.GT: operator.gt,
    FilterType.GEQ: operator.ge,
    FilterType.LT: operator.lt,
    FilterType.LEQ: operator.le,
}


def compare(leaf: Leaf, comparison: Any) -> Mask:
    """Where a column satisfies ``comparison`` (any but NE): a bool for every element, or for every text."""
    wanted = comparison.value if isinstance(comparison, FilterIN) else (comparison.value,)
    kind = _kind(leaf)
    if kind is None:
        return _one_by_one(leaf, comparison)
    values = [value for value in wanted if kind_of(value) == kind]
    if not values:
        return np.zeros(_shape(leaf), np.bool_)
    if comparison.type in _ORDER:
        return _in_order(leaf, comparison.type, values[0])
    return _among(leaf, values)


def _kind(leaf: Leaf) -> str | None:
    """The kind that all elements are of, in the words of ``matching``; None for columns that numpy does not compare as Python does."""
    if isinstance(leaf, TextColumn) or leaf.dtype.kind == "U":
        return "string"
    if leaf.dtype.kind == "b":
        return "boolean"
    # Floats beyond 64 bits, complex numbers, times and bytes are left to the one rule for single values.
    return "number" if leaf.dtype.kind in "iuf" and leaf.dtype.itemsize <= 8 else None


def _shape(leaf: Leaf) -> tuple[int, ...]:
    return (len(leaf),) if isinstance(leaf, TextColumn) else leaf.shape


def _one_by_one(leaf: Leaf, comparison: BaseFilter) -> Mask:
    on_value = comparison.model_copy(update={"key": "value"})
    elements = np.asarray(leaf).reshape(-1)
    found = (matches(on_value, {"value": element}) for element in elements)
    return np.fromiter(found, np.bool_, len(elements)).reshape(_shape(leaf))


def _in_order(leaf: Leaf, order: FilterType, value: Scalar) -> Mask:
    if isinstance(leaf, TextColumn):
        return each_text(leaf, lambda text: _ORDER[order](text, value))
    if leaf.dtype.kind in "bU":
        return np.asarray(_ORDER[order](leaf, value))
    floor, ceiling = neighbours(leaf.dtype, value)
    bound = floor if order in {FilterType.GT, FilterType.LEQ} else ceiling
    if bound is None:  # every number of the dtype lies above (there is no floor) or below (there is no ceiling)
        return np.full(leaf.shape, order in {FilterType.GT, FilterType.LT})
    return np.asarray(_ORDER[order](leaf, bound))


def _among(leaf: Leaf, values: list[Any]) -> Mask:
    if isinstance(leaf, TextColumn):
        return each_text(leaf, frozenset(values).__contains__)
    if leaf.dtype.kind not in "bU":
        exact = [floor for floor, ceiling in (neighbours(leaf.dtype, value) for value in values) if floor == ceiling]
        values = [value for value in exact if value is not None]
    if len(values) == 1:
        return np.asarray(leaf == values[0])
    return np.isin(leaf, values) if values else np.zeros(leaf.shape, np.bool_)


def each_text(column: TextColumn, test: Callable[[str], Any]) -> Mask:
    """``test`` on every text, asked once for each distinct one."""
    column = column.compact()
    blob, answers = column.data.tobytes(), dict[bytes, bool]()

    def answer(text: bytes) -> bool:
        if text not in answers:
            answers[text] = bool(test(text.decode()))
        return answers[text]

    bounds = pairwise(column.offsets.tolist())
    return np.fromiter((answer(blob[start:stop]) for start, stop in bounds), np.bool_, len(column))


def neighbours(dtype: DType, value: Any) -> tuple[Any, Any]:
    """The largest number of ``dtype`` that is at most ``value`` and the smallest that is at least ``value``; None where there is none.

    So a column is compared in its own dtype, without rounding either side: ``x > value`` is ``x > floor``, ``x >= value`` is
    ``x >= ceiling``, and ``x == value`` is possible only where the two are one.
    """
    if dtype.kind == "f":
        return _float_neighbours(dtype, value)
    limits = np.iinfo(dtype)
    floor, ceiling = math.floor(value), math.ceil(value)
    return (
        dtype.type(min(floor, limits.max)) if floor >= limits.min else None,
        dtype.type(max(ceiling, limits.min)) if ceiling <= limits.max else None,
    )


def _float_neighbours(dtype: DType, value: float) -> tuple[Any, Any]:
    with np.errstate(over="ignore"):
        nearest = dtype.type(value)
    infinity = dtype.type(np.inf)
    # Python compares its floats with its integers exactly, so this holds beyond 2**53 too.
    if float(nearest) > value:
        return np.nextafter(nearest, -infinity), nearest
    if float(nearest) < value:
        return nearest, np.nextafter(nearest, infinity)
    return nearest, nearest
