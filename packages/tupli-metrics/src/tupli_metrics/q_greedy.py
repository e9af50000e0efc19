"""The values of acting greedily, with linear features: they extrapolate to pairs that the data does not show."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tupli_metrics.q_features import Basis
from tupli_metrics.q_linear import LinearQ, chunks, lstd
from tupli_metrics.transitions import Transitions
from tupli_schemas.arrays import Array

CANDIDATES = 32
"""The best action is sought among those that occur, or so many of them where there are more."""

ITERATIONS = 12
STEADY = 1e-3  # the share of choices that may still change


@dataclass(frozen=True, slots=True)
class GreedyQ:
    """The values of the last greedy policy, whether it came to rest, and after how many improvements."""

    values: LinearQ
    converged: bool
    iterations: int


def improve(transitions: Transitions, basis: Basis, gamma: float, seed: int) -> GreedyQ:
    """The fixed point of fitted Q-iteration, Q(s, a) = r + gamma max over a' of Q(s', a'), projected on the features.

    It is found by policy iteration (Lagoudakis and Parr, 2003), as regressing on one's own maximum again and again needs hundreds
    of rounds for what ten improvements reach.
    """
    candidates = _candidates(transitions.actions, seed)
    values = lstd(transitions, basis, gamma)
    chosen = _best(transitions, basis, candidates, values)
    for iteration in range(1, ITERATIONS + 1):
        values = lstd(replace(transitions, next_actions=candidates[chosen][:, None]), basis, gamma)
        better = _best(transitions, basis, candidates, values)
        if (better != chosen).mean() <= STEADY:
            return GreedyQ(values, True, iteration)
        chosen = better
    return GreedyQ(values, False, ITERATIONS)


def _best(transitions: Transitions, basis: Basis, candidates: Array, values: LinearQ) -> NDArray[np.int64]:
    """The number of the best candidate after each transition."""
    best = []
    for rows in chunks(len(transitions.rewards)):
        states = transitions.next_states[rows]
        each = [basis.of_pairs(states, np.repeat(a[None], len(states), axis=0)) @ values.weights for a in candidates]
        best.append(np.argmax(each, axis=0))
    return np.concatenate(best)


def _candidates(actions: Array, seed: int) -> Array:
    distinct = np.unique(actions, axis=0)
    if len(distinct) <= CANDIDATES:
        return distinct
    return np.asarray(np.random.default_rng(seed).choice(distinct, CANDIDATES, replace=False))
