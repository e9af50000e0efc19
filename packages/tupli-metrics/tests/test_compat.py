"""The older metric classes: their names, arguments and ways of use, and numbers that are right."""

import math

import numpy as np
import pytest

from metric_data import episode, of_states, with_returns
from tupli_metrics import (
    AverageReturnMetric,
    EstimatedReturnImprovementMetric,
    GeneralizedBehavioralEntropyMetric,
    QFunctionMetric,
    SACoMetric,
)
from tupli_metrics.compat import QualityMetric

RNG = np.random.default_rng(0)
STATES = RNG.normal(size=(60, 3))


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        (AverageReturnMetric(gamma=1.0, normalization_range=(0, 10)), 0.25),
        (AverageReturnMetric(), 2.5),
        (EstimatedReturnImprovementMetric(gamma=1.0), 0.2),
        (EstimatedReturnImprovementMetric(min_return=0), 0.2),
        (SACoMetric(None, use_hyperloglog=False), 1),
        (QFunctionMetric(None, gamma=0.9, iterations=3), 2.5),
    ],
    ids=["quality", "mean return", "improvement", "improvement of a task", "coverage", "average q"],
)
def test_older_metrics_return_plain_numbers(metric: QualityMetric, expected: float) -> None:
    number = metric.evaluate(with_returns(3, 2))

    assert isinstance(number, float)
    assert number == pytest.approx(expected)
    assert np.mean([number, number]) == number


def test_the_full_result_stands_behind_the_number() -> None:
    number = AverageReturnMetric(1.0, (0, 10)).evaluate(with_returns(3, 2))

    assert number.result.name == "trajectory_quality"
    assert number.n_used == 2
    with pytest.raises(AttributeError):
        _ = number.nonsense


def test_a_metric_remembers_nothing_of_the_data_before() -> None:
    metric = EstimatedReturnImprovementMetric(gamma=1.0)

    metric.evaluate(with_returns(-100, 0))

    assert metric.evaluate(with_returns(10, 20, 30)) == pytest.approx(0.5)


def test_coverage_is_that_of_the_reference_arrays() -> None:
    metric = SACoMetric(None, reference_states=np.arange(10), reference_actions=np.zeros(10, int))

    assert metric.evaluate(of_states(np.array([0, 1, 1, 1, 2, 2, 2, 2, 2, 2]))) == pytest.approx(0.3)


def test_coverage_of_what_a_preprocessor_makes_of_states() -> None:
    rounded = SACoMetric(
        None, STATES, np.zeros(60, int), observation_preprocessor=lambda batch: np.round(batch[:, :1]).astype(int)
    )

    assert float(rounded.evaluate(of_states(STATES))) == 1


def test_behavioural_entropy_takes_encoders() -> None:
    plain = GeneralizedBehavioralEntropyMetric(rep_dim=3, num_knn=5).evaluate(of_states(STATES))
    encoded = GeneralizedBehavioralEntropyMetric(rep_dim=3, num_knn=5, observation_encoder=lambda batch: batch[:, :2])

    assert plain.params["alpha"] == 0.7
    assert encoded.evaluate(of_states(STATES)).details["d"] == 2


def test_a_torch_encoder_sees_tensors_and_needs_no_gradient() -> None:
    torch = pytest.importorskip("torch")

    metric = GeneralizedBehavioralEntropyMetric(rep_dim=2, observation_encoder=torch.nn.Linear(3, 2))

    assert metric.evaluate(of_states(STATES)).details["d"] == 2


def test_settings_without_effect_are_warned_of() -> None:
    with pytest.warns(UserWarning, match="no effect"):
        GeneralizedBehavioralEntropyMetric(rep_dim=3, use_knn_avg=True)


def test_a_wider_data_set_is_no_longer_the_same_number() -> None:
    metric = GeneralizedBehavioralEntropyMetric(rep_dim=3)

    one, wide = (metric.evaluate(of_states(factor * STATES)) for factor in (0.01, 1))

    assert wide.details["state_entropy"] - one.details["state_entropy"] == pytest.approx(3 * math.log(100))


def test_cut_episodes_go_on_in_thought() -> None:
    loop = [episode([1.0] * 5, np.zeros((6, 1)), terminated=False, truncated=True)]

    assert QFunctionMetric(None, gamma=0.9).evaluate(loop) == pytest.approx(10, abs=1e-4)
    policy = QFunctionMetric(None, gamma=0.9, evaluation_policy=lambda batch: np.zeros(len(batch), int))
    assert policy.evaluate(loop) == pytest.approx(10, abs=1e-4)
