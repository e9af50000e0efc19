"""What a space says about columns: their form when there are no rows, and how many actions there are."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from tupli_schemas.errors import UnsupportedSpaceError
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
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Tree


def no_rows(space: SpaceSpec | None) -> Tree:
    """Columns of ``space`` without a row; of an unknown space one column of float64."""
    if isinstance(space, DictSpec):
        return {key: no_rows(child) for key, child in space.spaces.items()}
    if isinstance(space, TupleSpec):
        return tuple(map(no_rows, space.spaces))
    if isinstance(space, TextSpec):
        return TextColumn.from_strings(())
    if isinstance(space, MultiBinarySpec):
        return np.empty((0, *space.shape), np.int8)
    if isinstance(space, BoxSpec | MultiDiscreteSpec):
        return np.empty((0, *space.shape), space.dtype)
    return np.empty(0, space.dtype if isinstance(space, DiscreteSpec) else np.float64)


class Actions(NamedTuple):
    """How a learner has to understand actions: as numbers 0 to ``size - 1`` (``start`` is what 0 stands for), or vectors of ``size``."""

    is_discrete: bool
    size: int
    start: int = 0


def actions_of(space: SpaceSpec) -> Actions:
    """What a learner has to know about an action space.

    Raises:
        UnsupportedSpaceError: It is neither Discrete nor Box.
    """
    if isinstance(space, DiscreteSpec):
        return Actions(is_discrete=True, size=space.n, start=space.start)
    if isinstance(space, BoxSpec):
        return Actions(is_discrete=False, size=math.prod(space.shape))
    raise UnsupportedSpaceError(
        f"d3rlpy knows Discrete and Box actions, not {space.type}",
        hint="convert the actions with convert_to_numpy() and encode them as one number or one vector",
    )


def one_space(spaces: Sequence[SpaceSpec | None]) -> SpaceSpec | None:
    """The space that all benchmarks of a dataset have; None if they differ or do not say."""
    return spaces[0] if spaces and all(space == spaces[0] for space in spaces) else None
