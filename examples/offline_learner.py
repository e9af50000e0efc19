"""An offline learner in numpy: fitted Q iteration (Ernst et al., 2005) with a quadratic function of the observation for each action.

It needs no simulator and no deep learning library, takes well under a second for 20,000 steps, and can only be as right as its data:
give it observations that are one step late and it learns nothing.

    data = TupliDataset(storage).convert_to_d4rl_format()
    policy = fit(data, n_actions=2)
    action = policy(observation)
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True)
class Features:
    """All products of two standardised coordinates, and each coordinate, and 1: what a quadratic function is made of."""

    mean: Array
    std: Array

    @classmethod
    def of(cls, observations: Array) -> "Features":
        return cls(observations.mean(axis=0), observations.std(axis=0) + 1e-9)

    def __call__(self, observations: Array) -> Array:
        standardised = (observations - self.mean) / self.std
        with_one = np.column_stack([np.ones(len(standardised)), standardised])
        first, second = np.triu_indices(with_one.shape[1])
        return with_one[:, first] * with_one[:, second]


@dataclass(frozen=True)
class GreedyPolicy:
    """Takes the action of the largest Q value. ``weights`` has a row for each action and a column for each feature."""

    features: Features
    weights: Array

    def __call__(self, observation: Any) -> int:
        values = self.features(np.atleast_2d(np.asarray(observation, np.float64))) @ self.weights.T
        return int(values.argmax())


def fit(
    data: Mapping[str, Any], n_actions: int, *, gamma: float = 0.99, n_iterations: int = 200, ridge: float = 1e-6
) -> GreedyPolicy:
    """Learn a policy from steps in the format of D4RL.

    Args:
        data: ``observations`` and ``next_observations`` of shape (N, d), ``actions`` (whole numbers from 0), ``rewards`` and
            ``terminals`` of shape (N,). Rows may be in any order: each is a transition of its own.
        n_actions: How many actions there are.
        gamma: The discount per step.
        n_iterations: How often the Q function is fitted to its own next target.
        ridge: Keeps the regression from relying on features that the data hardly varies.
    """
    features = Features.of(np.asarray(data["observations"], np.float64))
    now = features(np.asarray(data["observations"], np.float64))
    after = features(np.asarray(data["next_observations"], np.float64))
    goes_on = 1.0 - np.asarray(data["terminals"], np.float64)
    of_action = [np.flatnonzero(data["actions"] == action) for action in range(n_actions)]
    solvers = [_regression(now[rows], ridge) for rows in of_action]

    weights = np.zeros((n_actions, now.shape[1]))
    for _ in range(n_iterations):
        # What a step is worth: its reward, and what the best action after it is worth, unless the episode terminated.
        targets = data["rewards"] + gamma * goes_on * (after @ weights.T).max(axis=1)
        weights = np.stack([solver @ targets[rows] for solver, rows in zip(solvers, of_action, strict=True)])
    return GreedyPolicy(features, weights)


def _regression(features: Array, ridge: float) -> Array:
    """The matrix that takes targets to the weights of least squared error."""
    gram = features.T @ features + ridge * max(len(features), 1) * np.eye(features.shape[1])
    return np.linalg.solve(gram, features.T)
