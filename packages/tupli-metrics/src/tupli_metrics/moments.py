"""Means, standard deviations and limits of each number in the data, in one pass and a few bytes."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tupli_metrics.batches import Batches
from tupli_metrics.features import Features, featured, vectors
from tupli_metrics.passes import Collector
from tupli_metrics.rows import Matrix, Rows
from tupli_schemas.columns import EpisodeData
from tupli_schemas.trees import Tree, leaves

Floats = NDArray[np.float64]


@dataclass(slots=True)
class Spread:
    """Running mean and sum of squared deviations of each column, over the finite rows (Chan et al., 1983)."""

    n: int = 0
    mean: Floats = field(default_factory=lambda: np.zeros(0))
    squares: Floats = field(default_factory=lambda: np.zeros(0))

    def add(self, rows: Floats) -> None:
        rows = rows[np.isfinite(rows).all(axis=1)]
        if not len(rows):
            return
        mean, n = rows.mean(axis=0), self.n + len(rows)
        if not self.n:
            self.mean, self.squares = np.zeros_like(mean), np.zeros_like(mean)
        shift = mean - self.mean
        self.squares += ((rows - mean) ** 2).sum(axis=0) + shift**2 * (self.n * len(rows) / n)
        self.mean += shift * (len(rows) / n)
        self.n = n

    @property
    def scale(self) -> tuple[float, ...]:
        """The standard deviation of each column; 1 where it is constant, so that nothing is divided by 0."""
        deviation = np.sqrt(self.squares / max(self.n, 1))
        return tuple(np.where(deviation > 1e-12 * np.abs(self.mean), deviation, 1.0).tolist())

    @property
    def variance(self) -> Floats:
        """The unbiased variance of each column."""
        return self.squares / max(self.n - 1, 1)

    @classmethod
    def of(cls, *matrices: Rows) -> "Spread":
        """Of all rows of some matrices of one width."""
        spread = cls(mean=np.zeros(matrices[0].d), squares=np.zeros(matrices[0].d))
        for matrix in matrices:
            for _, chunk in matrix.chunks():
                spread.add(chunk.astype(np.float64))
        return spread


@dataclass(frozen=True, slots=True)
class Moments:
    """Need: mean and spread of each number of the rows that ``matrix`` stands for, which are not kept."""

    matrix: Matrix

    def collector(self) -> Collector[Spread]:
        return _MomentCollector(self.matrix)


class _MomentCollector:
    def __init__(self, matrix: Matrix) -> None:
        self._matrix, self._spread = matrix, Spread()
        self._batches = Batches(self._measure)

    def add(self, episode: EpisodeData) -> None:
        self._batches.add(episode.actions if self._matrix.part == "actions" else episode.observations)

    def finish(self) -> Spread:
        self._batches.flush()
        return self._spread

    def _measure(self, rows: Tree) -> None:
        self._spread.add(vectors(rows, self._matrix.features, what=self._matrix.part).astype(np.float64))


@dataclass(frozen=True, slots=True)
class Limits:
    """Need: the least and the greatest finite value of each floating-point number of (observation, action), in order."""

    features: Features | None = None

    def collector(self) -> "Collector[tuple[tuple[float, ...], tuple[float, ...]]]":
        return _LimitCollector(self.features)


class _LimitCollector:
    def __init__(self, features: Features | None) -> None:
        self._features = features
        self._low = self._high = np.zeros(0)
        self._batches = Batches(self._measure)

    def add(self, episode: EpisodeData) -> None:
        self._batches.add((featured(episode.observations, self._features), episode.actions))

    def finish(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        self._batches.flush()
        known = np.isfinite(self._low)
        return tuple(np.where(known, self._low, 0.0).tolist()), tuple(np.where(known, self._high, 0.0).tolist())

    def _measure(self, rows: Tree) -> None:
        columns = [
            leaf.reshape(len(leaf), -1)
            for _, leaf in leaves(rows)
            if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"
        ]
        if not columns:
            return
        low = np.concatenate([np.fmin.reduce(_finite(column, np.inf)) for column in columns])
        high = np.concatenate([np.fmax.reduce(_finite(column, -np.inf)) for column in columns])
        self._low = np.fmin(self._low, low) if len(self._low) else low
        self._high = np.fmax(self._high, high) if len(self._high) else high


def extremes(rows: Rows) -> tuple[Floats, Floats]:
    """The least and the greatest finite value of each column; 0 where there is none."""
    low, high = np.full(rows.d, np.inf), np.full(rows.d, -np.inf)
    for _, chunk in rows.chunks():
        low, high = np.fmin(low, _finite(chunk, np.inf).min(axis=0)), np.fmax(high, _finite(chunk, -np.inf).max(axis=0))
    return np.where(np.isfinite(low), low, 0.0), np.where(np.isfinite(high), high, 0.0)


def _finite(column: Floats, otherwise: float) -> Floats:
    return np.where(np.isfinite(column), column, otherwise).astype(np.float64)
