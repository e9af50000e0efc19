"""The metric classes of PyTupli 1.2.9: their names and arguments, our numbers. The docs say where and why the two differ."""

import warnings
from typing import Any, Self

import numpy as np

from tupli_metrics.base import Metric, MetricResult
from tupli_metrics.coverage import StateActionCoverage
from tupli_metrics.entropy import BehavioralEntropy
from tupli_metrics.features import Features
from tupli_metrics.q_values import AverageQ
from tupli_metrics.reference import Reference
from tupli_metrics.returns import EstimatedReturnImprovement, TrajectoryQuality
from tupli_metrics.sources import Data, from_arrays
from tupli_metrics.statistics import ReturnStatistics


class Number(float):
    """A plain number, as older code expects it, with the full result behind it, as in ``number.details``."""

    result: MetricResult

    def __new__(cls, result: MetricResult) -> Self:
        number = super().__new__(cls, result.value)
        number.result = result
        return number

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "result"), name)


class QualityMetric:
    """A metric with the older ``evaluate(dataset) -> float``."""

    metric: Metric
    reference: Reference | None = None

    def evaluate(self, data: Data) -> Number:
        """The number for a loaded ``TupliDataset``, or any other form of data."""
        return Number(self.metric.evaluate(data, reference=self.reference))


class AverageReturnMetric(QualityMetric):
    """Trajectory quality if ``normalization_range`` is given, otherwise the mean return. Its discount is .99 unless you say 1."""

    def __init__(self, gamma: float = 0.99, normalization_range: tuple[float, float] | None = None) -> None:
        limits = normalization_range
        self.metric = ReturnStatistics(gamma) if limits is None else TrajectoryQuality(*limits, gamma=gamma)


class EstimatedReturnImprovementMetric(QualityMetric):
    """Estimated return improvement. Its discount is .99 unless you say 1."""

    def __init__(self, gamma: float = 0.99, min_return: float | None = None) -> None:
        self.metric = EstimatedReturnImprovement(min_return, gamma)


class SACoMetric(QualityMetric):
    """State-action coverage; the number of distinct pairs without reference arrays. Counting is exact, with or without HyperLogLog."""

    def __init__(
        self,
        environment: Any = None,  # noqa: ARG002  # the published signature
        reference_states: Any = None,
        reference_actions: Any = None,
        use_hyperloglog: bool = True,  # noqa: ARG002
        observation_preprocessor: Features | None = None,
    ) -> None:
        self.metric = StateActionCoverage(features=observation_preprocessor)
        if reference_states is not None and reference_actions is not None:
            none = np.zeros(len(reference_actions))
            pairs = from_arrays(observations=reference_states, actions=reference_actions, rewards=none, terminated=none)
            self.reference = Reference.from_data(pairs, features=observation_preprocessor)


class GeneralizedBehavioralEntropyMetric(QualityMetric):
    """Behavioural entropy. States are never scaled by their own spread, which made the number blind to coverage."""

    def __init__(
        self,
        rep_dim: int,
        alpha: float = 0.7,
        num_knn: int = 10,
        use_mean_normalization: bool = True,  # noqa: ARG002  # the published signature
        knn_clip: float = 0.0,
        use_knn_avg: bool = False,
        device: str = "cpu",
        observation_encoder: Any = None,
    ) -> None:
        if knn_clip or use_knn_avg:
            message = "knn_clip and use_knn_avg have no effect: the distance to the k-th neighbour is used as it is"
            warnings.warn(message, UserWarning, stacklevel=2)
        features = None if observation_encoder is None else Encoder(observation_encoder, device)
        self.metric = BehavioralEntropy(alpha, num_knn, rep_dim, features=features)


class QFunctionMetric(QualityMetric):
    """Average Q of the behaviour policy, or of ``evaluation_policy``, in closed form: no network is trained."""

    def __init__(
        self,
        env: Any = None,  # noqa: ARG002  # the published signature
        network_arch: Any = None,  # noqa: ARG002
        network_kwargs: Any = None,  # noqa: ARG002
        gamma: float = 0.99,
        *,
        evaluation_policy: Features | None = None,
        **training: Any,
    ) -> None:
        if unknown := training.keys() - {"lr", "batch_size", "iterations", "target_update_rate", "device"}:
            raise TypeError(f"QFunctionMetric has no argument {min(unknown)!r}")
        self.metric = AverageQ("auto" if evaluation_policy is None else "fqe", gamma, evaluation_policy)


class Encoder:
    """A torch module (or any other callable) as ``features``: it sees batches of float32 and returns (n, d) numbers."""

    def __init__(self, module: Any, device: str = "cpu") -> None:
        self._module, self._device = module, device

    def __call__(self, observations: Any) -> Any:
        if not hasattr(self._module, "parameters"):
            return self._module(observations)
        import torch

        with torch.no_grad():
            return self._module(torch.as_tensor(np.asarray(observations, np.float32), device=self._device))


def MLP(in_dim: int, out_dim: int, hidden: tuple[int, ...] = (256, 256)) -> Any:  # noqa: N802  # the published name of a class
    """A torch network of linear layers with ReLU between them. Needs the extra ``torch``; no metric needs it."""
    from torch import nn

    sizes = (in_dim, *hidden)
    layers = [part for a, b in zip(sizes, hidden, strict=False) for part in (nn.Linear(a, b), nn.ReLU())]
    return nn.Sequential(*layers, nn.Linear(sizes[-1], out_dim))
