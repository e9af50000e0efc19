"""Transitions (s, a, r, s', a') as arrays, for value estimates: what follows a step, and what is not known about it."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tupli_metrics.features import Features
from tupli_metrics.neighbours import nearest
from tupli_metrics.passes import Facts, Need
from tupli_metrics.rewards import Flags, Integers, Rewards
from tupli_metrics.rows import Matrix
from tupli_schemas.arrays import Array
from tupli_schemas.errors import InvalidDataError

Floats = NDArray[np.float64]

LAST_ACTIONS = 10
"""After a truncated step nobody has chosen an action: those of so many nearest states stand for it."""


@dataclass(frozen=True, slots=True)
class TransitionNeeds:
    """The facts that transitions are made of."""

    features: Features | None = None
    policy: Features | None = None

    def all(self) -> tuple[Need[object], ...]:
        """As a tuple, for ``Metric.needs``."""
        return (Rewards(), *self.states(), Matrix("actions"), *self.choices())

    def states(self) -> tuple[Matrix, Matrix]:
        """The observations before all steps, and those after the last ones."""
        return Matrix("observations", self.features), Matrix("final_observations", self.features)

    def choices(self) -> tuple[Matrix, ...]:
        """The actions of a given policy in the same places."""
        if self.policy is None:
            return ()
        return Matrix("observations", self.policy), Matrix("final_observations", self.policy)


@dataclass(frozen=True, slots=True, eq=False)
class Transitions:
    """N transitions whose consequences are known.

    Attributes:
        states: (N, d), before the step.
        actions: (N, e).
        rewards: N.
        cut: True for the last step of an episode that was not over; nobody knows what would have been done next.
        goes_on: False for a terminated step, after which nothing counts.
        next_states: (N, d); anything where ``goes_on`` is False.
        next_actions: (N, j, e): the action that followed, or j that stand for it.
        episode: The number of each row's episode.
        dropped: How many steps were left out because nobody knows what followed them.
        n_steps: The steps of the data.
    """

    states: Array
    actions: Array
    rewards: Floats
    cut: Flags
    goes_on: Flags
    next_states: Array
    next_actions: Array
    episode: Integers
    dropped: int
    n_steps: int

    @classmethod
    def of(cls, facts: Facts, needs: TransitionNeeds, rows: int | None, seed: int) -> Self:
        """At most ``rows`` transitions of the data, drawn with ``seed``.

        Raises:
            InvalidDataError: There is no step whose consequences are known.
        """
        columns = facts[Rewards()]
        lasts = columns.starts + columns.lengths - 1
        known = np.ones(len(columns.rewards), np.bool_)
        known[lasts[~columns.terminated & ~columns.final_known]] = False
        index = np.flatnonzero(known)
        if not len(index):
            raise InvalidDataError(
                "no step has a known consequence: every episode is one step long, and what followed is unknown",
                hint="store the observation after the last action",
            )
        if rows is not None and len(index) > rows:
            index = np.sort(np.random.default_rng(seed).choice(index, rows, replace=False))
        episode = np.repeat(np.arange(len(lasts)), columns.lengths)[index]
        last = index == lasts[episode]
        goes_on = ~(last & columns.terminated[episode])
        final = last & goes_on
        follow = np.where(last, index, index + 1)  # a last step's own row is a filler
        observed, observed_last = (facts[need] for need in needs.states())
        states, next_states = observed.take(index), observed.take(follow)
        place = np.cumsum(columns.final_known) - 1  # of an episode among those with a known end
        if final.any():
            next_states[final] = observed_last.take(place[episode[final]])
        actions = facts[Matrix("actions")].take(index)
        if needs.policy is None:
            next_actions = _behaviour(facts[Matrix("actions")].take(follow), states, actions, next_states, final)
        else:
            chosen, chosen_last = (facts[need] for need in needs.choices())
            next_actions = chosen.take(follow)[:, None]
            if final.any():
                next_actions[final, 0] = chosen_last.take(place[episode[final]])
        return cls(
            states,
            actions,
            columns.rewards[index],
            final,
            goes_on,
            next_states,
            next_actions,
            episode,
            int((~known).sum()),
            len(known),
        )


def _behaviour(followed: Array, states: Array, actions: Array, next_states: Array, final: Flags) -> Array:
    """The data's own next actions; where a recording was cut, those that it chose in the nearest states."""
    if not final.any():
        return followed[:, None]
    j = min(LAST_ACTIONS, len(states))
    next_actions = np.repeat(followed[:, None], j, axis=1)
    scale = spread(states)
    points = states / scale
    found = nearest(next_states[final] / scale, [(np.arange(len(points)), points)], j)
    next_actions[final] = actions[found.index]
    return next_actions


def spread(rows: Array) -> Floats:
    """The standard deviation of each column; 1 where it is constant."""
    deviation = rows.std(axis=0, dtype=np.float64)
    return np.where(deviation > 0, deviation, 1.0)
