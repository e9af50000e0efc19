"""What must hold of the columns of an episode."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from tupli_schemas.arrays import Array, check_portable
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Leaf, Tree, column_name, equal, form, leaves, stack, take
from tupli_schemas.tuples import RLTuple

if TYPE_CHECKING:
    from tupli_schemas.columns import EpisodeData

EMPTY = "an episode has at least one step; this is an empty episode"


def check_episode(data: "EpisodeData") -> None:
    """``InvalidDataError`` unless the columns fit together: as many rows, storable dtypes, no step after an end."""
    steps = count_steps(data.rewards)
    _check_rows("observations", data.all_observations, steps + data.has_final_observation)
    _check_rows("actions", data.actions, steps)
    _check_ends("terminated", data.terminated, steps)
    _check_ends("truncated", data.truncated, steps)
    for key, column in data.infos.items():
        _check_rows("infos", {key: column.values}, steps)
        if column.present is not None and (column.present.shape != (steps,) or column.present.dtype != np.bool_):
            raise InvalidDataError(f"the presence of infos/{key} is {form(column.present)}, not bool for {steps} steps")


def count_steps(rewards: Tree) -> int:
    """How many rewards there are; ``InvalidDataError`` if there are none, or it is not one real number for each step."""
    if not isinstance(rewards, np.ndarray) or rewards.ndim != 1 or rewards.dtype.kind not in "biuf":
        raise InvalidDataError(f"rewards are one real number for each step, not {form(rewards)}")
    if not len(rewards):
        raise InvalidDataError(EMPTY)
    return len(rewards)


def check_neighbours(steps: Sequence[RLTuple], observations: Tree) -> None:
    """``InvalidDataError`` if a tuple names a next observation that is not the observation of the tuple after it."""
    named = [
        row
        for row, (step, after) in enumerate(pairwise(steps))
        if step.next_observation is not None and step.next_observation is not after.observation
    ]
    if not named:
        return
    expected = take(observations, np.array(named) + 1)
    found = stack([steps[row].next_observation for row in named], like=observations, name="next_observations")
    if not equal(found, expected):
        row = next(named[i] for i in range(len(named)) if not equal(take(found, [i]), take(expected, [i])))
        raise InvalidDataError(
            f"the next_observation of tuple {row} is not the observation of tuple {row + 1}, so the two are not neighbours",
            hint="make an episode of each run of consecutive tuples",
        )


def _check_rows(name: str, tree: Tree, steps: int) -> None:
    for path, leaf in leaves(tree):
        where = column_name(name, path)
        if not isinstance(leaf, TextColumn):
            check_portable(leaf.dtype, where)
        if _length(leaf, where) != steps:
            raise InvalidDataError(f"{where} has {len(leaf)} rows where there must be {steps}")


def _length(leaf: Leaf, name: str) -> int:
    if isinstance(leaf, np.ndarray) and not leaf.ndim:
        raise InvalidDataError(f"{name} is a single value, not a column")
    return len(leaf)


def _check_ends(name: str, ends: Array, steps: int) -> None:
    if ends.dtype != np.bool_ or ends.shape != (steps,):
        raise InvalidDataError(f"{name} is one bool for each of {steps} steps, not {form(ends)}")
    if ends[:-1].any():
        raise InvalidDataError(
            f"step {int(ends.argmax())} is {name}, but {steps - 1 - int(ends.argmax())} steps follow it",
            hint="an episode ends at the first terminated or truncated step; record what follows as another episode",
        )
