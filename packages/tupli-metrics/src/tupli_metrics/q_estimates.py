"""The estimators of action values as answers: a number, its standard error, and what there is to doubt about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tupli_metrics.q_features import Basis
from tupli_metrics.q_greedy import improve
from tupli_metrics.q_linear import LinearQ, lstd
from tupli_metrics.q_tabular import certainty_equivalent
from tupli_metrics.rewards import RewardColumns
from tupli_metrics.transitions import Transitions
from tupli_metrics.wording import several

RESIDUAL = 1e-3
"""Equations that are left with more than this share of their right side have no trustworthy solution."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A mean action value.

    Attributes:
        value: The number.
        std_error: Its standard error; None where none is known.
        n_used: The steps that it rests on.
        details: What else is known.
        notes: What a reader has to know.
        doubts: Why the number is not to be trusted; none if it is.
    """

    value: float
    std_error: float | None
    n_used: int
    details: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()


def monte_carlo(columns: RewardColumns, gamma: float) -> Answer:
    """The mean return to go. Its standard error is by episodes, whose steps share their rewards."""
    to_go = columns.returns_to_go(gamma)
    value = float(to_go.mean())
    by_episode = np.add.reduceat(to_go - value, columns.starts)
    episodes = len(by_episode)
    error = float(np.sqrt((by_episode**2).sum() * episodes / (episodes - 1)) / len(to_go)) if episodes > 1 else None
    cut = int((~columns.terminated).sum())
    note = f"{cut:,} of {several(episodes, 'episode')} did not terminate: what they would still have earned is missing."
    return Answer(value, error, len(to_go), notes=(note,) * bool(cut))


def linear(transitions: Transitions, basis: Basis, gamma: float) -> Answer:
    """The SARSA fixed point on random features, of the behaviour policy or a given one."""
    return _of(lstd(transitions, basis, gamma), transitions, gamma)


def greedy(transitions: Transitions, basis: Basis, gamma: float, seed: int) -> Answer:
    """The fixed point of fitted Q-iteration."""
    found = improve(transitions, basis, gamma, seed)
    doubts = () if found.converged else (f"The greedy policy still changed after {found.iterations} improvements.",)
    extrapolates = "Greedy values extrapolate: they ask for pairs that the data does not show."
    return _of(found.values, transitions, gamma, {"iterations": found.iterations}, (extrapolates,), doubts)


def tabular(transitions: Transitions, gamma: float) -> Answer:
    """The exact values in the Markov chain of the data."""
    found = certainty_equivalent(transitions, gamma)
    notes = _dropped(transitions)
    if found.share < 1:
        notes += (f"Left out: {1 - found.share:.1%} of the steps, which lead to states in which the data never acts.",)
    return Answer(found.value, None, round(found.share * len(transitions.rewards)), {"pairs": found.pairs}, notes)


def _of(
    found: LinearQ,
    transitions: Transitions,
    gamma: float,
    details: Mapping[str, Any] | None = None,
    notes: tuple[str, ...] = (),
    doubts: tuple[str, ...] = (),
) -> Answer:
    return Answer(
        found.value,
        found.std_error,
        len(transitions.rewards),
        {"bellman_rmse": found.bellman_rmse, "residual": found.residual, **(details or {})},
        _dropped(transitions) + notes,
        doubts + _doubts(found, transitions, gamma),
    )


def _dropped(transitions: Transitions) -> tuple[str, ...]:
    if not transitions.dropped:
        return ()
    return (f"Left out: {several(transitions.dropped, 'step')}, as nobody knows what followed.",)


def _doubts(found: LinearQ, transitions: Transitions, gamma: float) -> tuple[str, ...]:
    """No sequence of rewards between the least and the greatest sums to more than the greatest / (1 - gamma)."""
    least, greatest = transitions.rewards.min() / (1 - gamma), transitions.rewards.max() / (1 - gamma)
    if not transitions.goes_on.all():
        least, greatest = min(least, transitions.rewards.min()), max(greatest, transitions.rewards.max())
    slack = 1e-6 * max(1.0, abs(least), abs(greatest))
    impossible = not least - slack <= found.value <= greatest + slack
    unsolved = not found.residual <= RESIDUAL
    return (f"No rewards of the data could sum to {found.value:g}.",) * impossible + (
        f"The equations are solved only up to {found.residual:.1%}.",
    ) * unsolved
