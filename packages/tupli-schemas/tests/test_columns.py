"""The columnar episode: nothing is coerced, nothing is copied, and no two steps become neighbours that were not."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given

from any_episode import any_episode, arrays_of, same, same_steps
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.trees import leaves
from tupli_schemas.tuples import RLTuple


def an_episode(steps: int = 5, *, final: bool = True, **columns: Any) -> EpisodeData:
    """Observations count up from 0, actions from 10, rewards from 0.5."""
    given: dict[str, Any] = {
        "observations": np.arange(2.0 * (steps + final)).reshape(-1, 2).astype(np.float32),
        "actions": np.arange(10, 10 + steps),
        "rewards": np.arange(steps) + 0.5,
        "terminated": True,
        "truncated": False,
    }
    return EpisodeData.from_arrays(**(given | columns))


class TestFromArrays:
    def test_the_arrays_are_used_as_they_are(self) -> None:
        observations, actions = (
            np.zeros((4, 3), ">f2"),
            {"a": np.zeros(3, np.complex64), "b": (np.zeros((3, 0), np.int8),)},
        )

        data = an_episode(3, observations=observations, actions=actions, rewards=np.zeros(3, np.float16))

        assert data.all_observations is observations
        assert [leaf.dtype for _, leaf in leaves(data.actions) if isinstance(leaf, np.ndarray)] == [
            np.complex64,
            np.int8,
        ]
        assert data.rewards.dtype == np.float16

    def test_observations_and_next_observations_are_views_of_one_array(self) -> None:
        data = an_episode(3)

        before, after = data.observations, data.next_observations

        assert isinstance(before, np.ndarray)
        assert isinstance(after, np.ndarray)
        assert before.base is after.base is not None
        assert same(before[1:], after[:-1])
        assert data.next_known.tolist() == [True, True, True]

    def test_an_unknown_final_observation_is_masked_not_invented(self) -> None:
        data = an_episode(3, final=False, observations={"x": np.ones((3, 2), np.int8), "said": ["a", "b", "c"]})

        after: Any = data.next_observations

        assert not data.has_final_observation
        assert data.next_known.tolist() == [True, True, False]
        assert after["x"].mask.tolist() == [[False, False], [False, False], [True, True]]
        assert after["x"].dtype == np.int8
        assert list(after["said"]) == ["b", "c", ""]
        assert data[1].next_observation is not None
        assert data[2].next_observation is None

    def test_one_bool_ends_the_last_step_only(self) -> None:
        data = an_episode(3, terminated=np.bool_(False), truncated=True)

        assert data.terminated.tolist() == [False, False, False]
        assert data.truncated.tolist() == [False, False, True]

    def test_an_episode_may_have_an_open_end(self) -> None:
        assert not an_episode(terminated=False).terminated.any()

    def test_lists_of_rows_become_columns(self) -> None:
        data = an_episode(2, observations=[{"x": 1, "s": "a"}] * 3, actions=[(0, np.float32(1))] * 2, rewards=[1, 2])

        assert same(data[0].action, (np.int64(0), np.float32(1)))
        assert same(data[0].observation, {"x": np.int64(1), "s": "a"})
        assert data.rewards.dtype == np.int64

    def test_whatever_numpy_can_read_is_a_column(self) -> None:
        class Tensor:
            def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray:
                return np.arange(6, dtype=np.float32).reshape(3, 2)

        assert same(an_episode(2, observations=Tensor()).all_observations, Tensor().__array__())

    @pytest.mark.parametrize(
        ("columns", "problem"),
        [
            ({"rewards": np.zeros(0)}, "this is an empty episode"),
            ({"rewards": []}, "this is an empty episode"),
            ({"rewards": np.zeros((5, 1))}, "rewards are one real number for each step"),
            ({"rewards": np.zeros(5, np.complex64)}, "rewards are one real number for each step"),
            ({"rewards": 3.0}, "rewards are one real number for each step"),
            ({"rewards": np.zeros(7)}, "there are 6 observations for 7 rewards"),
            (
                {"observations": np.zeros((4, 2))},
                "there are 4 observations for 5 rewards; there must be as many, or one more",
            ),
            ({"observations": np.zeros((7, 2))}, "there are 7 observations for 5 rewards"),
            ({"observations": {"a": np.zeros(5), "b": np.zeros(6)}}, "differ in their number of rows"),
            ({"observations": {}}, "no column"),
            ({"observations": np.zeros(())}, "observations is a single value, not a column"),
            ({"observations": np.array([None] * 6)}, "observations has dtype object, which cannot be stored"),
            ({"observations": np.zeros(6, [("x", "f4")])}, "observations has dtype"),
            ({"observations": np.ma.masked_array(np.zeros(6), [True] * 6)}, "observations has masked values"),
            ({"observations": {"a\ud800": np.zeros(6)}}, "not a str of valid Unicode"),
            ({"actions": np.zeros(4)}, "actions has 4 rows where there must be 5"),
            ({"actions": {"a": (np.zeros(5), np.zeros(6))}}, "actions/a/1 has 6 rows where there must be 5"),
            ({"actions": [1, 2, 3, 4, object()]}, "actions has dtype object"),
            ({"terminated": np.zeros(5, np.int8)}, "terminated is one bool for each of 5 steps, not int8"),
            ({"truncated": np.zeros(4, np.bool_)}, "truncated is one bool for each of 5 steps"),
            ({"truncated": np.zeros((5, 1), np.bool_)}, "truncated is one bool for each of 5 steps"),
            ({"truncated": [False, False, True, False, False]}, "step 2 is truncated, but 2 steps follow it"),
            ({"terminated": [True, False, True, False, True]}, "step 0 is terminated, but 4 steps follow it"),
            ({"infos": [{}] * 4}, "there are 4 infos for 5 steps"),
            ({"infos": [{}, {}, {}, {}, [1]]}, r"infos\[4\] is list, not a dict"),
            ({"infos": {"x": 5}}, "infos/x is int, not a column"),
            ({"infos": {"x": []}}, "infos/x has 0 rows where there must be 5"),
            ({"infos": {"x": np.zeros(())}}, "infos/x is a single value, not a column"),
            ({"infos": {"x": np.zeros(4)}}, "infos/x has 4 rows where there must be 5"),
        ],
    )
    def test_columns_that_do_not_fit_together_are_refused(self, columns: dict[str, Any], problem: str) -> None:
        with pytest.raises(InvalidDataError, match=problem):
            an_episode(**columns)


class TestFromTuples:
    @given(any_episode())
    def test_the_tuples_of_an_episode_make_the_episode(self, data: EpisodeData) -> None:
        assume(
            not any(leaf.ndim == 1 and leaf.dtype.kind in "SU" for leaf in arrays_of(data))
        )  # their rows forget the column's width

        again = EpisodeData.from_tuples(list(data))

        assert same_steps(again, data)

    def test_python_values_get_the_dtypes_that_python_means(self) -> None:
        data = EpisodeData.from_tuples(
            [
                RLTuple(observation=0, action=1, reward=1.0, info={"a": 1}, next_observation=5),
                RLTuple(observation=5, action=0, reward=0.0, truncated=True),
            ]
        )

        assert same(data.all_observations, np.array([0, 5], np.int64))
        assert not data.has_final_observation
        assert data[0].info == {"a": 1}
        assert data.truncated.tolist() == [False, True]

    def test_tuples_that_were_not_neighbours_do_not_become_neighbours(self) -> None:
        steps = list(an_episode())

        with pytest.raises(InvalidDataError, match="next_observation of tuple 1 is not the observation of tuple 2"):
            EpisodeData.from_tuples([*steps[:2], *steps[3:]])

    def test_no_tuples_are_no_episode(self) -> None:
        with pytest.raises(InvalidDataError, match="this is an empty episode"):
            EpisodeData.from_tuples([])

    def test_a_step_after_the_end_is_refused(self) -> None:
        steps = [
            RLTuple(observation=1, action=1, reward=1, terminated=True),
            RLTuple(observation=1, action=1, reward=1),
        ]

        with pytest.raises(InvalidDataError, match="step 0 is terminated, but 1 steps follow it"):
            EpisodeData.from_tuples(steps)


class TestSteps:
    def test_a_row_is_what_was_seen_done_and_received(self) -> None:
        step = an_episode(3, infos=[{"n": 0}, {"n": 1}, {}])[1]

        assert same(step.observation, np.array([2, 3], np.float32))
        assert same(step.next_observation, np.array([4, 5], np.float32))
        assert same((step.action, step.reward), (np.int64(11), np.float64(1.5)))
        assert (step.terminated, step.truncated, step.info) == (False, False, {"n": 1})

    def test_rows_count_from_the_end_too_and_stop_there(self) -> None:
        data = an_episode(3)

        assert data[-1].terminated
        assert len(list(data)) == len(data) == 3
        with pytest.raises(IndexError):
            data[3]

    def test_the_return_is_summed_in_float64(self) -> None:
        assert an_episode(2, rewards=np.array([60000, 60000], np.float16)).return_ == 120000.0
        assert an_episode(2, rewards=np.array([np.inf, 1])).return_ == np.inf
        assert np.isnan(an_episode(2, rewards=np.array([np.inf, -np.inf])).return_)
        assert an_episode(2, rewards=[True, True]).return_ == 2.0

    def test_its_size_counts_every_column(self) -> None:
        assert an_episode(4).nbytes == 5 * 2 * 4 + 4 * 8 + 4 * 8 + 4 + 4
        assert an_episode(4, infos={"x": np.zeros(4)}).nbytes == an_episode(4).nbytes + 32

    def test_its_repr_says_the_essentials(self) -> None:
        assert (
            repr(an_episode(5))
            == "EpisodeData(5 tuples, return 12.5, terminated, observations float32[2], actions int64)"
        )
        assert repr(an_episode(5).slice(0, 2)).startswith(
            "EpisodeData(2 tuples of a longer episode, return 2, open end,"
        )


class TestEquality:
    @pytest.mark.parametrize(
        "columns",
        [
            {"actions": np.arange(10, 15, dtype=np.int32)},
            {"actions": {"a": np.arange(10, 15)}},
            {"rewards": np.arange(5) + 0.25},
            {"terminated": False},
            {"truncated": True},
            {"infos": [{"a": 1}] * 5},
            {"observations": np.zeros((5, 2), np.float32)},
        ],
    )
    def test_episodes_that_differ_in_anything_are_not_equal(self, columns: dict[str, Any]) -> None:
        assert an_episode().equals(an_episode())
        assert not an_episode().equals(an_episode(**columns))
        assert not an_episode(**columns).equals(an_episode())

    def test_a_whole_episode_is_not_equal_to_a_piece_of_one(self) -> None:
        assert not an_episode(6).slice(0, 5).equals(an_episode(5, terminated=False))
