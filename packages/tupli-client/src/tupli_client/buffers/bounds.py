"""Whether the values of a column are in their space."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from gymnasium import spaces

from tupli_schemas.arrays import Array
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Tree, column_name

_CHUNK_BYTES = 1 << 20  # a comparison makes temporary arrays: of a piece of the column, not of all of it


class Outlier(NamedTuple):
    """A value that is not in its space."""

    name: str
    row: int
    value: Any
    space: spaces.Space[Any]


def outside(space: spaces.Space[Any], column: Tree, name: str) -> Iterator[Outlier]:
    """Values of ``column`` that are not in their space, at least one of each part that has such; ``name`` is that of the whole column."""
    if isinstance(space, spaces.Dict) and isinstance(column, dict):
        for key in column:
            yield from outside(space[key], column[key], column_name(name, (key,)))
    elif isinstance(space, spaces.Tuple) and isinstance(column, tuple):
        for index, child in enumerate(column):
            yield from outside(space[index], child, column_name(name, (index,)))
    elif isinstance(column, np.ndarray):
        if (row := _first_outside(space, column)) is not None:
            yield Outlier(name, row, column[row], space)
    elif isinstance(column, TextColumn):
        yield from (Outlier(name, row, text, space) for row, text in enumerate(column) if not space.contains(text))


def _first_outside(space: spaces.Space[Any], column: Array) -> int | None:
    limits = _limits(space)
    if limits is None or space.shape != column.shape[1:] or _spans_dtype(limits, column):
        return None
    low, high = limits
    step = max(1, _CHUNK_BYTES // max(1, column[:1].nbytes))
    for start in range(0, len(column), step):
        rows = column[start : start + step]
        inside = ((rows >= low) & (rows <= high)).reshape(len(rows), -1).all(axis=1)  # a NaN is in no space
        if not inside.all():
            return start + int(inside.argmin())
    return None


def _limits(space: spaces.Space[Any]) -> tuple[Any, Any] | None:
    """The least and the greatest value of each element, both in the space; None for a space that is not made of such."""
    match space:
        case spaces.Box():
            return space.low, space.high
        case spaces.Discrete():
            return space.start, space.start + space.n - 1
        case spaces.MultiDiscrete():
            return space.start, space.start + space.nvec - 1
        case spaces.MultiBinary():
            return 0, 1
    return None


def _spans_dtype(limits: tuple[Any, Any], column: Array) -> bool:
    """Whether every value of the column's dtype is within the limits, as those of an image are."""
    if column.dtype.kind not in "iu":
        return False
    info = np.iinfo(column.dtype)
    return bool(np.all(limits[0] <= info.min) and np.all(limits[1] >= info.max))
