"""The recorder: columns in the dtypes of the spaces, every value exact, copied, and what is odd said once."""

import warnings
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from hypothesis import given
from hypothesis import strategies as st

from any_episode import any_info_value, same
from truth import equal
from tupli_client.recorder import EpisodeRecorder
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError, UnsupportedSpaceError
from tupli_schemas.text_column import TextColumn

BOX = spaces.Box(-1, 1, (2,), np.float32)
SWITCH = spaces.Discrete(2)


def recorded(
    observations: list[Any],
    actions: list[Any] | None = None,
    rewards: list[Any] | None = None,
    said: list[dict[Any, Any]] | None = None,
    **settings: Any,
) -> EpisodeData:
    """The episode of these values; what is not given is of no interest."""
    steps = len(observations) - 1
    recorder = EpisodeRecorder(settings.pop("observation_space", BOX), settings.pop("action_space", SWITCH), **settings)
    return record(recorder, observations, actions or [0] * steps, rewards or [0.0] * steps, said or [{}] * steps)


def record(
    recorder: EpisodeRecorder, observations: list[Any], actions: list[Any], rewards: list[Any], infos: list[Any]
) -> EpisodeData:
    recorder.begin(observations[0])
    for row, action in enumerate(actions):
        recorder.act(action)
        recorder.add(observations[row + 1], rewards[row], row + 1 == len(actions), False, infos[row])
    data = recorder.finish()
    recorder.notice_outliers(data)
    return data


def zeros(rows: int) -> list[Any]:
    return [np.zeros(2, np.float32)] * rows


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


def test_observations_wider_than_their_space_are_recorded_exactly_and_noticed_once() -> None:
    third = np.array([1 / 3, 0])
    recorder = EpisodeRecorder(BOX, SWITCH)

    with pytest.warns(UserWarning, match=r"observations are float64, but their space says float32") as noticed:
        data = record(recorder, [zeros(1)[0], third, third], [0, 0], [0.0, 0.0], [{}, {}])
    again = record(recorder, [third, third], [0], [0.0], [{}])

    assert len(noticed) == 1
    assert noticed[0].filename == __file__
    assert np.asarray(data.all_observations).dtype == np.asarray(again.all_observations).dtype == np.float64
    assert np.asarray(data.all_observations).tolist() == [[0, 0], [1 / 3, 0], [1 / 3, 0]]


@pytest.mark.filterwarnings("ignore:observations of step 1 are outside")
def test_integers_outside_the_dtype_of_their_space_are_recorded_exactly() -> None:
    with pytest.warns(UserWarning, match="recorded as int64, exactly"):
        data = recorded([[1], [300]], observation_space=spaces.Box(0, 255, (1,), np.uint8))

    assert np.asarray(data.all_observations).tolist() == [[1], [300]]


@pytest.mark.filterwarnings("ignore:observations")
def test_what_no_dtype_holds_is_refused_instead_of_rounded() -> None:
    space = spaces.Box(-np.inf, np.inf, (1,), np.float64)

    with pytest.raises(InvalidDataError, match="no dtype holds all observations exactly"):
        recorded([[0.5], np.array([2**53 + 1])], observation_space=space)
    with pytest.raises(InvalidDataError, match="actions hold no number as large as"):
        recorded(zeros(2), [2**70])


def test_observations_of_another_shape_than_their_space_are_recorded_as_they_are() -> None:
    with pytest.warns(UserWarning, match=r"observations have shape \(3,\), but their space says \(2,\)"):
        data = recorded([np.ones(3, np.float32)] * 2)

    assert np.asarray(data.all_observations).shape == (2, 3)


@pytest.mark.parametrize("odd", [np.zeros(3, np.float32), [1, [2]], "north", None, {"x": 1}, b"ab", object()])
def test_a_value_without_a_place_in_its_column_is_refused(odd: Any) -> None:
    recorder = EpisodeRecorder(BOX, BOX)
    recorder.begin(np.zeros(2, np.float32))
    recorder.act(np.zeros(2, np.float32))
    recorder.add(np.zeros(2, np.float32), 0.0, False, False, {})

    with pytest.raises(InvalidDataError, match="actions"):
        recorder.act(odd)


@pytest.mark.parametrize("value", [{"a": 1}, [1], (1, 2), "text"])
def test_a_value_without_the_parts_of_its_space_is_refused(value: Any) -> None:
    space = spaces.Dict({"a": SWITCH, "b": SWITCH})

    with pytest.raises(InvalidDataError, match="observations are dicts of"):
        EpisodeRecorder(space, SWITCH).begin(value)


def test_parts_that_the_space_does_not_have_are_left_out_with_a_warning() -> None:
    space = spaces.Dict({"a": SWITCH})

    with pytest.warns(UserWarning, match=r"observations have keys that their space lacks: \['b'\]"):
        data = recorded([{"a": 1, "b": 2}] * 2, observation_space=space)

    assert data[0].observation == {"a": 1}


@pytest.mark.parametrize(
    ("space", "values", "outlier"),
    [
        (BOX, [[0, 0], [0, 1.5]], "array"),
        (BOX, [[0, 0], [np.nan, 0]], "nan"),
        (SWITCH, [0, 2], "2"),
        (spaces.Discrete(2, start=5), [5, 4], "4"),
        (spaces.MultiBinary(1), [[1], [2]], "2"),
        (spaces.MultiDiscrete([2, 2]), [[1, 1], [0, 2]], "2"),
        (spaces.Text(3), ["abc", "abcd"], "abcd"),
        (spaces.Tuple((SWITCH, SWITCH)), [(0, 1), (0, 7)], "7"),
    ],
)
def test_values_outside_their_space_are_recorded_as_they_are_and_noticed_once(
    space: spaces.Space[Any], values: list[Any], outlier: str
) -> None:
    recorder = EpisodeRecorder(BOX, space)

    with pytest.warns(UserWarning, match=rf"actions\S* of step 1 are outside .*{outlier}") as noticed:
        data = record(recorder, zeros(3), values, [0.0, 0.0], [{}, {}])
    record(recorder, zeros(3), values, [0.0, 0.0], [{}, {}])

    assert len(noticed) == 1
    assert all(equal(step.action, value) for step, value in zip(data, values, strict=True))


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


@pytest.mark.parametrize("reward", [[1.0, 2.0], 1j, "much", None, np.datetime64("2026-01-01")])
def test_a_reward_that_is_not_one_real_number_is_refused_at_once(reward: Any) -> None:
    recorder = EpisodeRecorder(BOX, SWITCH)
    recorder.begin(np.zeros(2, np.float32))
    recorder.act(0)

    with pytest.raises(InvalidDataError, match="rewards"):
        recorder.add(np.zeros(2, np.float32), reward, False, False, {})


@pytest.mark.parametrize("text", [7, b"ab", None, "half of a pair: \ud83d"])
def test_text_that_is_none_is_refused_at_once(text: Any) -> None:
    with pytest.raises(InvalidDataError, match="observations are valid text, but step 0 has"):
        EpisodeRecorder(spaces.Text(9), SWITCH).begin(text)


@pytest.mark.parametrize(
    ("policy", "kept"),
    [("all", {"a": 1, "b": "x"}), ("none", {}), (["b", "missing"], {"b": "x"}), ([], {})],
)
def test_infos_are_kept_by_policy(policy: Any, kept: dict[str, Any]) -> None:
    data = recorded(zeros(3), said=[{"a": 1, "b": "x"}, {}], infos=policy)

    assert [step.info for step in data] == [kept, {}]


def test_a_policy_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidDataError, match="infos are 'all', 'none' or a list of keys, not 'kwh'"):
        EpisodeRecorder(BOX, SWITCH, infos="kwh")


@given(values=st.lists(any_info_value(), min_size=1, max_size=4))
def test_any_info_with_a_portable_form_comes_back_as_it_was(values: list[Any]) -> None:
    data = recorded(zeros(len(values) + 1), said=[{"key": value} for value in values])

    assert all(same(step.info["key"], value) for step, value in zip(data, values, strict=True))


@pytest.mark.parametrize("odd", [object(), [lambda: 0], {"deep": {1, 2}}, np.array([None]), np.zeros(1, "i4,i4")])
def test_an_info_without_a_portable_form_is_left_out_with_a_warning_that_names_its_key(odd: Any) -> None:
    with pytest.warns(UserWarning, match=r"info\['engine'\].*it is not recorded") as noticed:
        data = recorded(zeros(3), said=[{"engine": odd, "kwh": 1.5}] * 2)

    assert len(noticed) == 1
    assert [step.info for step in data] == [{"kwh": 1.5}] * 2


def test_an_info_key_that_is_no_text_is_left_out_with_a_warning() -> None:
    with pytest.warns(UserWarning, match="info key 7 is not a str"):
        data = recorded(zeros(2), said=[{7: 1, "a": 2}])

    assert data[0].info == {"a": 2}


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


def test_a_space_without_columns_is_refused_with_what_to_do() -> None:
    with pytest.raises(UnsupportedSpaceError, match="observations of a Sequence space") as refused:
        EpisodeRecorder(spaces.Sequence(SWITCH), SWITCH)

    assert refused.value.hint is not None
    assert "deactivate_recording()" in refused.value.hint
