"""The action values of the behaviour policy in the Markov chain that the data itself describes; for states that come again."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tupli_metrics.hashing import Hashes, row_hashes
from tupli_metrics.transitions import Transitions
from tupli_schemas.arrays import Array
from tupli_schemas.errors import InvalidDataError

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
Sparse: TypeAlias = Any  # a scipy.sparse array, which has no types

PAIRS = 20_000
"""With more distinct pairs states hardly come again, and a table says nothing about them."""


@dataclass(frozen=True, slots=True)
class TabularQ:
    """The mean value over the data, the number of distinct pairs, and the share of steps that have a value."""

    value: float
    pairs: int
    share: float


def certainty_equivalent(transitions: Transitions, gamma: float) -> TabularQ:
    """Solve Q(s, a) = mean reward + gamma mean Q of the pair that followed, over all pairs of the data at once.

    Where a recording was cut, all actions that the data shows in the last state stand for the one that was not taken, in their
    shares. Steps into states that the data never acts in have no value, nor have pairs that only lead there.
    """
    from scipy.sparse import diags_array
    from scipy.sparse.linalg import spsolve

    pairs, first, pair = np.unique(
        _hash_pairs(transitions.states, transitions.actions), return_index=True, return_inverse=True
    )
    if len(first) > PAIRS:
        raise InvalidDataError(
            f"there are {len(first)} distinct state-action pairs, too many for a table", hint="use estimator='lstd'"
        )
    followed, known = _followed(transitions, pairs, pair)
    usable = _usable(followed, known, pair)
    if not usable.any():
        raise InvalidDataError("no step leads to a pair that has a value", hint="use estimator='mc'")
    visits = _incidence(pair[usable], len(first)).T
    counts = np.bincount(pair[usable], minlength=len(first))
    system = diags_array(np.maximum(counts, 1.0)) - gamma * (visits @ followed[usable])
    values = spsolve(system.tocsc(), visits @ transitions.rewards[usable])
    return TabularQ(float(values[pair[usable]].mean()), len(first), float(usable.mean()))


def _followed(transitions: Transitions, pairs: Hashes, pair: Integers) -> tuple[Sparse, Flags]:
    """(N, pairs): with which probability each pair followed a step, all 0 at an end; and whether that is known."""
    from scipy.sparse import diags_array

    states, state = np.unique(row_hashes(transitions.states), return_inverse=True)
    next_pair, pair_seen = _find(pairs, _hash_pairs(transitions.next_states, transitions.next_actions[:, 0]))
    next_state, state_seen = _find(states, row_hashes(transitions.next_states))
    chosen = transitions.goes_on & pair_seen & ~transitions.cut
    by_policy = transitions.goes_on & state_seen & ~chosen
    times = _incidence(state, len(states)).T @ _incidence(pair, len(pairs))
    policy = diags_array(1 / times.sum(axis=1)) @ times
    followed = diags_array(chosen.astype(float)) @ _incidence(next_pair, len(pairs))
    followed = followed + diags_array(by_policy.astype(float)) @ _incidence(next_state, len(states)) @ policy
    return followed.tocsr(), chosen | by_policy | ~transitions.goes_on


def _usable(followed: Sparse, known: Flags, pair: Integers) -> Flags:
    """Which steps lead only to pairs that have a value; a pair has one if one of its steps is usable."""
    usable = known
    while True:
        valueless = np.bincount(pair[usable], minlength=followed.shape[1]) == 0
        still = usable & (followed @ valueless.astype(float) == 0)
        if (still == usable).all():
            return usable
        usable = still


def _hash_pairs(states: Array, actions: Array) -> Hashes:
    return row_hashes((states, actions))


def _find(table: Hashes, wanted: Hashes) -> tuple[Integers, Flags]:
    """The place of each hash in the ascending ``table``, and whether it is there."""
    place = np.minimum(np.searchsorted(table, wanted), len(table) - 1)
    return place, table[place] == wanted


def _incidence(column: Integers, width: int) -> Sparse:
    from scipy.sparse import csr_array

    rows = np.arange(len(column))
    return csr_array((np.ones(len(column)), (rows, column)), shape=(len(column), width))
