"""Vector environments: the episodes of every sub-environment, apart, in each autoreset mode, against logs kept inside."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gymnasium.vector import AsyncVectorEnv, SyncVectorEnv

from truth import check_is_true
from tupli_client.file_storage import FileStorage
from tupli_client.vector import TupliVectorEnvWrapper
from tupli_schemas.errors import InvalidDataError
from vector_envs import HAS_MODES, MODES, SPACES, Counting, by_sub_environment, make, play, wrap

needs_modes = pytest.mark.skipif(not HAS_MODES, reason="Gymnasium 1.0 has a single autoreset mode")


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("kind", SPACES)
def test_what_is_recorded_of_each_sub_environment_is_what_happened_in_it(
    kind: str, mode: str, storage: FileStorage
) -> None:
    inner = make(mode, kind)
    env = wrap(inner, storage)
    env.action_space.seed(1)

    env.reset(seed=1)
    play(env, 40, mode)
    env.close()

    recorded = by_sub_environment(storage)
    for index, truth in enumerate(inner.envs):
        assert len(recorded[index]) == len(truth.with_steps)
        for episode, true in zip(recorded[index], truth.with_steps, strict=True):
            check_is_true(episode.data, true)
            assert episode.abandoned == (not true.has_ended)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_sub_environments_in_processes_of_their_own_are_recorded_alike(mode: str, tmp_path: Path) -> None:
    here, apart = FileStorage(tmp_path / "here"), FileStorage(tmp_path / "apart")

    for storage, vectorised in ((here, SyncVectorEnv), (apart, AsyncVectorEnv)):
        env = wrap(make(mode, vectorised=vectorised), storage)
        env.action_space.seed(1)
        env.reset(seed=1)
        play(env, 30, mode)
        env.close()

    expected, found = by_sub_environment(here), by_sub_environment(apart)
    assert expected.keys() == found.keys()
    for index, episodes in expected.items():
        pairs = list(zip(episodes, found[index], strict=True))
        assert all(left.data.equals(right.data) for left, right in pairs)


def test_a_step_that_only_resets_is_no_transition(storage: FileStorage) -> None:
    env = wrap(make("NextStep", n=1), storage)
    env.reset(seed=0)

    for _ in range(7):  # episodes of 1 and 2 steps, with a step that resets after each, and 2 of 3 steps
        env.step(env.action_space.sample())
    env.close()

    assert [len(episode.data) for episode in by_sub_environment(storage)[0]] == [1, 2, 2]


@pytest.mark.parametrize("mode", MODES)
def test_a_reset_in_mid_episode_keeps_what_is_open_of_every_sub_environment(mode: str, storage: FileStorage) -> None:
    env = wrap(make(mode, n=4), storage)
    env.reset(seed=0)
    env.step(env.action_space.sample())

    env.reset(seed=1)

    recorded = by_sub_environment(storage)
    assert [[episode.abandoned for episode in recorded[index]] for index in range(4)] == [
        [False],
        [True],
        [True],
        [True],
    ]


@needs_modes
def test_a_masked_reset_leaves_the_other_sub_environments_in_their_episodes(storage: FileStorage) -> None:
    env = wrap(make("Disabled", n=4), storage)
    env.reset(seed=0)
    env.step(env.action_space.sample())
    env.reset(options={"reset_mask": np.array([True, False, False, False])})
    env.step(env.action_space.sample())
    env.close()

    recorded = by_sub_environment(storage)
    assert [[len(episode.data) for episode in recorded[index]] for index in range(4)] == [[1, 1], [2], [2], [2]]


@needs_modes
@pytest.mark.filterwarnings("ignore:.*this step is not recorded")
def test_steps_of_a_sub_environment_that_nobody_has_reset_are_not_recorded(storage: FileStorage) -> None:
    env = wrap(Counting(2, "Disabled"), storage)
    env.reset()

    for _ in range(Counting.LENGTH + 3):
        env.step(np.zeros(2, np.int64))
    env.close()

    assert [[len(episode.data) for episode in by_sub_environment(storage)[index]] for index in range(2)] == [[3], [3]]


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "Disabled"])
def test_environments_that_are_vectorised_by_themselves_are_recorded(mode: str, storage: FileStorage) -> None:
    env = wrap(Counting(2, mode), storage)

    env.reset()
    for _ in range(11):
        env.step(np.zeros(2, np.int64))
    env.close()

    recorded = by_sub_environment(storage)
    assert len(recorded[0]) == (3 if mode == "NextStep" else 4)
    for index, episodes in recorded.items():
        for number, episode in enumerate(episodes, start=1):
            steps = range(len(episode.data) + 1)
            assert np.array_equal(episode.data.all_observations, [[index, number, step] for step in steps])  # type: ignore[arg-type]
            assert episode.data.rewards.tolist() == [float(step) for step in steps[1:]]


@needs_modes
def test_a_last_observation_that_nobody_says_stays_unknown(storage: FileStorage) -> None:
    class Silent(Counting):
        def step(self, actions: Any) -> Any:
            *answer, infos = super().step(actions)
            return (*answer, {"step": infos["step"]})

    env = wrap(Silent(1, "SameStep"), storage)
    env.reset()
    for _ in range(Counting.LENGTH):
        env.step(np.zeros(1, np.int64))

    (episode,) = by_sub_environment(storage)[0]
    assert not episode.data.has_final_observation
    assert len(episode.data) == Counting.LENGTH


@needs_modes
def test_an_environment_that_does_not_say_its_mode_is_asked_for_it(storage: FileStorage) -> None:
    with pytest.warns(UserWarning, match="NextStep is assumed; give autoreset_mode="):
        wrap(Counting(1, None), storage)

    wrap(Counting(1, None), FileStorage(storage._path / "other"), autoreset_mode="NextStep")
    with pytest.raises(InvalidDataError, match="autoreset_mode is one of"):
        TupliVectorEnvWrapper(Counting(1, None), storage, autoreset_mode="next")  # type: ignore[arg-type]
