"""The rewards of all episodes as flat columns, and the sums over them that returns are made of."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tupli_metrics.passes import Collector, gather
from tupli_metrics.sources import Data
from tupli_metrics.wording import several
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class RewardColumns:
    """All rewards behind one another, and where each of the E episodes begins and how it ended.

    Attributes:
        rewards: Every reward, float64, N.
        lengths: Steps per episode, E; at least 1.
        terminated: The episode ended for good, E.
        truncated: The recording of it was cut (a time limit), E.
        partial: It is a part of an episode, left by a tuple filter, E.
        final_known: The observation after its last action is known, E.
    """

    rewards: Floats
    lengths: Integers
    terminated: Flags
    truncated: Flags
    partial: Flags
    final_known: Flags

    @property
    def starts(self) -> Integers:
        """The row of each episode's first step."""
        return np.cumsum(self.lengths) - self.lengths

    @property
    def finished(self) -> Flags:
        """Which episodes have an end: open ones (abandoned, still running) have not earned all of their return."""
        return self.terminated | self.truncated

    def returns(self, gamma: float = 1.0) -> Floats:
        """The sum of ``gamma**t`` times the reward of step t, for each episode.

        Raises:
            InvalidDataError: Some rewards are NaN or infinite.
        """
        rewards = self.finite_rewards()
        if gamma != 1.0:
            rewards = rewards * gamma**self.times
        return np.asarray(np.add.reduceat(rewards, self.starts))

    def finished_returns(self, gamma: float = 1.0) -> tuple[Floats, tuple[str, ...]]:
        """The returns of the episodes that have an end, and what a reader has to know about the others.

        Raises:
            InvalidDataError: Some episodes are only parts, whose returns mean nothing.
        """
        if n_partial := int(self.partial.sum()):
            raise InvalidDataError(
                f"{n_partial:,} of {several(len(self.partial), 'episode')} are parts, left by a tuple filter, and have no return",
                hint="evaluate the data set without its tuple filter",
            )
        returns, finished = self.returns(gamma), self.finished
        n_open = len(returns) - int(finished.sum())
        if n_open == len(returns):
            return returns, ("No episode has an end, so all were used: their returns may be cut short.",)
        left_out = (f"Left out: {several(n_open, 'open episode')}.",) if n_open else ()
        return returns[finished], left_out

    def returns_to_go(self, gamma: float) -> Floats:
        """For each step the discounted sum of its own and all later rewards of its episode.

        G_t = r_t + gamma G_(t+1) is a bidiagonal system of equations: one backward substitution serves all episodes, the coefficient
        being 0 where the next row belongs to another one.

        Raises:
            InvalidDataError: Some rewards are NaN or infinite.
        """
        from scipy.linalg import solve_banded

        bands = np.zeros((2, len(self.rewards)))
        bands[0, 1:], bands[1] = -gamma, 1.0
        bands[0, self.starts] = 0.0
        return np.asarray(solve_banded((0, 1), bands, self.finite_rewards(), check_finite=False))

    @property
    def times(self) -> Integers:
        """The time t of each row within its episode."""
        return np.arange(len(self.rewards)) - np.repeat(self.starts, self.lengths)

    def finite_rewards(self) -> Floats:
        """All rewards; ``InvalidDataError`` if some are NaN or infinite."""
        if bad := len(self.rewards) - int(np.isfinite(self.rewards).sum()):
            raise InvalidDataError(
                f"NaN or infinite: {several(bad, 'reward')}, so there are no returns",
                hint="Integrity() says where they are",
            )
        return self.rewards


@dataclass(frozen=True, slots=True)
class Rewards:
    """Need: the rewards and ends of all episodes. 8 bytes per step."""

    def collector(self) -> Collector[RewardColumns]:
        return _RewardCollector()


class _RewardCollector:
    def __init__(self) -> None:
        self._rewards: list[Floats] = []
        self._ends: list[tuple[int, bool, bool, bool, bool]] = []

    def add(self, episode: EpisodeData) -> None:
        self._rewards.append(np.array(episode.rewards, np.float64))  # a copy: the episode may be large, and soon gone
        ends = (
            bool(episode.terminated[-1]),
            bool(episode.truncated[-1]),
            episode.is_partial,
            episode.has_final_observation,
        )
        self._ends.append((len(episode), *ends))

    def finish(self) -> RewardColumns:
        rewards = np.concatenate(self._rewards)
        lengths, *flags = np.array(self._ends, np.int64).T
        return RewardColumns(rewards, lengths, *(flag.astype(bool) for flag in flags))


def mean_return(data: Data) -> float:
    """The mean undiscounted return of the finished episodes of ``data``."""
    returns, _ = gather(data, (Rewards(),))[Rewards()].finished_returns()
    return float(returns.mean())
