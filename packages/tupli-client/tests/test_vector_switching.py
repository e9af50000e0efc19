"""Vector environments that are switched, verified, and that fail."""

from pathlib import Path
from typing import Any

import gymnasium
import pytest
from gymnasium.vector import SyncVectorEnv

from truth import TrueEpisode, check_is_true
from tupli_client.file_storage import FileStorage
from tupli_client.replay import verify
from tupli_client.vector import TupliVectorEnvWrapper
from tupli_schemas.errors import ConflictError, NotFoundError
from vector_envs import MODES, by_sub_environment, make, play, wrap


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path)


@pytest.mark.parametrize("mode", MODES)
def test_recording_that_is_switched_on_late_begins_with_the_next_reset_it_sees(mode: str, storage: FileStorage) -> None:
    inner = make(mode)
    env = wrap(inner, storage)
    with env.recording(False):
        env.reset(seed=0)
        play(env, 5, mode)

    play(env, 30, mode)
    env.close()

    recorded = by_sub_environment(storage)
    for index, truth in enumerate(inner.envs):
        missed = len(truth.with_steps) - len(recorded[index])
        assert 1 <= missed <= 6
        for episode, true in zip(recorded[index], truth.with_steps[missed:], strict=True):
            check_is_true(episode.data, true)


def test_nothing_is_recorded_while_recording_is_off(storage: FileStorage) -> None:
    env = wrap(make("NextStep"), storage)
    env.reset(seed=0)
    env.step(env.action_space.sample())
    env.step(env.action_space.sample())
    before = len(storage.list_episodes())

    env.deactivate_recording()
    open_ones = len(storage.list_episodes())
    play(env, 10, "NextStep")
    env.reset()
    env.close()

    assert open_ones > before
    assert len(storage.list_episodes()) == open_ones


def test_an_episode_can_be_replayed_after_a_seeded_reset_and_after_an_autoreset(storage: FileStorage) -> None:
    env = wrap(SyncVectorEnv([lambda: gymnasium.make("CartPole-v1")] * 2), storage)
    env.action_space.seed(0)

    env.reset(seed=3)
    play(env, 60, "NextStep")
    env.close()

    recorded = by_sub_environment(storage)
    single = gymnasium.make("CartPole-v1")
    assert [episodes[0].recording.seed for episodes in recorded.values()] == [3, 4]  # type: ignore[union-attr]
    assert all(verify(episode, single).is_exact for episodes in recorded.values() for episode in episodes)


def test_each_sub_environment_has_a_callback_of_its_own(storage: FileStorage) -> None:
    class Count:
        def __init__(self) -> None:
            self.n = 0

        def reset(self) -> None:
            self.n = 0

        def __call__(self, step: Any) -> dict[str, int]:
            self.n += 1
            return {"n": self.n}

    env = wrap(make("NextStep"), storage, metadata_callback=Count())
    env.reset(seed=0)
    play(env, 20, "NextStep")
    env.close()

    episodes = [episode for of_one in by_sub_environment(storage).values() for episode in of_one]
    assert all(episode.metadata == {"n": len(episode.data)} for episode in episodes)


def test_without_a_benchmark_the_first_step_says_what_to_do(storage: FileStorage) -> None:
    env = TupliVectorEnvWrapper(make("NextStep"), storage)
    env.reset(seed=0)

    with pytest.raises(ConflictError, match="has no id yet"):
        env.step(env.action_space.sample())


def test_a_storage_that_fails_keeps_the_episodes_of_all_sub_environments(storage: FileStorage) -> None:
    env = wrap(make("NextStep", n=2), storage)
    env.reset(seed=0)
    storage.delete_benchmark(str(env.id))

    with pytest.raises(NotFoundError):
        env.step(env.action_space.sample())
    with pytest.raises(NotFoundError, match="unsaved_episodes"):
        env.close()

    assert [len(episode.data) for episode in env.unsaved_episodes] == [1, 1]


def test_a_failing_step_ends_the_episodes_that_were_open(storage: FileStorage) -> None:
    inner = make("NextStep", n=3)
    env = wrap(inner, storage)
    env.reset(seed=0)
    env.step(env.action_space.sample())
    inner.envs[2].unwrapped.fails = True

    with pytest.raises(RuntimeError, match="does not answer"):
        env.step(env.action_space.sample())
    inner.envs[2].unwrapped.fails = False
    env.reset(seed=1)

    true = [TrueEpisode(truth.episodes[0].first, truth.episodes[0].steps[:1]) for truth in inner.envs]
    for index, episodes in by_sub_environment(storage).items():
        check_is_true(episodes[0].data, true[index])
