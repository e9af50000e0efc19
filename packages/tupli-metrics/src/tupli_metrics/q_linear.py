"""The action values of a policy as a linear function of random features, in closed form (least-squares temporal differences)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tupli_metrics.q_features import Basis
from tupli_metrics.transitions import Transitions

Floats = NDArray[np.float64]

CHUNK = 2048
RIDGE = 1e-7  # of the mean diagonal: enough to solve with features that say the same, too little to bias


@dataclass(frozen=True, slots=True)
class LinearQ:
    """The mean value over the data and how far to trust it.

    Attributes:
        value: The mean of Q over the transitions.
        std_error: By episodes, as their steps are not independent; None for a single one.
        bellman_rmse: Root of the mean squared temporal-difference error.
        residual: How well the equations are solved, relative to their right side.
        weights: Of the features.
    """

    value: float
    std_error: float | None
    bellman_rmse: float
    residual: float
    weights: Floats


def lstd(transitions: Transitions, basis: Basis, gamma: float) -> LinearQ:
    """Solve sum of phi (phi - gamma phi')^T w = sum of phi r (Bradtke and Barto, 1996), where phi' belongs to the next action.

    The standard error is that of the influence function, summed within episodes: a step moves the mean by its own value and, through
    the weights, by its temporal-difference error.
    """
    p, n = basis.size, len(transitions.rewards)
    matrix, right, total = np.zeros((p, p)), np.zeros(p), np.zeros(p)
    for rows in chunks(n):
        here, there = basis.pairs(transitions, rows)
        matrix += here.T @ (here - gamma * there)
        right += here.T @ transitions.rewards[rows]
        total += here.sum(axis=0)
    regular = matrix + RIDGE * np.trace(matrix) / p * np.eye(p)
    weights = np.linalg.solve(regular, right)
    pull = np.linalg.solve(regular.T, total / n)
    value = float(total @ weights / n)
    influence, errors = np.zeros(n), np.zeros(n)
    for rows in chunks(n):
        here, there = basis.pairs(transitions, rows)
        errors[rows] = transitions.rewards[rows] + (gamma * there - here) @ weights
        influence[rows] = (here @ weights - value) / n + (here @ pull) * errors[rows]
    return LinearQ(
        value=value,
        std_error=_by_episode(influence, transitions),
        bellman_rmse=float(np.sqrt((errors**2).mean())),
        residual=float(np.linalg.norm(matrix @ weights - right)) / max(float(np.linalg.norm(right)), 1e-300),
        weights=weights,
    )


def _by_episode(influence: Floats, transitions: Transitions) -> float | None:
    sums = np.bincount(transitions.episode, influence)
    return float(np.sqrt((sums**2).sum())) if len(np.unique(transitions.episode)) > 1 else None


def chunks(n: int) -> list[slice]:
    """N rows in pieces whose features fit into a processor's cache."""
    return [slice(start, start + CHUNK) for start in range(0, n, CHUNK)]
