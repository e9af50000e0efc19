"""Gymnasium's spaces as JSON, and back."""

from collections import OrderedDict
from math import prod
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from tupli_schemas.errors import InvalidDataError, UnsupportedSpaceError
from tupli_schemas.inspection.limits import MAX_ELEMENTS
from tupli_schemas.spaces import (
    Bound,
    BoxSpec,
    DictSpec,
    DiscreteSpec,
    MultiBinarySpec,
    MultiDiscreteSpec,
    SpaceSpec,
    TextSpec,
    TupleSpec,
)

Space = gymnasium.Space[Any]


def to_spec(space: Space) -> SpaceSpec:
    """A space as JSON.

    Raises:
        UnsupportedSpaceError: It is none of Box, Discrete, MultiBinary, MultiDiscrete, Text, Dict and Tuple.
    """
    match space:
        case spaces.Box():
            low, high = _bounds(space.low), _bounds(space.high)
            return BoxSpec(low=low, high=high, shape=space.shape, dtype=_dtype(space))
        case spaces.Discrete():
            return DiscreteSpec(n=int(space.n), start=int(space.start), dtype=_dtype(space))
        case spaces.MultiBinary():
            return MultiBinarySpec(shape=space.shape)
        case spaces.MultiDiscrete():
            return _multi_discrete(space)
        case spaces.Text():
            return TextSpec(
                min_length=space.min_length,
                max_length=space.max_length,
                characters="".join(sorted(space.character_set)),
            )
    return _composite(space)


def to_space(spec: SpaceSpec) -> Space:
    """The space that a specification describes.

    Raises:
        InvalidDataError: It contradicts itself, or is too large to be meant.
    """
    try:
        return _space(spec)
    except (ArithmeticError, AssertionError, TypeError, ValueError) as error:
        raise InvalidDataError(f"the stored {spec.type} space is not valid: {error}") from error


def _composite(space: Space) -> SpaceSpec:
    match space:
        case spaces.Dict():
            return DictSpec(spaces={str(name): to_spec(part) for name, part in space.spaces.items()})
        case spaces.Tuple():
            return TupleSpec(spaces=tuple(to_spec(part) for part in space.spaces))
    raise UnsupportedSpaceError(
        f"a {type(space).__name__} space has no form as columns",
        hint="Use Box, Discrete, MultiBinary, MultiDiscrete, Text, Dict or Tuple.",
    )


def _multi_discrete(space: spaces.MultiDiscrete) -> MultiDiscreteSpec:
    nvec, start = (tuple(int(n) for n in np.ravel(values)) for values in (space.nvec, space.start))
    return MultiDiscreteSpec(nvec=nvec, start=start, shape=space.shape, dtype=_dtype(space))


def _dtype(space: Space) -> str:
    return np.dtype(space.dtype).name


def _bounds(limits: np.ndarray[Any, Any]) -> Bound | tuple[Bound, ...]:
    """One limit if it is the same for every element, otherwise all of them."""
    flat = limits.ravel()
    if flat.size and (flat == flat[0]).all():
        return _bound(flat[0].item())
    return tuple(_bound(limit) for limit in flat.tolist())


def _bound(limit: float) -> Bound:
    return str(limit) if limit in (float("inf"), float("-inf")) else limit  # type: ignore[return-value]


def _space(spec: SpaceSpec) -> Space:
    match spec:
        case DictSpec():
            # An ordered dict keeps its order, a plain one would be sorted: columns follow it.
            return spaces.Dict(OrderedDict((name, _space(part)) for name, part in spec.spaces.items()))
        case TupleSpec():
            return spaces.Tuple([_space(part) for part in spec.spaces])
        case TextSpec():
            return spaces.Text(spec.max_length, min_length=spec.min_length, charset=spec.characters)
        case DiscreteSpec():
            return _discrete(spec)
    return _array_space(spec)


def _discrete(spec: DiscreteSpec) -> spaces.Discrete:
    dtype = np.dtype(spec.dtype)
    # Older versions of Gymnasium have one dtype, and no argument for it.
    others: Any = {} if dtype == np.int64 else {"dtype": dtype.type}
    return spaces.Discrete(spec.n, start=spec.start, **others)


def _array_space(spec: BoxSpec | MultiBinarySpec | MultiDiscreteSpec) -> Space:
    # A few characters of JSON can name any number of elements.
    if prod(spec.shape) > MAX_ELEMENTS:
        raise ValueError(f"the shape {spec.shape} has more than {MAX_ELEMENTS:,} elements")
    match spec:
        case BoxSpec():
            return _box(spec)
        case MultiBinarySpec():
            return spaces.MultiBinary(spec.shape[0] if len(spec.shape) == 1 else spec.shape)
        case MultiDiscreteSpec():
            nvec, start = (np.asarray(values).reshape(spec.shape) for values in (spec.nvec, spec.start))
            return spaces.MultiDiscrete(nvec, start=start, dtype=np.dtype(spec.dtype).type)


def _box(spec: BoxSpec) -> spaces.Box:
    dtype = np.dtype(spec.dtype)
    low, high = (_limits(limits, spec.shape, dtype) for limits in (spec.low, spec.high))
    return spaces.Box(low, high, spec.shape, dtype.type)


def _limits(limits: Bound | tuple[Bound, ...], shape: tuple[int, ...], dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    if isinstance(limits, tuple):
        return np.array([_number(limit) for limit in limits]).astype(dtype).reshape(shape)
    return np.full(shape, _number(limits)).astype(dtype)


def _number(limit: Bound) -> float:
    return float(limit) if isinstance(limit, str) else limit
