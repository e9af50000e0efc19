"""Entropies: vectors by hand, closed forms, all pairs as the oracle, and the laws that a measure of coverage has to keep."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from scipy.special import digamma

from metric_data import cut, of_states
from tupli_metrics import BehavioralEntropy, Reference, StateEntropy, flatten
from tupli_metrics.entropy_formulas import behavioural, behavioural_discrete, log_ball_volume
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError, UnsupportedSpaceError

RNG = np.random.default_rng(0)
SPREADS = (1.0, 0.5, 2.0)


def kth_distances(points: np.ndarray, k: int) -> np.ndarray:
    return np.asarray(np.sort(cdist(points, points), axis=1)[:, k])


def all_pairs_entropy(points: np.ndarray, k: int) -> float:
    n, d = points.shape
    logs = np.log(kth_distances(points, k))
    return float(digamma(n) - digamma(k) + log_ball_volume(d) + d * logs.mean())


def test_three_points_by_hand() -> None:
    result = StateEntropy(k=1).evaluate(of_states(np.array([0.0, 1.0, 3.0])))

    assert result.value == pytest.approx(1.5 + 4 / 3 * math.log(2))


def test_the_unit_ball_has_its_known_volume() -> None:
    volumes = [math.exp(log_ball_volume(d)) for d in (1, 2, 3)]

    assert volumes == pytest.approx([2, math.pi, 4 / 3 * math.pi])


def test_a_normal_distribution_has_its_entropy() -> None:
    states = np.random.default_rng(0).normal(size=(10_000, 1))

    result = StateEntropy().evaluate(of_states(states))

    assert result.value == pytest.approx(0.5 * math.log(2 * math.pi * math.e), abs=0.03)
    assert result.std_error == pytest.approx(0.011, abs=0.003)


@pytest.mark.parametrize("d", [2, 6])
def test_a_uniform_box_has_the_logarithm_of_its_volume(d: int) -> None:
    states = np.random.default_rng(1).uniform(0, 3, (20_000, d))

    # Near the walls of a box neighbours are further off than inside, which the estimate counts as room: a little at d = 6.
    assert StateEntropy(queries=2000).evaluate(of_states(states)).value == pytest.approx(d * math.log(3), abs=0.08 * d)


@pytest.mark.parametrize(("n", "d", "k"), [(40, 1, 1), (200, 3, 5), (300, 7, 5), (120, 29, 3)])
def test_all_pairs_give_the_same_entropy(n: int, d: int, k: int) -> None:
    points = RNG.normal(size=(n, d)).cumsum(axis=0)

    assert StateEntropy(k=k).evaluate(cut(points)).value == pytest.approx(all_pairs_entropy(points, k))


def test_a_sample_of_queries_is_within_its_standard_error() -> None:
    points = RNG.normal(size=(5000, 3))

    exact = StateEntropy().evaluate(of_states(points)).value
    sampled = StateEntropy(queries=500, seed=3).evaluate(of_states(points))

    assert sampled.n_used == 500
    assert sampled.std_error is not None
    assert abs(sampled.value - exact) < 4 * sampled.std_error
    assert StateEntropy(queries=500, seed=3).evaluate(of_states(points)) == sampled


@given(st.floats(0.01, 100), st.integers(1, 6))
def test_multiplying_all_states_adds_the_dimension_times_its_logarithm(factor: float, d: int) -> None:
    points = np.random.default_rng(d).normal(size=(60, d))

    before, after = (StateEntropy(k=3).evaluate(of_states(p)).value for p in (points, factor * points))

    assert after - before == pytest.approx(d * math.log(factor), abs=1e-9)


def test_a_wider_data_set_has_more_entropy_whatever_the_scale() -> None:
    narrow, wide = (spread * np.random.default_rng(0).normal(size=(500, 2)) for spread in (1, 1000))
    reference = Reference(observation_scale=(7.0, 7.0))

    low, high = (StateEntropy().evaluate(of_states(states), reference=reference).value for states in (narrow, wide))

    assert high - low == pytest.approx(2 * math.log(1000))


def test_a_disjoint_cluster_raises_the_entropy() -> None:
    one, other = RNG.normal(size=(2000, 2)), RNG.normal(size=(2000, 2)) + 50

    alone = StateEntropy(n=2000).evaluate(of_states(one)).value
    both = StateEntropy(n=2000).evaluate(of_states(np.concatenate((one, other)))).value

    assert both - alone == pytest.approx(math.log(2), abs=0.1)


def test_an_offset_far_from_the_origin_changes_nothing() -> None:
    points = RNG.normal(size=(300, 6))

    before, after = (StateEntropy().evaluate(of_states(p)).value for p in (points, points + 2.0**30))

    assert after == pytest.approx(before, abs=1e-6)


@given(st.integers(1, 9), st.randoms(use_true_random=False))
def test_permuting_and_cutting_change_nothing(pieces: int, random: "np.random.Generator") -> None:
    points = np.random.default_rng(5).normal(size=(80, 5))
    order = list(range(80))
    random.shuffle(order)

    before, after = (
        StateEntropy().evaluate(data).value for data in (of_states(points), cut(points[order], pieces=pieces))
    )

    assert after == pytest.approx(before, rel=1e-12)


def test_repeated_states_count_once_and_are_reported() -> None:
    points = RNG.normal(size=(100, 2))

    once, thrice = (StateEntropy().evaluate(of_states(p)) for p in (points, np.concatenate([points] * 3)))

    assert thrice.value == pytest.approx(once.value)
    assert (once.details["duplicate_share"], thrice.details["duplicate_share"]) == (0, pytest.approx(2 / 3))


def test_rows_that_are_not_finite_are_left_out_with_a_warning() -> None:
    points = RNG.normal(size=(50, 2))
    spoilt = np.concatenate((points, [[np.nan, 0], [1e200, 0]]))

    result = StateEntropy().evaluate(of_states(spoilt))

    assert result.value == pytest.approx(StateEntropy().evaluate(of_states(points)).value)
    assert any("Left out: 2 rows" in warning for warning in result.warnings)


@pytest.mark.parametrize("states", [np.zeros((50, 3)), np.arange(5.0)])
def test_too_few_distinct_states_are_an_error_that_says_what_to_do(states: np.ndarray) -> None:
    with pytest.raises(InvalidDataError, match="too few for 5 neighbours"):
        StateEntropy().evaluate(of_states(states))


def test_raw_units_and_the_meaning_of_the_number_are_warned_of() -> None:
    data = of_states(RNG.normal(size=(50, 2)))

    bare = StateEntropy().evaluate(data).warnings
    scaled = StateEntropy(scale=(1.0, 2.0)).evaluate(data).warnings

    assert any("own units" in warning for warning in bare)
    assert not any("own units" in warning for warning in scaled)
    assert all(any("no absolute number" in warning for warning in some) for some in (bare, scaled))


@pytest.mark.parametrize("kind", [tuple, list, np.array])
def test_a_scale_is_any_sequence_of_numbers(kind: Callable[[list[float]], Any]) -> None:
    data = of_states(RNG.normal(size=(50, 2)))

    scaled = StateEntropy(scale=kind([1.0, 2.0])).evaluate(data)

    assert scaled.value == pytest.approx(StateEntropy().evaluate(data).value - math.log(2), abs=1)
    assert BehavioralEntropy(1.0, scale=kind([1.0, 2.0])).evaluate(data).details["state_entropy"] == scaled.value


def test_a_scale_of_another_width_is_refused() -> None:
    with pytest.raises(InvalidDataError, match="points have 2"):
        StateEntropy(scale=(1.0,)).evaluate(of_states(RNG.normal(size=(50, 2))))


def test_discrete_states_have_the_entropy_of_their_shares() -> None:
    result = StateEntropy().evaluate(of_states(np.array([0, 0, 1, 2])))

    assert result.value == pytest.approx(1.5 * math.log(2))
    assert result.details["kind"] == "discrete"


def test_pairs_with_discrete_actions_add_the_entropy_of_the_actions() -> None:
    rng = np.random.default_rng(0)
    states, actions = rng.normal(size=(20_000, 1)), rng.integers(0, 4, 20_000)

    result = StateEntropy(space="obs_act").evaluate(of_states(states, actions))

    assert result.value == pytest.approx(0.5 * math.log(2 * math.pi * math.e) + math.log(4), abs=0.05)
    assert result.name == "state_action_entropy"


def test_pairs_with_continuous_actions_are_points_of_both() -> None:
    states, actions = RNG.normal(size=(300, 2)), RNG.normal(size=(300, 1))

    result = StateEntropy(space="obs_act", scale=SPREADS).evaluate(of_states(states, actions))

    points = np.concatenate((states, actions), axis=1) / np.array(SPREADS)
    assert result.value == pytest.approx(all_pairs_entropy(points, 5))


def test_pairs_of_discrete_states_and_actions_have_the_entropy_of_their_shares() -> None:
    result = StateEntropy(space="obs_act").evaluate(of_states(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])))

    assert result.value == pytest.approx(math.log(4))


def test_dicts_need_features_and_the_error_says_so() -> None:
    observations = {"a": RNG.normal(size=(40, 2)), "b": RNG.normal(size=(40, 2, 2))}
    data = [
        EpisodeData.from_arrays(
            observations=observations, actions=np.zeros(40), rewards=np.zeros(40), terminated=True, truncated=False
        )
    ]

    with pytest.raises(UnsupportedSpaceError, match="features="):
        StateEntropy().evaluate(data)
    points = np.concatenate((observations["a"], observations["b"].reshape(40, 4)), axis=1)
    assert StateEntropy(features=flatten).evaluate(data).value == pytest.approx(all_pairs_entropy(points, 5))


def test_features_of_a_wrong_shape_are_refused() -> None:
    with pytest.raises(InvalidDataError, match=r"shape \(50, d\)"):
        StateEntropy(features=lambda batch: batch.sum()).evaluate(of_states(np.zeros((50, 2))))


@given(st.floats(0.1, 5), st.integers(2, 30))
def test_uniform_shares_have_the_logarithm_of_their_number_for_any_alpha(alpha: float, outcomes: int) -> None:
    assert behavioural_discrete(np.full(outcomes, 3), alpha) == pytest.approx(math.log(outcomes))


def test_behavioural_entropy_of_shares_by_hand() -> None:
    assert behavioural_discrete(np.array([2, 1, 1]), 1.0) == pytest.approx(1.5 * math.log(2))
    assert BehavioralEntropy(0.7).evaluate(of_states(np.array([0, 1, 2, 3]))).value == pytest.approx(math.log(4))
    assert BehavioralEntropy(0.7).evaluate(of_states(np.array([4, 4]))).value == 0


def test_the_practical_form_by_hand() -> None:
    assert behavioural(np.array([1.0]), 1.0, 1) == pytest.approx(math.log(2) / 2)


@pytest.mark.parametrize("alpha", [0.5, 1.0, 1.7])
def test_behavioural_entropy_is_its_formula_on_the_distances_of_all_pairs(alpha: float) -> None:
    points = RNG.normal(size=(150, 3))

    result = BehavioralEntropy(alpha).evaluate(cut(points))

    distances = kth_distances(points, 5)
    weights = math.log(3) ** (1 - alpha) * np.log(1 + distances) ** alpha
    assert result.value == pytest.approx(float((distances * weights * np.exp(-weights)).mean()))
    assert result.details["state_entropy"] == pytest.approx(all_pairs_entropy(points, 5))


def test_the_plug_in_form_is_the_mean_of_minus_the_logarithm_of_the_density_for_alpha_1() -> None:
    points = RNG.normal(size=(150, 2))

    density = 5 / (149 * math.pi * kth_distances(points, 5) ** 2)
    details = BehavioralEntropy(1.0).evaluate(of_states(points)).details
    assert details["be_plugin"] == pytest.approx(float(-np.log(density).mean()))


def test_the_plug_in_form_is_for_few_dimensions() -> None:
    assert "be_plugin" not in BehavioralEntropy(1.0).evaluate(of_states(RNG.normal(size=(150, 4)))).details


def test_one_dimension_needs_a_representation_dimension_unless_alpha_is_1() -> None:
    data = of_states(RNG.normal(size=(50, 1)))

    with pytest.raises(InvalidDataError, match="rep_dim"):
        BehavioralEntropy(0.5).evaluate(data)
    assert BehavioralEntropy(0.5, rep_dim=2).evaluate(data).value > 0
    assert BehavioralEntropy(1.0).evaluate(data).value > 0


@pytest.mark.parametrize("alpha", [0.0, -1.0, math.nan])
def test_alpha_is_positive(alpha: float) -> None:
    with pytest.raises(InvalidDataError, match="alpha"):
        BehavioralEntropy(alpha).evaluate(of_states(RNG.normal(size=(50, 2))))
