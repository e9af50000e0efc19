"""Plain statistics of returns, lengths, rewards and actions."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from tupli_metrics.base import Metric, MetricResult
from tupli_metrics.entropy_formulas import shannon
from tupli_metrics.hashing import row_hashes
from tupli_metrics.moments import Spread, extremes
from tupli_metrics.passes import Facts, Need
from tupli_metrics.reference import Reference
from tupli_metrics.returns import standard_error
from tupli_metrics.rewards import RewardColumns, Rewards
from tupli_metrics.rows import Matrix, Rows
from tupli_metrics.wording import several

Floats = NDArray[np.float64]

PERCENTILES = {"min": 0, "p5": 5, "p25": 25, "median": 50, "p75": 75, "p95": 95, "max": 100}
BINS = 20
MANY = 64
"""Up to so many different actions each is named with its share."""


@dataclass(frozen=True, slots=True)
class ReturnStatistics(Metric):
    """The distribution of returns; the value is their mean.

    ``details`` has min, p5, p25, median, p75, p95, max and sd of the returns of finished episodes; ``positive_side_variance``, the
    mean of max(0, G - mean)^2, large where a few episodes are much better than the rest (Hong et al., 2023, arXiv 2306.13085); the
    same percentiles of ``lengths``; ``reward_sparsity``, the share of steps whose reward is 0; and how many episodes terminated, were
    truncated, are open, or are parts left by a tuple filter (``partial``: their sums are listed, with a warning, though they are no
    returns).

    Unit: that of rewards. Range: any number. Edge cases: one episode has no standard deviation (None).

    Attributes:
        gamma: The discount.
    """

    name: ClassVar[str] = "mean_return"

    gamma: float = 1.0

    def needs(self, _reference: Reference | None) -> tuple[Need[Any], ...]:
        return (Rewards(),)

    def measure(self, facts: Facts, _reference: Reference | None) -> MetricResult:
        columns = facts[Rewards()]
        returns, warnings = self._returns(columns)
        mean = float(returns.mean())
        return MetricResult(
            name=self.name,
            value=mean,
            std_error=standard_error(returns),
            n_used=len(returns),
            params=self.params(),
            details={
                **percentiles(returns),
                "sd": float(returns.std(ddof=1)) if len(returns) > 1 else None,
                "positive_side_variance": float((np.maximum(returns - mean, 0) ** 2).mean()),
                "lengths": {**percentiles(columns.lengths), "mean": float(columns.lengths.mean())},
                "reward_sparsity": float((columns.rewards == 0).mean()),
                "reward_min": float(columns.rewards.min()),
                "reward_max": float(columns.rewards.max()),
                **_ends(columns),
            },
            warnings=warnings,
        )

    def _returns(self, columns: RewardColumns) -> tuple[Floats, tuple[str, ...]]:
        if n_partial := int(columns.partial.sum()):
            warning = f"Parts left by a tuple filter: {several(n_partial, 'episode')}, whose sums are no returns."
            return columns.returns(self.gamma), (warning,)
        return columns.finished_returns(self.gamma)


def percentiles(values: NDArray[Any]) -> dict[str, float]:
    """min, p5, p25, median, p75, p95 and max."""
    found = np.percentile(values, list(PERCENTILES.values()))
    return dict(zip(PERCENTILES, found.tolist(), strict=True))


def _ends(columns: RewardColumns) -> dict[str, int]:
    return {
        "episodes": len(columns.lengths),
        "steps": len(columns.rewards),
        "terminated": int(columns.terminated.sum()),
        "truncated": int((columns.truncated & ~columns.terminated).sum()),
        "open": int((~columns.finished).sum()),
        "partial": int(columns.partial.sum()),
    }


@dataclass(frozen=True, slots=True)
class ActionStatistics(Metric):
    """How varied the actions are; the value is the entropy of what was done, whatever the state.

    Discrete: minus the sum of p ln p over the shares p of the actions, which ``details["shares"]`` lists up to 64 of. Continuous: the
    mean over dimensions of the entropy of 20 equal cells between the least and the greatest value, so that a uniform dimension has
    ln 20; ``details["dimensions"]`` has min, mean, max, sd and entropy of each.

    Unit: nats. Range: 0 to the logarithm of the number of actions, or of cells. Edge cases: a constant dimension has 0.
    """

    name: ClassVar[str] = "action_entropy"

    def needs(self, _reference: Reference | None) -> tuple[Need[Any], ...]:
        return (Matrix("actions"),)

    def measure(self, facts: Facts, _reference: Reference | None) -> MetricResult:
        actions = facts[Matrix("actions")]
        value, top, details = _of_discrete(actions) if actions.discrete else _of_continuous(actions)
        return MetricResult(
            name=self.name,
            value=value,
            unit="nats",
            range=(0.0, top),
            n_used=actions.n,
            params=self.params(),
            details=details,
        )


def _of_discrete(actions: Rows) -> tuple[float, float, dict[str, Any]]:
    hashes = np.concatenate([row_hashes(chunk) for _, chunk in actions.chunks()])
    kinds, first, counts = np.unique(hashes, return_index=True, return_counts=True)
    details: dict[str, Any] = {"kind": "discrete", "distinct": len(kinds)}
    if len(kinds) <= MANY:
        order = np.argsort(first)
        names = actions.take(first[order]).tolist()
        shares = {_label(name): share for name, share in zip(names, (counts[order] / actions.n).tolist(), strict=True)}
        details["shares"] = dict(sorted(shares.items(), key=lambda item: (len(item[0]), item[0])))
    return shannon(counts)[0], float(np.log(len(kinds))), details


def _of_continuous(actions: Rows) -> tuple[float, float, dict[str, Any]]:
    spread, (low, high) = Spread.of(actions), extremes(actions)
    width, counts = np.where(high > low, high - low, 1.0), np.zeros((BINS, actions.d), np.int64)
    for rows in _finite_chunks(actions):
        cells = np.clip((rows - low) / width * BINS, 0, BINS - 1).astype(np.int64)
        for j in range(actions.d):
            counts[:, j] += np.bincount(cells[:, j], minlength=BINS)
    entropies = [shannon(column[column > 0])[0] for column in counts.T] if spread.n else []
    columns = {
        "min": low,
        "mean": spread.mean,
        "max": high,
        "sd": np.sqrt(spread.variance),
        "entropy": np.array(entropies),
    }
    dimensions = [{name: float(column[j]) for name, column in columns.items()} for j in range(len(entropies))]
    return float(np.mean(entropies or [0.0])), float(np.log(BINS)), {"kind": "continuous", "dimensions": dimensions}


def _finite_chunks(rows: Rows) -> Iterator[Floats]:
    for _, chunk in rows.chunks():
        finite = chunk[np.isfinite(chunk).all(axis=1)]
        if len(finite):
            yield finite.astype(np.float64)


def _label(row: list[int]) -> str:
    return str(row[0]) if len(row) == 1 else str(tuple(row))
