"""What the recorder does with values that their spaces do not expect: recorded exactly and noticed once, or refused at once."""

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces

import recordings
from recordings import BOX, SWITCH, record, recorded, zeros
from truth import equal
from tupli_client.recorder import EpisodeRecorder
from tupli_schemas.errors import InvalidDataError, UnsupportedSpaceError


def test_observations_wider_than_their_space_are_recorded_exactly_and_noticed_once() -> None:
    third = np.array([1 / 3, 0])
    recorder = EpisodeRecorder(BOX, SWITCH)

    with pytest.warns(UserWarning, match=r"observations are float64, but their space says float32") as noticed:
        data = record(recorder, [zeros(1)[0], third, third], [0, 0], [0.0, 0.0], [{}, {}])
    again = record(recorder, [third, third], [0], [0.0], [{}])

    assert len(noticed) == 1
    assert noticed[0].filename == recordings.__file__  # the caller's line, not one of ours
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


def test_a_space_without_columns_is_refused_with_what_to_do() -> None:
    with pytest.raises(UnsupportedSpaceError, match="observations of a Sequence space") as refused:
        EpisodeRecorder(spaces.Sequence(SWITCH), SWITCH)

    assert refused.value.hint is not None
    assert "deactivate_recording()" in refused.value.hint
