"""What the metrics read off a Gymnasium space: limits and scales of its numbers. Takes a ``SpaceSpec`` or the space itself."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tupli_schemas.arrays import DType

Floats = NDArray[np.float64]

UNBOUNDED = 1e30
"""A limit beyond this is none: Gymnasium writes the largest float32 where it means infinity."""


def kind_of(space: Any) -> str:
    """``Box``, ``Discrete``, ``Dict`` …: the name of Gymnasium's class."""
    return str(getattr(space, "type", None) or type(space).__name__)


def leaf_spaces(space: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Every space that is no Dict and no Tuple, with the keys and indices that lead to it."""
    children = getattr(space, "spaces", None)
    if children is None:
        yield path, space
        return
    for key, child in children.items() if isinstance(children, Mapping) else enumerate(children):
        yield from leaf_spaces(child, (*path, key))


def shape_of(space: Any) -> tuple[int, ...] | None:
    """The shape of one value; None for text."""
    if kind_of(space) == "Text":
        return None
    return tuple(getattr(space, "shape", None) or ())


def dtype_of(space: Any) -> DType | None:
    """The dtype of its values; None for text."""
    if kind_of(space) == "Text":
        return None
    return np.dtype(getattr(space, "dtype", None) or np.int8)


def limits_of(space: Any) -> tuple[Floats, Floats] | None:
    """The least and the greatest value of each number of a space (flattened), infinite where it has none; None for text."""
    kind = kind_of(space)
    size = int(np.prod(shape_of(space) or (1,)))
    if kind == "Box":
        return _bounds(space.low, size), _bounds(space.high, size)
    if kind == "Discrete":
        return np.array([float(space.start)]), np.array([float(space.start + space.n - 1)])
    if kind == "MultiDiscrete":
        start, count = _bounds(space.start, size), _bounds(space.nvec, size)
        return start, start + count - 1
    if kind == "MultiBinary":
        return np.zeros(size), np.ones(size)
    return None


def scale_of(space: Any) -> tuple[float, ...] | None:
    """How wide each number of a Box is; 1 where it has no limits. None for other spaces."""
    if kind_of(space) != "Box" or (limits := limits_of(space)) is None:
        return None
    width = limits[1] - limits[0]
    return tuple(np.where(np.isfinite(width) & (width > 0), width, 1.0).tolist())


def _bounds(values: Any, size: int) -> Floats:
    bounds = np.broadcast_to(np.asarray(values, np.float64).ravel(), (size,)).copy()
    bounds[np.abs(bounds) > UNBOUNDED] *= np.inf
    return bounds
