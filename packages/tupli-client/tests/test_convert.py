"""Converters against the environment's own log of what happened: across borders, truncations, interruptions and filters."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logged_env import ACTION_SPACE, OBSERVATION_SPACE, LoggedEnv, Transition, play
from tupli_client.convert import to_d4rl, to_numpy
from tupli_client.selections.episode import SelectedEpisode
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.spaces import DictSpec, MultiBinarySpec, TextSpec, TupleSpec
from tupli_schemas.text_column import TextColumn

ENDS = ("terminated", "truncated", "both", "open")
PLANS = st.lists(
    st.tuples(st.integers(1, 6), st.sampled_from(ENDS), st.booleans(), st.integers(0, 63)), min_size=1, max_size=5
)


def play_all(plans: list[tuple[int, str, bool, int]]) -> tuple[LoggedEnv, list[SelectedEpisode]]:
    """Episodes as planned (length, end, whether the final observation is known, which steps are selected as bits)."""
    env = LoggedEnv()
    episodes = []
    for length, end, final, bits in plans:
        chosen = np.array([bool(bits >> row & 1) for row in range(length)])
        episodes.append(SelectedEpisode(play(env, length, end, final=final), mask=chosen))
    return env, episodes


def log_of(env: LoggedEnv) -> dict[tuple[float, ...], Transition]:
    return {line.observation: line for line in env.log}


def expected_rows(episodes: list[SelectedEpisode], drop_unknown: bool) -> list[tuple[float, ...]]:
    """The observations of the rows that must come out, in order."""
    return [
        tuple(step.observation)
        for episode in episodes
        for row, step in enumerate(episode.data)
        if episode.mask is not None
        and episode.mask[row]
        and not (drop_unknown and step.next_observation is None and not step.terminated)
    ]


def assert_true_to_the_log(log: dict[tuple[float, ...], Transition], columns: dict[str, Any]) -> None:
    """Every row is what happened, and rows are neighbours in the arrays only if they were in the environment."""
    rows = list(map(tuple, columns["observations"]))
    border = columns["terminals"] | columns["timeouts"]
    for row, observation in enumerate(rows):
        line = log[observation]
        assert columns["actions"][row] == line.action
        assert columns["rewards"][row] == line.reward
        assert columns["terminals"][row] == line.terminated
        is_followed = row + 1 < len(rows) and rows[row + 1] == line.next_observation and not line.terminated
        assert border[row] == (not is_followed)
    assert not (columns["terminals"] & columns["timeouts"]).any()


# ------------------------------------------------------------------------------------------------------------------ numpy


@settings(deadline=None)
@given(plans=PLANS)
def test_every_row_is_what_happened_and_every_border_is_marked(plans: list[tuple[int, str, bool, int]]) -> None:
    env, episodes = play_all(plans)

    steps = to_numpy(episodes)

    assert list(map(tuple, np.asarray(steps.observations).reshape(-1, 2))) == expected_rows(
        episodes, drop_unknown=False
    )
    if len(steps.rewards):
        assert_true_to_the_log(log_of(env), steps._asdict())


def test_whole_episodes_go_in_as_they_are() -> None:
    env = LoggedEnv()
    episodes = [play(env, 3, "terminated"), play(env, 2, "truncated"), play(env, 2, "both"), play(env, 1, "open")]

    observations, actions, rewards, terminals, timeouts = to_numpy(episodes)

    assert np.asarray(observations)[:, 1].tolist() == [0, 1, 2, 0, 1, 0, 1, 0]
    assert np.asarray(actions).tolist() == [line.action for line in env.log]
    assert rewards.tolist() == [line.reward for line in env.log]
    assert terminals.astype(int).tolist() == [0, 0, 1, 0, 0, 0, 1, 0]
    assert timeouts.astype(int).tolist() == [0, 0, 0, 0, 1, 0, 0, 1]


def an_episode(observations: Any, actions: Any = (0, 1), rewards: Any = (0.0, 1.0)) -> EpisodeData:
    return EpisodeData.from_arrays(
        observations=observations,
        actions=np.asarray(actions),
        rewards=np.asarray(rewards),
        terminated=True,
        truncated=False,
    )


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float16", "float32", "float64", "bool", ">f4"])
def test_dtypes_are_those_of_the_data(dtype: str) -> None:
    episodes = [an_episode(np.zeros((3, 2), dtype), np.zeros(2, dtype), np.zeros(2, dtype)) for _ in range(2)]

    steps = to_numpy(episodes)

    assert [np.asarray(column).dtype for column in steps[:3]] == [np.dtype(dtype)] * 3


def test_episodes_of_different_precision_share_the_dtype_that_holds_both() -> None:
    steps = to_numpy([an_episode(np.ones((3, 1), np.float32)), an_episode(np.full((3, 1), 0.1))])

    assert np.asarray(steps.observations).tolist() == [[1], [1], [0.1], [0.1]]


def test_dict_and_tuple_spaces_become_trees_and_text_stays_text() -> None:
    def of(first: int, words: list[str]) -> EpisodeData:
        image = np.arange(first, first + 3).reshape(3, 1, 1)
        return an_episode({"image": image, "goal": (["x"] * 3, words)})

    chosen = SelectedEpisode(of(10, ["ä", "", "c"]), mask=np.array([False, True]))
    observations: Any = to_numpy([of(0, ["a", "bb", "c"]), chosen]).observations

    assert observations["image"].reshape(-1).tolist() == [0, 1, 11]
    assert list(observations["goal"][0]) == ["x"] * 3
    assert list(observations["goal"][1]) == ["a", "bb", ""]


def test_arrays_are_the_callers_own() -> None:
    data = an_episode(np.zeros((3, 2)))

    np.asarray(to_numpy([data]).observations)[:] = 7

    assert not np.asarray(data.observations).any()


@pytest.mark.parametrize(
    ("other", "message"),
    [
        (
            np.zeros((3, 5)),
            "the observations of an episode of no storage are float64[4], those of an episode of no storage are float64[5]",
        ),
        ({"a": np.zeros((3, 4))}, "are float64[4], those of an episode of no storage are {a: float64[4]}"),
        (["a", "b", "c"], "are float64[4], those of an episode of no storage are text"),
        (np.array([["a"] * 4] * 3), "<U1 and float64"),
    ],
)
def test_episodes_that_do_not_fit_together_are_refused(other: Any, message: str) -> None:
    with pytest.raises(InvalidDataError, match=re.escape(message)):
        to_numpy([an_episode(np.zeros((3, 4))), an_episode(other)])


def test_no_steps_have_the_form_of_the_space() -> None:
    space = DictSpec(spaces={
        "box": OBSERVATION_SPACE,
        "rest": TupleSpec(spaces=(MultiBinarySpec(shape=(3,)), TextSpec(min_length=0, max_length=5, characters="ab"))),
    })  # fmt: skip

    steps = to_numpy([], observation_space=space, action_space=ACTION_SPACE)
    observations: Any = steps.observations

    assert (observations["box"].shape, observations["box"].dtype) == ((0, 2), np.float32)
    assert observations["rest"][0].shape == (0, 3)
    assert isinstance(observations["rest"][1], TextColumn)
    assert np.asarray(steps.actions).dtype == np.int64
    assert steps.terminals.shape == (0,)
    assert steps.timeouts.dtype == np.bool_
    assert {name: len(column) for name, column in to_d4rl([], observation_space=OBSERVATION_SPACE).items()} == {
        "observations": 0, "actions": 0, "next_observations": 0, "rewards": 0, "terminals": 0, "timeouts": 0,
    }  # fmt: skip


# ------------------------------------------------------------------------------------------------------------------- D4RL


@pytest.mark.filterwarnings("ignore:the observation after")
@settings(deadline=None)
@given(plans=PLANS)
def test_every_next_observation_is_the_one_that_followed(plans: list[tuple[int, str, bool, int]]) -> None:
    env, episodes = play_all(plans)
    log = log_of(env)

    columns = to_d4rl(episodes)

    rows = list(map(tuple, columns["observations"].reshape(-1, 2)))
    assert rows == expected_rows(episodes, drop_unknown=True)
    if rows:
        assert_true_to_the_log(log, columns)
    for row, following in zip(rows, map(tuple, columns["next_observations"].reshape(-1, 2)), strict=True):
        assert following == log[row].next_observation or (log[row].terminated and following == row)


def test_steps_after_which_nothing_is_known_are_left_out_with_a_warning() -> None:
    env = LoggedEnv()
    episodes = [play(env, 3, "truncated", final=False), play(env, 2, "open", final=False), play(env, 2, "terminated")]

    with pytest.warns(UserWarning, match="the observation after 2 steps is unknown: they were left out"):
        columns = to_d4rl(episodes)

    assert columns["rewards"].tolist() == [0.01, 0.02, 1.01, 2.01, 2.02]
    assert columns["timeouts"].tolist() == [False, True, True, False, False]


def test_a_terminated_step_is_kept_though_nobody_knows_what_followed() -> None:
    columns = to_d4rl([play(LoggedEnv(), 2, "terminated", final=False)])

    assert columns["terminals"].tolist() == [False, True]
    assert columns["next_observations"].tolist() == [[0, 1], [0, 1]]


def test_unknown_next_observations_can_be_repeated_or_refused() -> None:
    data = play(LoggedEnv(), 2, "truncated", final=False)

    repeated = to_d4rl([data], unknown_next="repeat")

    assert repeated["next_observations"].tolist() == [[0, 1], [0, 1]]
    assert repeated["timeouts"].tolist() == [False, True]
    with pytest.raises(InvalidDataError, match="after 1 steps is unknown"):
        to_d4rl([data], unknown_next="refuse")


def test_text_has_next_observations_too() -> None:
    columns = to_d4rl([an_episode(["a", "b", "c"])])

    assert list(columns["next_observations"]) == ["b", "c"]
