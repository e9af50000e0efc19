"""The statistics that a header shows of its episode."""

import numpy as np
import pytest

from tupli_schemas.columns import EpisodeData
from tupli_schemas.statistics import statistics_of


def an_episode(rewards: list[float], dtype: str = "float64", *, terminated: bool = True) -> EpisodeData:
    return EpisodeData.from_arrays(
        observations=np.zeros((len(rewards) + terminated, 2)),
        actions=np.zeros(len(rewards), np.int64),
        rewards=np.array(rewards, dtype),
        terminated=terminated,
        truncated=not terminated,
    )


def test_the_statistics_are_those_of_the_steps() -> None:
    statistics = statistics_of(an_episode([1.0, -2.5, 4.0]))

    assert statistics.model_dump() == {
        "n_tuples": 3,
        "terminated": True,
        "truncated": False,
        "return": 2.5,
        "min_reward": -2.5,
        "max_reward": 4.0,
        "has_final_observation": True,
    }


def test_an_unknown_final_observation_and_a_truncation_are_said() -> None:
    statistics = statistics_of(an_episode([1.0], terminated=False))

    assert (statistics.terminated, statistics.truncated, statistics.has_final_observation) == (False, True, False)


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint64", "float16", "float32"])
def test_rewards_of_every_dtype_give_plain_numbers(dtype: str) -> None:
    statistics = statistics_of(an_episode([1, 0, 1], dtype))

    assert (statistics.return_, statistics.min_reward, statistics.max_reward) == (2.0, 0.0, 1.0)
    assert {type(value) for value in (statistics.return_, statistics.min_reward, statistics.max_reward)} == {float}


def test_small_rewards_of_a_narrow_dtype_do_not_overflow_in_their_sum() -> None:
    assert statistics_of(an_episode([127] * 300, "int8")).return_ == 127 * 300


@pytest.mark.parametrize(
    ("rewards", "expected"),
    [
        ([1.0, np.nan], (None, None, None)),
        ([1.0, np.inf], (None, 1.0, None)),
        ([-np.inf, np.inf], (None, None, None)),
        ([1.7e308, 1.7e308], (None, 1.7e308, 1.7e308)),
    ],
)
def test_what_is_not_finite_is_left_out(rewards: list[float], expected: tuple[float | None, ...]) -> None:
    statistics = statistics_of(an_episode(rewards))

    assert (statistics.return_, statistics.min_reward, statistics.max_reward) == expected
