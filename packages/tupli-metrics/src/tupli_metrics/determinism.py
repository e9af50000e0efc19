"""How far the state decides the action."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tupli_metrics.base import Metric, MetricResult
from tupli_metrics.features import Features
from tupli_metrics.hashing import occurrences, row_hashes
from tupli_metrics.moments import Spread
from tupli_metrics.passes import Facts, Need
from tupli_metrics.reference import Reference
from tupli_metrics.rows import Matrix, Rows
from tupli_metrics.search import Scale, Search, first_scale

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Determinism(Metric):
    """1 - (variance of the actions in similar states) / (variance of all actions).

    Similar states are the k nearest neighbours of a state. The variance is that of an unbiased estimate: of each dimension of
    continuous actions, whose ratios are averaged; of discrete actions the probability that two are different.

    Unit: none. Range: up to 1, where the state decides the action; about 0 where it plays no part, and a little below by chance.
    Edge cases: if all actions are equal, the state decides nothing, but there is nothing to decide: 1, with a warning. Distances are
    on x / scale, by default on the spread of each dimension in this data, as they only choose neighbours here.

    Attributes:
        k: How many neighbours.
        queries: At most so many states are asked, drawn with ``seed``.
        scale: What each number of a state is divided by; from the reference, else the data's own spread.
        features: A function of a batch of observations that returns (n, d) numbers.
        seed: Of the draw.

    Raises:
        InvalidDataError: There are no more than k steps.
        UnsupportedSpaceError: States are no vectors, and there are no ``features``.
    """

    name: ClassVar[str] = "determinism"

    k: int = 10
    queries: int = 5_000
    scale: Scale | None = None
    features: Features | None = None
    seed: int = 0

    def needs(self, _reference: Reference | None) -> tuple[Need[Any], ...]:
        return (Matrix(features=self.features), Matrix("actions"))

    def measure(self, facts: Facts, reference: Reference | None) -> MetricResult:
        states, actions = (facts[need] for need in self.needs(None))
        given = first_scale(self.scale, reference.observation_scale if reference else None)
        scale = given or Spread.of(states).scale
        search = Search(
            Matrix(features=self.features), self.k, scale, unique=False, queries=self.queries, seed=self.seed
        )
        near = search.run(facts).nearest.index
        local, overall = _disagreement(actions, near) if actions.discrete else _variances(actions, near)
        varied = overall > 0
        return MetricResult(
            name=self.name,
            value=float((1 - local[:, varied] / overall[varied]).mean()) if varied.any() else 1.0,
            range=(-np.inf, 1.0),
            std_error=_error(1 - local[:, varied] / overall[varied]) if varied.any() else None,
            n_used=len(near),
            params=self.params(),
            details={"kind": "discrete" if actions.discrete else "continuous", "varied_dimensions": int(varied.sum())},
            warnings=() if varied.any() else ("All actions are equal, so there is nothing to decide.",),
            reference=reference.id if reference else None,
        )


def _disagreement(actions: Rows, near: Integers) -> tuple[Floats, Floats]:
    """The probability that two actions differ: among the neighbours of each query (m, 1), and among all (1,)."""
    hashes = np.concatenate([row_hashes(chunk) for _, chunk in actions.chunks()])
    some, k = np.sort(hashes[near], axis=1), near.shape[1]
    equal = (some[:, :, None] == some[:, None, :]).sum(axis=(1, 2)) - k
    counts = occurrences(hashes).astype(np.float64)
    overall = 1 - (counts * (counts - 1)).sum() / (counts.sum() * (counts.sum() - 1))
    return (1 - equal / (k * (k - 1)))[:, None], np.array([overall])


def _variances(actions: Rows, near: Integers) -> tuple[Floats, Floats]:
    """The variance of each dimension: among the neighbours of each query (m, e), and among all (e,)."""
    rows, place = np.unique(near, return_inverse=True)
    some = actions.take(rows).astype(np.float64)[place.reshape(near.shape)]
    return some.var(axis=1, ddof=1), Spread.of(actions).variance


def _error(values: Floats) -> float | None:
    return float(values.mean(axis=1).std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
