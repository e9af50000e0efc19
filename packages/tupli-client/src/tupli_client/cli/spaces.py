"""Spaces in a few words."""

from typing import Any

from tupli_schemas.spaces import (
    BoxSpec,
    DictSpec,
    DiscreteSpec,
    MultiBinarySpec,
    MultiDiscreteSpec,
    SpaceSpec,
    TextSpec,
    TupleSpec,
)


def in_words(space: SpaceSpec) -> str:
    """A space as people write it, such as ``Box(4) of float32 in -1 to 1``."""
    match space:
        case BoxSpec():
            words = f"Box({_shape(space.shape)}) of {space.dtype}{_limits(space.low, space.high)}"
        case DiscreteSpec():
            words = f"Discrete({space.n}{f', start={space.start}' if space.start else ''})"
        case MultiBinarySpec():
            words = f"MultiBinary({_shape(space.shape)})"
        case MultiDiscreteSpec():
            words = f"MultiDiscrete({', '.join(map(str, space.nvec))})"
        case TextSpec():
            words = f"Text of {space.min_length} to {space.max_length} characters"
        case DictSpec():
            words = f"Dict({', '.join(f'{name}: {in_words(part)}' for name, part in space.spaces.items())})"
        case TupleSpec():
            words = f"Tuple({', '.join(map(in_words, space.spaces))})"
    return words


def _shape(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))


def _limits(low: Any, high: Any) -> str:
    """The limits of a box, where they are the same for all elements."""
    if isinstance(low, tuple) or isinstance(high, tuple):
        return ""
    return " in {} to {}".format(*(limit if isinstance(limit, str) else f"{limit:g}" for limit in (low, high)))
