"""Random Fourier features of state-action pairs: smooth functions of both, whose weighted sums approximate any action value."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tupli_metrics.transitions import Transitions, spread
from tupli_schemas.arrays import Array

Floats = NDArray[np.float64]

ONE_HOT = 32
"""Up to so many different whole-number actions are told apart; more are numbers, of which near ones are alike."""

LINEAR = 64
"""Up to so many dimensions the numbers themselves are features, too."""


@dataclass(frozen=True, slots=True, eq=False)
class Encoder:
    """Pairs as vectors in which every number counts alike."""

    state_mean: Floats
    state_scale: Floats
    action_values: Array | None
    action_mean: Floats
    action_scale: Floats

    @classmethod
    def of(cls, states: Array, actions: Array) -> Self:
        """Fitted to the data, whose spread is the only one that is known here."""
        values = np.unique(actions, axis=0) if actions.dtype.kind in "biu" else None
        if values is not None and len(values) > ONE_HOT:
            values = None
        return cls(
            states.mean(axis=0, dtype=np.float64),
            spread(states),
            values,
            actions.mean(axis=0, dtype=np.float64),
            spread(actions),
        )

    def states(self, states: Array) -> Floats:
        """(n, d), of mean 0 and spread 1."""
        return np.asarray((states - self.state_mean) / self.state_scale, np.float64)

    def actions(self, actions: Array) -> Floats:
        """(n, e) likewise; whole-number actions as one column for each that occurs, all 0 for any other."""
        if self.action_values is None:
            return np.asarray((actions - self.action_mean) / self.action_scale, np.float64)
        return np.asarray((actions[:, None] == self.action_values).all(axis=2), np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Basis:
    """Features 1, z and pairs of cos and sin of random projections of z = (state, action) (Rahimi and Recht, 2007)."""

    encoder: Encoder
    frequencies: Floats
    linear: bool

    @classmethod
    def of(cls, transitions: Transitions, features: int, seed: int) -> Self:
        """``features`` random features with the median distance between pairs as their length."""
        rng = np.random.default_rng(seed)
        encoder = Encoder.of(transitions.states, transitions.actions)
        some = rng.choice(len(transitions.rewards), (2, 1000))
        one, other = (_joined(encoder, transitions.states[i], transitions.actions[i]) for i in some)
        distances = np.linalg.norm(one - other, axis=1)
        length = float(np.median(distances[distances > 0])) if (distances > 0).any() else 1.0
        frequencies = rng.normal(size=(one.shape[1], features // 2)) / length
        return cls(encoder, frequencies, one.shape[1] <= LINEAR)

    @property
    def size(self) -> int:
        """How many features there are."""
        d, half = self.frequencies.shape
        return int(1 + 2 * half + d * self.linear)

    def pairs(self, transitions: Transitions, rows: slice) -> tuple[Floats, Floats]:
        """The features of the pairs in some rows, and of those that followed: the mean over their actions, 0 after the end."""
        here = self.of_pairs(transitions.states[rows], transitions.actions[rows])
        states, actions = transitions.next_states[rows], transitions.next_actions[rows]
        differing = (actions != actions[:, :1]).any(axis=(1, 2))
        there = self.of_pairs(states, actions[:, 0])
        if differing.any():
            some = [self.of_pairs(states[differing], actions[differing, j]) for j in range(actions.shape[1])]
            there[differing] = np.mean(some, axis=0)
        there[~transitions.goes_on[rows]] = 0
        return here, there

    def of_pairs(self, states: Array, actions: Array) -> Floats:
        """(n, size)."""
        z = _joined(self.encoder, states, actions)
        angles = z @ self.frequencies
        parts = [np.ones((len(z), 1)), np.cos(angles), np.sin(angles)]
        return np.concatenate(parts + [z] * self.linear, axis=1)


def _joined(encoder: Encoder, states: Array, actions: Array) -> Floats:
    return np.concatenate((encoder.states(states), encoder.actions(actions)), axis=1)
