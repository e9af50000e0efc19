"""What an offline reinforcement-learning data set is worth, before anyone trains on it."""

from tupli_metrics.__about__ import __version__
from tupli_metrics.base import Metric, MetricResult
from tupli_metrics.coverage import StateActionCoverage
from tupli_metrics.entropy import BehavioralEntropy, StateEntropy
from tupli_metrics.features import flatten
from tupli_metrics.q_values import AverageQ
from tupli_metrics.reference import Reference
from tupli_metrics.returns import EstimatedReturnImprovement, TrajectoryQuality
from tupli_metrics.sources import from_arrays

__all__ = [
    "AverageQ",
    "BehavioralEntropy",
    "EstimatedReturnImprovement",
    "Metric",
    "MetricResult",
    "Reference",
    "StateActionCoverage",
    "StateEntropy",
    "TrajectoryQuality",
    "__version__",
    "flatten",
    "from_arrays",
]
