"""All metrics of a data set in one pass over it."""

import math
from collections.abc import Iterable
from typing import Any

from tupli_metrics.base import Metric, MetricResult
from tupli_metrics.coverage import StateActionCoverage
from tupli_metrics.determinism import Determinism
from tupli_metrics.entropy import BehavioralEntropy, StateEntropy
from tupli_metrics.features import Features
from tupli_metrics.integrity import Integrity
from tupli_metrics.passes import Facts, Need, Progress, gather
from tupli_metrics.q_values import AverageQ
from tupli_metrics.reference import Reference
from tupli_metrics.returns import EstimatedReturnImprovement, TrajectoryQuality
from tupli_metrics.sources import Data
from tupli_metrics.statistics import ActionStatistics, ReturnStatistics
from tupli_schemas.errors import TupliError

FAST_QUERIES = 2_000
FAST_ROWS = 20_000


class Results(dict[str, MetricResult]):
    """The results of several metrics by name, in the order of evaluation."""

    def as_metadata(self, prefix: str = "") -> dict[str, Any]:
        """All of them as flat metadata of a benchmark or data set; see ``MetricResult.as_metadata``."""
        return {key: value for result in self.values() for key, value in result.as_metadata(prefix).items()}

    def to_json(self) -> dict[str, Any]:
        """All of them as JSON values."""
        return {name: result.to_json() for name, result in self.items()}


def default_metrics(
    reference: Reference | None = None,
    *,
    features: Features | None = None,
    observation_space: Any = None,
    action_space: Any = None,
    n: int | None = None,
    fast: bool = False,
    seed: int = 0,
) -> tuple[Metric, ...]:
    """The metrics that ``evaluate_all`` and the report show.

    Args:
        reference: Trajectory quality is among them if it has both returns.
        features: For observations that are no vectors.
        observation_space: For the integrity check.
        action_space: Likewise.
        n: Draw so many distinct states for the entropies, to compare data sets.
        fast: Ask 2,000 states for their neighbours and solve for values on 20,000 transitions, in place of five times as many.
        seed: Of everything that is drawn.
    """
    queries, rows = (FAST_QUERIES, FAST_ROWS) if fast else (5 * FAST_QUERIES, 5 * FAST_ROWS)
    has_returns = reference is not None and reference.return_min is not None and reference.return_max is not None
    return (
        ReturnStatistics(),
        *((TrajectoryQuality(),) if has_returns else ()),
        EstimatedReturnImprovement(),
        StateActionCoverage(features=features),
        StateEntropy(features=features, queries=queries, n=n, seed=seed),
        BehavioralEntropy(1.0, features=features, queries=queries, n=n, seed=seed),
        AverageQ(features=features, rows=rows, seed=seed),
        ActionStatistics(),
        Determinism(features=features, queries=min(queries, 5_000), seed=seed),
        Integrity(observation_space, action_space),
    )


def evaluate_all(
    data: Data,
    metrics: Iterable[Metric] | None = None,
    *,
    reference: Reference | Data | None = None,
    progress: Progress | None = None,
    **settings: Any,
) -> Results:
    """Evaluate several metrics on one reading of the data; what they have in common is computed once.

    A metric that has no number for this data is NaN, and its warning says why: the others still have theirs.

    Args:
        data: As of ``Metric.evaluate``.
        metrics: Which; those of ``default_metrics`` if None, which takes the ``settings``.
        reference: As of ``Metric.evaluate``.
        progress: As of ``Metric.evaluate``.
        settings: Of ``default_metrics``.

    Raises:
        InvalidDataError: There are no episodes.
    """
    known = reference if reference is None or isinstance(reference, Reference) else Reference.from_data(reference)
    chosen = tuple(default_metrics(known, **settings) if metrics is None else metrics)
    return measure_all(gather(data, needs_of(chosen, known), progress), chosen, known)


def measure_all(facts: Facts, metrics: Iterable[Metric], reference: Reference | None) -> Results:
    """The results of metrics whose needs ``facts`` hold; a second one of the same name gets a number."""
    results = Results()
    for metric in metrics:
        result = _measure(metric, facts, reference)
        same = sum(name == result.name or name.startswith(f"{result.name}_") for name in results)
        results[f"{result.name}_{same + 1}" if result.name in results else result.name] = result
    return results


def needs_of(metrics: Iterable[Metric], reference: Reference | None) -> tuple[Need[Any], ...]:
    """Everything that some metrics need; a metric that cannot be evaluated at all needs nothing."""
    needs: list[Need[Any]] = []
    for metric in metrics:
        try:
            needs.extend(metric.needs(reference))
        except TupliError:
            continue  # `_measure` meets the same error, and keeps it as the metric's warning
    return tuple(needs)


def _measure(metric: Metric, facts: Facts, reference: Reference | None) -> MetricResult:
    try:
        metric.needs(reference)  # which refuses impossible settings
        return metric.measure(facts, reference)
    except TupliError as error:
        return MetricResult(
            name=metric.name, value=math.nan, params=metric.params(), warnings=(f"Not measured: {error}.",)
        )
