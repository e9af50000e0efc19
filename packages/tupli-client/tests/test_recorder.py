"""The recorder: columns in the dtypes of the spaces, every value exact, copied, and in its place."""

import warnings
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

from recordings import BOX, SWITCH, record, recorded, zeros
from tupli_client.recorder import EpisodeRecorder
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.text_column import TextColumn


def test_a_step_holds_the_observation_before_its_action_and_the_one_after() -> None:
    before, after = np.array([0.25, 0.5], np.float32), np.array([0.75, 1], np.float32)

    data = recorded([before, after], [1], [2.5])

    (step,) = data
    assert step.observation.tolist() == [0.25, 0.5]
    assert (step.action, step.reward) == (1, 2.5)
    assert step.next_observation.tolist() == [0.75, 1]
    assert (step.terminated, step.truncated) == (True, False)


@pytest.mark.parametrize(
    ("space", "values", "dtype"),
    [
        (SWITCH, [0, np.int64(1), np.array(1), np.array([0]), True, np.uint8(1)], "int64"),
        (spaces.Discrete(3, start=-1), [-1, np.int32(1), 0], "int64"),
        (spaces.MultiBinary(2), [[0, 1], np.array([1, 1]), (True, False)], "int8"),
        (spaces.MultiDiscrete([3, 4]), [[2, 3], np.array([0, 1], np.int32)], "int64"),
        (
            spaces.Box(-2, 2, (1,), np.float32),
            [0.5, [1], np.float64(0.25), np.array([[1.5]]), np.float16(1)],
            "float32",
        ),
        (spaces.Box(0, 255, (2, 1), np.uint8), [np.zeros((2, 1), np.uint8), [[1], [255]], np.array([3, 4])], "uint8"),
    ],
    ids=["switch", "shifted", "bits", "choices", "number", "image"],
)
def test_a_value_may_have_any_form_that_python_or_numpy_give_it(
    space: spaces.Space[Any], values: list[Any], dtype: str
) -> None:
    data = recorded(zeros(len(values) + 1), values, action_space=space)

    assert isinstance(data.actions, np.ndarray)
    assert np.asarray(data.actions).dtype == dtype
    shape = space.shape or ()
    assert np.asarray(data.actions).shape == (len(values), *shape)
    assert np.asarray(data.actions).tolist() == [np.reshape(value, shape).tolist() for value in values]


def test_dicts_tuples_and_text_nest_as_their_spaces_do() -> None:
    space = spaces.Dict(
        {"word": spaces.Text(2, charset="é012"), "pair": spaces.Tuple((SWITCH, spaces.Dict({"at": BOX})))}
    )
    values = [{"word": f"é{i}", "pair": (i % 2, {"at": np.full(2, i / 4, np.float32)})} for i in range(3)]

    data = recorded(values, observation_space=space)

    assert isinstance(data.all_observations, dict)
    assert isinstance(data.all_observations["word"], TextColumn)
    assert [step.observation["word"] for step in data] == ["é0", "é1"]
    assert [step.observation["pair"][0] for step in data] == [0, 1]
    assert data[1].next_observation["pair"][1]["at"].tolist() == [0.5, 0.5]


def test_values_are_copied_when_they_are_given() -> None:
    recorder, buffer, action = EpisodeRecorder(BOX, BOX), np.zeros(2, np.float32), np.zeros(2, np.float32)
    info: dict[str, Any] = {"array": np.zeros(1), "list": [[0]], "dict": {"inner": [0]}}

    recorder.begin(buffer)
    for value in (0.25, 0.5):
        action[:] = value
        recorder.act(action)
        action[:] = buffer[:] = value
        info["array"][0] = info["list"][0][0] = info["dict"]["inner"][0] = value
        recorder.add(buffer, value, False, value == 0.5, info)
    data = recorder.finish()

    assert np.asarray(data.all_observations)[:, 0].tolist() == [0, 0.25, 0.5]
    assert np.asarray(data.actions)[:, 1].tolist() == [0.25, 0.5]
    assert [step.info for step in data] == [
        {"array": np.array([value]), "list": [[value]], "dict": {"inner": [value]}} for value in (0.25, 0.5)
    ]


def test_what_a_finished_episode_holds_is_not_touched_by_the_next_one() -> None:
    recorder = EpisodeRecorder(BOX, SWITCH)
    first = record(recorder, [np.full(2, i / 4, np.float32) for i in range(4)], [0, 1, 0], [1.0, 2.0, 3.0], [{}] * 3)

    record(recorder, zeros(3), [1, 1], [0.0, 0.0], [{}] * 2)

    assert np.asarray(first.all_observations)[:, 0].tolist() == [0, 0.25, 0.5, 0.75]
    assert np.asarray(first.actions).tolist() == [0, 1, 0]
    assert first.rewards.tolist() == [1, 2, 3]


def test_an_episode_may_be_longer_than_any_before() -> None:
    observations = [np.array([i / 1000, -i / 1000], np.float32) for i in range(1001)]

    data = recorded(observations, [i % 2 for i in range(1000)], [float(i) for i in range(1000)])

    assert np.array_equal(np.asarray(data.all_observations), np.stack(observations))
    assert data.rewards.tolist() == list(range(1000))


def test_infinities_and_nans_are_data() -> None:
    space = spaces.Box(-np.inf, np.inf, (2,), np.float32)
    odd = np.array([np.inf, -np.inf], np.float32)

    data = recorded([odd, odd], rewards=[float("nan")], observation_space=space)

    assert data[0].observation.tolist() == odd.tolist()
    assert np.isnan(data.rewards[0])


@pytest.mark.parametrize(
    ("rewards", "dtype"),
    [
        ([1.0, 0.1], "float64"),
        ([1, 2], "int64"),
        ([np.float32(0.1), np.float32(1)], "float32"),
        ([np.float32(1), 0.1], "float64"),
        ([1, 0.5], "float64"),
        ([np.array([0.5]), np.array(1.0)], "float64"),
        ([2**60 + 1, 0], "int64"),
        ([True, False], "bool"),
    ],
)
def test_rewards_keep_their_values_and_the_dtype_of_the_first(rewards: list[Any], dtype: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = recorded(zeros(3), rewards=rewards)

    assert data.rewards.dtype == dtype
    assert data.rewards.tolist() == [np.asarray(reward).item() for reward in rewards]


def test_an_unknown_last_observation_stays_unknown() -> None:
    recorder = EpisodeRecorder(BOX, SWITCH)
    recorder.begin(np.zeros(2, np.float32))
    recorder.act(0)

    recorder.add(None, 1.0, False, True, {})
    data = recorder.finish()

    assert not data.has_final_observation
    assert data[0].next_observation is None


def test_a_step_after_the_end_is_refused() -> None:
    recorder = EpisodeRecorder(BOX, SWITCH)
    recorder.begin(np.zeros(2, np.float32))
    recorder.act(0)
    recorder.add(np.zeros(2, np.float32), 1.0, True, False, {})

    with pytest.raises(InvalidDataError, match="the episode ended after 1 steps; begin another one"):
        recorder.add(np.zeros(2, np.float32), 1.0, False, False, {})


def test_an_action_without_an_answer_did_not_happen() -> None:
    recorder = EpisodeRecorder(BOX, SWITCH)
    recorder.begin(np.zeros(2, np.float32))
    recorder.act(0)
    recorder.act(1)
    recorder.add(np.ones(2, np.float32), 1.0, True, False, {})

    assert [step.action for step in recorder.finish()] == [1]


def test_an_episode_without_steps_is_none() -> None:
    recorder = EpisodeRecorder(BOX, SWITCH)
    recorder.begin(np.zeros(2, np.float32))

    with pytest.raises(InvalidDataError, match="empty"):
        recorder.finish()
