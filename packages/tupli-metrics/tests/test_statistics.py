"""Statistics of returns and actions, determinism and overlap: numpy's own functions and closed forms as oracles."""

import math

import numpy as np
import pytest

from metric_data import episode, of_states, with_returns
from tupli_metrics import ActionStatistics, Determinism, Overlap, Reference, ReturnStatistics
from tupli_schemas.errors import InvalidDataError, UnsupportedSpaceError

RNG = np.random.default_rng(0)


def test_return_statistics_are_those_of_numpy() -> None:
    returns = RNG.normal(size=50)

    result = ReturnStatistics().evaluate(with_returns(*returns))

    assert result.value == pytest.approx(returns.mean())
    assert result.std_error == pytest.approx(returns.std(ddof=1) / math.sqrt(50))
    assert result.details["p95"] == pytest.approx(np.percentile(returns, 95))
    assert result.details["sd"] == pytest.approx(returns.std(ddof=1))
    assert result.details["positive_side_variance"] == pytest.approx(
        np.mean(np.maximum(returns - returns.mean(), 0) ** 2)
    )


def test_lengths_sparsity_and_ends_are_counted() -> None:
    data = [
        episode([0, 0, 1]),
        episode([0], terminated=False, truncated=True),
        episode([5, 0], terminated=False),
    ]

    result = ReturnStatistics().evaluate(data)

    assert result.details["lengths"] == pytest.approx(
        {"min": 1, "p5": 1.1, "p25": 1.5, "median": 2, "p75": 2.5, "p95": 2.9, "max": 3, "mean": 2}
    )
    assert result.details["reward_sparsity"] == pytest.approx(4 / 6)
    assert [result.details[end] for end in ("terminated", "truncated", "open", "partial")] == [1, 1, 1, 0]
    assert result.value == 0.5  # of the two finished ones
    assert "1 open episode." in result.warnings[0]


def test_parts_of_episodes_are_listed_but_marked() -> None:
    result = ReturnStatistics().evaluate([episode([1, 2, 3]).slice(0, 2)])

    assert result.value == 3
    assert result.details["partial"] == 1
    assert "no returns" in result.warnings[0]


def test_one_episode_has_no_standard_deviation() -> None:
    result = ReturnStatistics().evaluate(with_returns(7))

    assert (result.value, result.std_error, result.details["sd"]) == (7, None, None)


def test_discrete_actions_have_shares_and_an_entropy() -> None:
    result = ActionStatistics().evaluate(of_states(np.zeros(4), np.array([2, 0, 0, 10])))

    assert result.details["shares"] == {"0": 0.5, "2": 0.25, "10": 0.25}
    assert list(result.details["shares"]) == ["0", "2", "10"]
    assert result.value == pytest.approx(1.5 * math.log(2))


def test_actions_of_several_whole_numbers_are_named_together() -> None:
    actions = np.array([[0, 1], [0, 1], [1, 1]])

    assert ActionStatistics().evaluate(of_states(np.zeros(3), actions)).details["shares"] == pytest.approx(
        {"(0, 1)": 2 / 3, "(1, 1)": 1 / 3}
    )


def test_continuous_actions_have_statistics_of_each_dimension() -> None:
    actions = np.stack((np.linspace(0, 1, 20_000), np.full(20_000, 3.0)), axis=1)

    result = ActionStatistics().evaluate(of_states(np.zeros(20_000), actions))

    uniform, constant = result.details["dimensions"]
    assert uniform["entropy"] == pytest.approx(math.log(20), abs=1e-6)
    assert (uniform["mean"], uniform["sd"]) == (pytest.approx(0.5), pytest.approx(actions[:, 0].std(ddof=1)))
    assert (constant["entropy"], constant["min"], constant["max"]) == (0, 3, 3)
    assert result.value == pytest.approx(math.log(20) / 2, abs=1e-6)


def test_actions_that_are_all_nan_have_no_statistics() -> None:
    assert ActionStatistics().evaluate(of_states(np.zeros(3), np.full((3, 1), np.nan))).details["dimensions"] == []


def test_actions_that_the_state_decides_are_deterministic() -> None:
    states = RNG.normal(size=(3000, 2))

    discrete = Determinism().evaluate(of_states(states, (states[:, 0] > 0).astype(int)))
    continuous = Determinism().evaluate(of_states(states, states @ np.ones((2, 1))))

    assert discrete.value > 0.9
    assert continuous.value > 0.98


@pytest.mark.parametrize(
    "actions", [RNG.integers(0, 3, 4000), RNG.normal(size=(4000, 2))], ids=["discrete", "continuous"]
)
def test_actions_that_ignore_the_state_have_no_determinism(actions: np.ndarray) -> None:
    result = Determinism().evaluate(of_states(RNG.normal(size=(4000, 2)), actions))

    assert result.std_error is not None
    assert abs(result.value) < 4 * result.std_error


def test_noise_of_a_known_share_is_found() -> None:
    """A = s + noise, with variances 3 and 1: the state decides three quarters."""
    states = RNG.normal(size=(20_000, 1)) * math.sqrt(3)
    actions = states + RNG.normal(size=(20_000, 1))

    assert Determinism().evaluate(of_states(states, actions)).value == pytest.approx(0.75, abs=0.02)


def test_states_that_come_again_are_their_own_neighbours() -> None:
    states = RNG.integers(0, 4, 2000)

    assert Determinism().evaluate(of_states(states, states % 2)).value == 1


def test_equal_actions_leave_nothing_to_decide() -> None:
    result = Determinism().evaluate(of_states(RNG.normal(size=(50, 2))))

    assert result.value == 1
    assert "nothing to decide" in result.warnings[0]


def test_determinism_needs_more_steps_than_neighbours() -> None:
    with pytest.raises(InvalidDataError, match="too few for 10"):
        Determinism().evaluate(of_states(np.zeros(10)))


def test_two_samples_of_one_distribution_overlap_by_definition() -> None:
    one, other = RNG.normal(size=(2, 4000, 3))

    result = Overlap().evaluate(of_states(one), of_states(other))

    assert result.value == pytest.approx(0.95, abs=0.02)
    assert result.details["reverse"] == pytest.approx(0.95, abs=0.02)
    assert result.details["shared_pairs"] == 0


def test_disjoint_data_does_not_overlap() -> None:
    states = RNG.normal(size=(500, 2))

    assert Overlap().evaluate(of_states(states), of_states(states + 100)).value == 0


def test_a_part_lies_within_the_whole_but_not_the_reverse() -> None:
    whole = RNG.uniform(0, 1, (4000, 2))
    part = RNG.uniform(0, 1, (4000, 2)) * [0.25, 1]

    result = Overlap().evaluate(of_states(whole), of_states(part))

    assert result.value > 0.9
    assert result.details["reverse"] == pytest.approx(0.25, abs=0.05)


def test_sizes_are_matched_before_they_are_compared() -> None:
    many, few = RNG.normal(size=(6000, 2)), RNG.normal(size=(600, 2))

    assert Overlap().evaluate(of_states(many), of_states(few)).value == pytest.approx(0.95, abs=0.03)
    assert Overlap().evaluate(of_states(few), of_states(many)).value == pytest.approx(0.95, abs=0.03)


def test_exact_pairs_are_shared() -> None:
    states = RNG.normal(size=(40, 2))

    details = Overlap().evaluate(of_states(states), of_states(np.concatenate((states[:10], states[:10] + 1)))).details

    assert (details["shared_pairs"], details["shared_of_data"], details["shared_of_other"]) == (10, 0.25, 0.5)


def test_discrete_states_overlap_where_they_are_the_same() -> None:
    result = Overlap().evaluate(of_states(np.array([0, 1, 2])), of_states(np.array([0, 0, 5, 6])))

    assert result.value == 0.5
    assert result.details["reverse"] == pytest.approx(1 / 3)


def test_the_scale_of_a_reference_decides_what_is_near() -> None:
    one, other = RNG.normal(size=(500, 2)), RNG.normal(size=(500, 2)) + np.array([0, 1e-3])
    tiny = Reference(observation_scale=(1.0, 1e-6))

    assert Overlap().evaluate(of_states(one), of_states(other)).value > 0.9
    assert (
        Overlap().evaluate(of_states(one * [1, 1e-6]), of_states(other * [1, 1e-6] + [0, 1]), reference=tiny).value == 0
    )


def test_overlap_of_texts_needs_features() -> None:
    data = [episode([0.0] * 8, ["go"] * 8)]

    with pytest.raises(UnsupportedSpaceError, match="features="):
        Overlap().evaluate(data, data)
