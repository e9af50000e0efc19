"""Small data sets with known answers, for the tests of the metrics."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tupli_schemas.columns import EpisodeData


def episode(
    rewards: Sequence[float] | NDArray[np.float64],
    observations: Any = None,
    actions: Any = None,
    *,
    terminated: bool = True,
    truncated: bool = False,
) -> EpisodeData:
    """An episode with these rewards, by default of the one state 0.0 and the one action 0."""
    steps = len(rewards)
    return EpisodeData.from_arrays(
        observations=np.zeros((steps, 1)) if observations is None else observations,
        actions=np.zeros(steps, np.int64) if actions is None else actions,
        rewards=np.array(rewards, np.float64),
        terminated=terminated,
        truncated=truncated,
    )


def with_returns(*returns: float) -> list[EpisodeData]:
    """One episode of one step for each return."""
    return [episode([value]) for value in returns]


def of_states(states: Any, actions: Any = None) -> list[EpisodeData]:
    """One episode that visits these states (rows), by default with the one action 0."""
    rows = np.asarray(states)
    return [episode(np.zeros(len(rows)), rows, actions)]


def cut(states: NDArray[Any], actions: Any = None, pieces: int = 7) -> list[EpisodeData]:
    """The same steps as ``of_states``, in several episodes."""
    actions = np.zeros(len(states), np.int64) if actions is None else actions
    parts = zip(np.array_split(states, pieces), np.array_split(actions, pieces), strict=True)
    return [episode(np.zeros(len(s)), s, a) for s, a in parts if len(s)]
