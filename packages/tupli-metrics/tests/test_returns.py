"""Trajectory quality and estimated return improvement: vectors by hand, laws and edges."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metric_data import episode, with_returns
from tupli_metrics import EstimatedReturnImprovement, Reference, TrajectoryQuality
from tupli_metrics.passes import gather
from tupli_metrics.rewards import Rewards
from tupli_schemas.errors import InvalidDataError

RETURNS = st.lists(st.floats(-1e3, 1e3, width=32), min_size=1, max_size=12)
EPISODES = st.lists(st.lists(st.floats(-10, 10, width=32), min_size=1, max_size=8), min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("returns", "low", "high", "expected"),
    [((3, 2), 0, 10, 0.25), ((-200, -100), -200, -120, 0.625), ((12,), 0, 10, 1.2), ((-5, -5), 0, 10, -0.5)],
)
def test_trajectory_quality_is_the_mean_return_between_its_limits(
    returns: tuple[float, ...], low: float, high: float, expected: float
) -> None:
    result = TrajectoryQuality(low, high).evaluate(with_returns(*returns))

    assert result.value == pytest.approx(expected)
    assert result.n_used == len(returns)


def test_trajectory_quality_discounts_when_asked() -> None:
    episodes = [episode([1, 1, 1]), episode([1])]  # returns 1.75 and 1

    result = TrajectoryQuality(0, 5, gamma=0.5).evaluate(episodes)

    assert result.value == pytest.approx(0.275)


def test_trajectory_quality_has_the_standard_error_of_a_mean() -> None:
    result = TrajectoryQuality(0, 10).evaluate(with_returns(2, 4, 6))

    assert result.std_error == pytest.approx(2 / math.sqrt(3) / 10)
    assert TrajectoryQuality(0, 10).evaluate(with_returns(2)).std_error is None


def test_trajectory_quality_takes_its_limits_from_a_reference() -> None:
    reference = Reference.from_metadata({"ref_min_score": 0, "ref_max_score": 10, "author": "somebody"})

    assert TrajectoryQuality().evaluate(with_returns(3, 2), reference=reference).value == pytest.approx(0.25)


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (2.0, 1.0), (0.0, math.nan)])
def test_trajectory_quality_refuses_limits_that_do_not_ascend(low: float, high: float) -> None:
    with pytest.raises(InvalidDataError, match="greater than return_min"):
        TrajectoryQuality(low, high).evaluate(with_returns(1, 2))


def test_trajectory_quality_says_which_limit_is_missing() -> None:
    with pytest.raises(InvalidDataError, match="needs return_max"):
        TrajectoryQuality(return_min=0).evaluate(with_returns(1))


def test_open_episodes_are_left_out_with_a_warning() -> None:
    episodes = [*with_returns(3, 2), episode([100], terminated=False)]

    result = TrajectoryQuality(0, 10).evaluate(episodes)

    assert result.value == pytest.approx(0.25)
    assert "1 open episode." in result.warnings[0]


def test_data_without_any_end_is_used_with_a_warning() -> None:
    result = TrajectoryQuality(0, 10).evaluate([episode([3], terminated=False), episode([2], terminated=False)])

    assert result.value == pytest.approx(0.25)
    assert "No episode has an end" in result.warnings[0]


@pytest.mark.parametrize("metric", [TrajectoryQuality(0, 1), EstimatedReturnImprovement()])
def test_parts_of_episodes_have_no_return(metric: TrajectoryQuality | EstimatedReturnImprovement) -> None:
    whole = episode([1, 2, 3])

    with pytest.raises(InvalidDataError, match="tuple filter"):
        metric.evaluate([whole, whole.slice(0, 2)])


def test_rewards_that_are_not_finite_are_refused() -> None:
    with pytest.raises(InvalidDataError, match="infinite: 1 reward, so"):
        EstimatedReturnImprovement().evaluate([episode([1.0, math.nan]), episode([2.0])])


def test_no_episodes_at_all_are_refused() -> None:
    with pytest.raises(InvalidDataError, match="there are no episodes"):
        EstimatedReturnImprovement().evaluate([])


@pytest.mark.parametrize(
    ("returns", "expected"),
    [((10, 20, 30), 0.5), ((-10, 0, 10), 1.0), ((0, 0, 9), 2.0), ((7,), 0.0), ((-3, -3), 0.0), ((0, 0), 0.0)],
)
def test_estimated_return_improvement_compares_the_best_with_the_mean(
    returns: tuple[float, ...], expected: float
) -> None:
    assert EstimatedReturnImprovement().evaluate(with_returns(*returns)).value == pytest.approx(expected)


def test_one_episode_comes_with_a_warning() -> None:
    assert "one episode" in EstimatedReturnImprovement().evaluate(with_returns(7)).warnings[0]


def test_one_metric_measures_two_data_sets_like_two_fresh_ones() -> None:
    used = EstimatedReturnImprovement()

    values = [used.evaluate(with_returns(*returns)).value for returns in ((-100, 0, 50), (-10, 0, 10))]

    fresh = [EstimatedReturnImprovement().evaluate(with_returns(*r)).value for r in ((-100, 0, 50), (-10, 0, 10))]
    assert values == fresh


def test_min_return_of_the_task_makes_data_sets_comparable() -> None:
    metric = EstimatedReturnImprovement(min_return=-20)

    assert metric.evaluate(with_returns(-10, 0, 10)).value == pytest.approx(0.5)
    with pytest.raises(InvalidDataError, match="above a return"):
        metric.evaluate(with_returns(-21, 0))


def test_the_variant_of_the_95th_percentile_is_in_the_details() -> None:
    returns = np.arange(1.0, 101.0)

    details = EstimatedReturnImprovement().evaluate(with_returns(*returns)).details

    assert details["p95"] == pytest.approx((np.percentile(returns, 95) - returns.mean()) / returns.mean())


@given(EPISODES, st.sampled_from([1.0, 0.9, 0.5, 0.0]))
def test_returns_are_the_sums_that_the_definition_says(rewards: list[list[float]], gamma: float) -> None:
    columns = gather([episode(r) for r in rewards], (Rewards(),))[Rewards()]

    expected = [sum(gamma**t * r for t, r in enumerate(one)) for one in rewards]
    assert columns.returns(gamma) == pytest.approx(np.array(expected), abs=1e-9)


@given(EPISODES, st.sampled_from([1.0, 0.9, 0.5, 0.0]))
def test_returns_to_go_follow_their_recursion(rewards: list[list[float]], gamma: float) -> None:
    columns = gather([episode(r) for r in rewards], (Rewards(),))[Rewards()]

    expected = [sum(gamma**i * r for i, r in enumerate(one[t:])) for one in rewards for t in range(len(one))]
    assert columns.returns_to_go(gamma) == pytest.approx(np.array(expected), abs=1e-9)


@given(RETURNS, st.randoms(use_true_random=False))
def test_the_order_of_episodes_changes_nothing(returns: list[float], random: "np.random.Generator") -> None:
    shuffled = returns.copy()
    random.shuffle(shuffled)

    for metric in (TrajectoryQuality(-1, 1), EstimatedReturnImprovement()):
        before, after = (metric.evaluate(with_returns(*values)).value for values in (returns, shuffled))
        assert after == pytest.approx(before, rel=1e-9, abs=1e-9)


@given(RETURNS)
def test_improvement_is_never_negative(returns: list[float]) -> None:
    assert EstimatedReturnImprovement().evaluate(with_returns(*returns)).value >= 0
