"""The d3rlpy dataset against the environment's own log: every transition that can be learned from, and no other."""

from pathlib import Path
from typing import Any

import d3rlpy
import numpy as np
import pytest
from d3rlpy.constants import ActionSpace
from hypothesis import given, settings
from hypothesis import strategies as st

from logged_env import ACTION_SPACE, LoggedEnv, play, record, store_benchmark
from tupli_client import FileStorage, TupliDataset
from tupli_client.convert import to_d3rlpy
from tupli_client.selections.episode import SelectedEpisode
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError, UnsupportedSpaceError
from tupli_schemas.spaces import BoxSpec, DiscreteSpec, MultiDiscreteSpec

ENDS = ("terminated", "truncated", "both", "open")
PLANS = st.lists(
    st.tuples(st.integers(1, 6), st.sampled_from(ENDS), st.booleans(), st.integers(0, 63)), min_size=1, max_size=4
)


def transitions(dataset: Any) -> list[Any]:
    """Every transition that d3rlpy would draw from."""
    pick = dataset.transition_picker
    return [pick(episode, row) for episode in dataset.episodes for row in range(episode.transition_count)]


@pytest.mark.filterwarnings("ignore:the observation after")
@settings(deadline=None)
@given(plans=PLANS)
def test_d3rlpy_learns_from_every_selected_transition_as_it_happened(plans: list[tuple[int, str, bool, int]]) -> None:
    env = LoggedEnv()
    episodes, expected = [], []
    for length, end, final, bits in plans:
        first = len(env.log)
        chosen = np.array([bool(bits >> row & 1) for row in range(length)])
        episodes.append(SelectedEpisode(play(env, length, end, final=final), mask=chosen))
        usable = [final or line.terminated or row < length - 1 for row, line in enumerate(env.log[first:])]
        expected += [
            line
            for line, is_chosen, is_usable in zip(env.log[first:], chosen, usable, strict=True)
            if is_chosen and is_usable
        ]
    if not expected:
        return

    found = transitions(to_d3rlpy(episodes, action_space=ACTION_SPACE))

    assert len(found) == len(expected)
    for one, line in zip(found, expected, strict=True):
        assert tuple(one.observation) == line.observation
        assert (one.action.item(), one.reward.item(), one.terminal) == (
            line.action,
            line.reward,
            float(line.terminated),
        )
        assert line.terminated or tuple(one.next_observation) == line.next_observation


def test_without_keep_last_the_last_step_of_a_truncated_episode_is_lost() -> None:
    env = LoggedEnv()
    episodes = [play(env, 4, "truncated"), play(env, 3, "terminated")]

    kept = to_d3rlpy(episodes, action_space=ACTION_SPACE)
    lost = to_d3rlpy(episodes, action_space=ACTION_SPACE, keep_last=False)

    assert len(transitions(kept)) == 7
    assert len(transitions(lost)) == 6
    assert [episode.size() for episode in kept.episodes] == [5, 3]
    assert [episode.size() for episode in lost.episodes] == [4, 3]
    assert [episode.compute_return() for episode in kept.episodes] == [data.return_ for data in episodes]


def test_the_benchmarks_space_says_how_many_actions_there_are(tmp_path: Path) -> None:
    data = play(LoggedEnv(), 3, "terminated", seed=3)
    assert set(np.asarray(data.actions)) != {0, 1, 2}

    dataset = to_d3rlpy([data], action_space=ACTION_SPACE)

    assert dataset.dataset_info.action_space == ActionSpace.DISCRETE
    assert dataset.dataset_info.action_size == 3


def with_actions(actions: Any, observations: Any = None) -> EpisodeData:
    observations = np.zeros((4, 2), np.float32) if observations is None else observations
    return EpisodeData.from_arrays(
        observations=observations, actions=np.asarray(actions), rewards=np.zeros(3), terminated=True, truncated=False
    )


@pytest.mark.parametrize("space", [None, BoxSpec(low=-1.0, high=1.0, shape=(1,), dtype="float32")])
def test_whole_floats_are_still_continuous(space: BoxSpec | None) -> None:
    dataset = to_d3rlpy([with_actions(np.array([[0], [1], [1]], np.float32))], action_space=space)

    assert dataset.dataset_info.action_space == ActionSpace.CONTINUOUS
    assert dataset.dataset_info.action_size == 1


def test_actions_of_any_box_become_vectors() -> None:
    space = BoxSpec(low=-1.0, high=1.0, shape=(2, 3), dtype="float64")

    dataset = to_d3rlpy([with_actions(np.arange(18.0).reshape(3, 2, 3))], action_space=space)

    assert dataset.dataset_info.action_size == 6
    assert dataset.episodes[0].actions[1].tolist() == [6, 7, 8, 9, 10, 11]


def test_discrete_actions_are_counted_from_0() -> None:
    dataset = to_d3rlpy([with_actions([5, 7, 6])], action_space=DiscreteSpec(n=3, start=5))

    assert dataset.episodes[0].actions.tolist() == [[0], [2], [1]]
    assert dataset.dataset_info.action_size == 3


def test_an_unknown_number_of_actions_is_asked_for(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    record(storage, store_benchmark(storage), play(LoggedEnv(), 3, "terminated"))
    dataset = TupliDataset(storage)

    with pytest.raises(InvalidDataError, match="give action_size="):
        dataset.convert_to_d3rlpy()

    assert dataset.convert_to_d3rlpy(action_size=3).dataset_info.action_size == 3


def test_observations_have_the_axes_that_d3rlpy_wants() -> None:
    numbers = to_d3rlpy([with_actions([0, 1, 0], np.arange(4))], action_size=2)
    pairs = to_d3rlpy([with_actions([0, 1, 0], (np.zeros((4, 3)), np.arange(4)))], action_size=2)

    assert numbers.episodes[0].observations.shape == (3, 1)
    assert [column.shape for column in pairs.episodes[0].observations] == [(3, 3), (3, 1)]


@pytest.mark.parametrize(
    ("data", "space", "message"),
    [
        (with_actions([0, 1, 0], {"a": np.zeros((4, 1))}), ACTION_SPACE, "not dicts"),
        (with_actions([0, 1, 0], ["a"] * 4), ACTION_SPACE, "not text"),
        (with_actions([[0, 1]] * 3), MultiDiscreteSpec(nvec=(2, 2), start=(0, 0), shape=(2,)), "not MultiDiscrete"),
    ],
)
def test_what_d3rlpy_does_not_know_is_refused(data: EpisodeData, space: Any, message: str) -> None:
    with pytest.raises(UnsupportedSpaceError, match=message):
        to_d3rlpy([data], action_space=space)


def test_steps_whose_next_observation_nobody_knows_are_reported() -> None:
    env = LoggedEnv()
    episodes = [play(env, 3, "truncated", final=False), play(env, 2, "terminated", final=False)]

    with pytest.warns(UserWarning, match="the observation after 1 of 5 steps is unknown"):
        dataset = to_d3rlpy(episodes, action_space=ACTION_SPACE)

    assert len(transitions(dataset)) == 4


def test_a_dataset_without_transitions_is_refused() -> None:
    with pytest.raises(InvalidDataError, match="no transition in 1 steps"):
        to_d3rlpy([play(LoggedEnv(), 1, "truncated", final=False)], action_space=ACTION_SPACE)
    with pytest.raises(InvalidDataError, match="no transition in 0 steps"):
        to_d3rlpy([], action_space=ACTION_SPACE)


def test_a_learner_for_continuous_actions_takes_the_dataset() -> None:
    rng = np.random.default_rng(0)
    episodes = [with_actions(rng.normal(size=(3, 1)), rng.normal(size=(4, 2))) for _ in range(20)]
    learner = d3rlpy.algos.CQLConfig(batch_size=8).create(device="cpu:0")

    learner.fit(
        to_d3rlpy(episodes),
        n_steps=2,
        n_steps_per_epoch=2,
        show_progress=False,
        logger_adapter=d3rlpy.logging.NoopAdapterFactory(),
    )

    assert learner.predict(np.zeros((1, 2), np.float32)).shape == (1, 1)
