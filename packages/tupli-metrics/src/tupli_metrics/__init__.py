"""What an offline reinforcement-learning data set is worth, before anyone trains on it."""

from tupli_metrics.__about__ import __version__
from tupli_metrics.base import Metric, MetricResult
from tupli_metrics.compat import (
    MLP,
    AverageReturnMetric,
    EstimatedReturnImprovementMetric,
    GeneralizedBehavioralEntropyMetric,
    QFunctionMetric,
    QualityMetric,
    SACoMetric,
)
from tupli_metrics.coverage import StateActionCoverage
from tupli_metrics.determinism import Determinism
from tupli_metrics.entropy import BehavioralEntropy, StateEntropy
from tupli_metrics.evaluate import Results, default_metrics, evaluate_all
from tupli_metrics.features import flatten
from tupli_metrics.findings import Finding
from tupli_metrics.integrity import Integrity
from tupli_metrics.overlap import Overlap
from tupli_metrics.q_values import AverageQ
from tupli_metrics.reference import Reference
from tupli_metrics.report import Comparison, Report, compare, report
from tupli_metrics.returns import EstimatedReturnImprovement, TrajectoryQuality
from tupli_metrics.sources import from_arrays
from tupli_metrics.statistics import ActionStatistics, ReturnStatistics

__all__ = [
    "MLP",
    "ActionStatistics",
    "AverageQ",
    "AverageReturnMetric",
    "BehavioralEntropy",
    "Comparison",
    "Determinism",
    "EstimatedReturnImprovement",
    "EstimatedReturnImprovementMetric",
    "Finding",
    "GeneralizedBehavioralEntropyMetric",
    "Integrity",
    "Metric",
    "MetricResult",
    "Overlap",
    "QFunctionMetric",
    "QualityMetric",
    "Reference",
    "Report",
    "Results",
    "ReturnStatistics",
    "SACoMetric",
    "StateActionCoverage",
    "StateEntropy",
    "TrajectoryQuality",
    "__version__",
    "compare",
    "default_metrics",
    "evaluate_all",
    "flatten",
    "from_arrays",
    "report",
]
