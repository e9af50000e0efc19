"""Metrics of what the episodes earned: trajectory quality and estimated return improvement."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tupli_metrics.base import Metric, MetricResult
from tupli_metrics.passes import Facts, Need
from tupli_metrics.reference import Reference
from tupli_metrics.rewards import Floats, Rewards
from tupli_schemas.errors import InvalidDataError


@dataclass(frozen=True, slots=True)
class TrajectoryQuality(Metric):
    """Mean return, scaled so that ``return_min`` is 0 and ``return_max`` is 1 (Schweighofer et al., 2022, arXiv 2111.04714).

    TQ = (g(D) - g_min) / (g_max - g_min), where g(D) is the mean over episodes of the sum over t of gamma^t r_t, g_min the mean
    return of the random policy and g_max the best online return. With gamma = 1 the same number as the normalised score of D4RL
    and Minari.

    Unit: none. Range: any number, as data may be worse than random or better than the best that was known; it is not clipped.
    Open episodes are left out, as the authors do; if no episode has an end, all are used, with a warning.

    Attributes:
        return_min: g_min; from the reference if None.
        return_max: g_max, greater than ``return_min``; from the reference if None.
        gamma: The discount; the authors use 1.

    Raises:
        InvalidDataError: A limit is missing, the limits are not ascending, or the data was cut by a tuple filter.
    """

    name: ClassVar[str] = "trajectory_quality"

    return_min: float | None = None
    return_max: float | None = None
    gamma: float = 1.0

    def needs(self, _reference: Reference | None) -> tuple[Need[Any], ...]:
        return (Rewards(),)

    def measure(self, facts: Facts, reference: Reference | None) -> MetricResult:
        low, high = self._limits(reference)
        returns, warnings = facts[Rewards()].finished_returns(self.gamma)
        scaled = (returns - low) / (high - low)
        return MetricResult(
            name=self.name,
            value=float(scaled.mean()),
            std_error=standard_error(scaled),
            n_used=len(returns),
            params=self.params() | {"return_min": low, "return_max": high},
            details={"mean_return": float(returns.mean())},
            warnings=warnings,
            reference=reference.id if reference else None,
        )

    def _limits(self, reference: Reference | None) -> tuple[float, float]:
        given = reference or Reference()
        low = given.return_min if self.return_min is None else self.return_min
        high = given.return_max if self.return_max is None else self.return_max
        if low is None or high is None:
            missing = "return_min" if low is None else "return_max"
            raise InvalidDataError(
                f"trajectory quality needs {missing}",
                hint="give it, or a reference that has it; metadata may hold it as ref_min_score and ref_max_score",
            )
        if not high > low:
            raise InvalidDataError(f"return_max ({high:g}) has to be greater than return_min ({low:g})")
        return low, high


@dataclass(frozen=True, slots=True)
class EstimatedReturnImprovement(Metric):
    """How much better than the average the best episode is (Swazinna et al., 2021, arXiv 2111.13461).

    ERI = (G_max - G_mean) / G_mean, over the returns G of the episodes, which must not be negative. Where returns can be negative,
    all are shifted by the least one first: (G_max - G_mean) / (G_mean - G_min). The least return of the data differs from data set
    to data set, so give ``min_return``, a property of the task, when you compare some.

    Unit: none. Range: 0 (all returns are equal, or there is one episode, with a warning) to infinity (the mean is 0, the greatest
    return is not). ``details["p95"]`` has the 95th percentile in place of G_max, which one lucky episode does not decide.

    Attributes:
        min_return: The least return that the task allows. Returns are shifted by it if it is negative.
        gamma: The discount; the authors use 1.

    Raises:
        InvalidDataError: ``min_return`` is above a return of the data, or the data was cut by a tuple filter.
    """

    name: ClassVar[str] = "estimated_return_improvement"

    min_return: float | None = None
    gamma: float = 1.0

    def needs(self, _reference: Reference | None) -> tuple[Need[Any], ...]:
        return (Rewards(),)

    def measure(self, facts: Facts, _reference: Reference | None) -> MetricResult:
        returns, warnings = facts[Rewards()].finished_returns(self.gamma)
        least = self._least(returns)
        shifted = returns - min(least, 0.0)
        if len(returns) == 1:
            warnings += ("There is one episode: nothing can be better than the average.",)
        if self.min_return is None and least < 0:
            warnings += (
                "Returns are negative and were shifted by the least of this data: give min_return to compare data sets.",
            )
        return MetricResult(
            name=self.name,
            value=_improvement(shifted, float(shifted.max())),
            range=(0.0, np.inf),
            n_used=len(returns),
            params=self.params(),
            details={
                "p95": _improvement(shifted, float(np.percentile(shifted, 95))),
                "mean_return": float(returns.mean()),
                "max_return": float(returns.max()),
                "shift": -min(least, 0.0),
            },
            warnings=warnings,
        )

    def _least(self, returns: Floats) -> float:
        least = float(returns.min())
        if self.min_return is None:
            return least
        if self.min_return > least:
            raise InvalidDataError(
                f"min_return ({self.min_return:g}) is above a return of the data ({least:g})",
                hint="it is the least return that the task allows, not that of one data set",
            )
        return self.min_return


def _improvement(returns: Floats, best: float) -> float:
    mean = float(returns.mean())
    if returns.min() == returns.max():
        return 0.0
    return (best - mean) / mean if mean > 0 else np.inf


def standard_error(values: Floats) -> float | None:
    """The standard error of a mean of independent values; None for a single one."""
    return float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else None
