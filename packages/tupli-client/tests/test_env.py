"""The wrapper: what it passes on, and when it records."""

import copy
import pickle
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from logged_env import store_benchmark
from recordings import BOX, play, short_env, stored
from truth import AwkwardEnv
from tupli_client.env import TupliEnvWrapper
from tupli_client.file_storage import FileStorage
from tupli_schemas.errors import ConflictError, InvalidDataError, UnsupportedSpaceError


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path)


@pytest.fixture
def benchmark_id(storage: FileStorage) -> str:
    return store_benchmark(storage).id


# ------------------------------------------------------------------------------------------------------------ passing on


def test_what_the_environment_returns_is_passed_on_as_the_very_same_objects(
    storage: FileStorage, benchmark_id: str
) -> None:
    class Fixed(AwkwardEnv):
        first = (np.zeros(2, np.float32), {"of": "reset"})
        answer = (np.ones(2, np.float32), 0.5, False, False, {"of": "step"})

        def reset(self, **_: Any) -> Any:
            return self.first

        def step(self, action: Any) -> Any:
            return self.answer

    env = TupliEnvWrapper(Fixed(BOX, spaces.Discrete(2)), storage, benchmark_id)

    first, answer = env.reset(), env.step(1)

    assert all(a is b for a, b in zip(first, Fixed.first, strict=True))
    assert all(a is b for a, b in zip(answer, Fixed.answer, strict=True))


def test_spaces_spec_and_unwrapped_are_those_of_the_environment(storage: FileStorage) -> None:
    inner = gymnasium.make("CartPole-v1")
    env = TupliEnvWrapper(inner, storage)

    assert env.observation_space is inner.observation_space
    assert env.action_space is inner.action_space
    assert env.unwrapped is inner.unwrapped
    assert env.spec is not None
    assert env.spec.id == "CartPole-v1"


def test_attributes_can_be_set_through_wrappers_around_it(storage: FileStorage, benchmark_id: str) -> None:
    inner = short_env()
    inner.answer = 0  # type: ignore[attr-defined]
    env = gymnasium.wrappers.TimeLimit(TupliEnvWrapper(inner, storage, benchmark_id), 10)

    env.set_wrapper_attr("metadata_callback", lambda step: {"reward": float(step.reward)})
    env.env.set_wrapper_attr("answer", 42)
    play(env, 3)

    assert env.unwrapped.answer == 42  # type: ignore[attr-defined]
    assert stored(storage)[0].metadata["reward"] == stored(storage)[0].data.rewards[-1]


# ---------------------------------------------------------------------------------------------------- when it is recorded


def test_an_episode_is_in_the_storage_as_soon_as_it_is_over(storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(short_env(), storage, benchmark_id)

    for number in range(1, 30):  # so fast that they are stored together
        play(env, 3)
        assert len(storage.list_episodes()) == number

    assert all(header.terminated and not header.abandoned for header in storage.list_episodes())


@pytest.mark.parametrize("leave", ["reset", "close", "deactivate_recording"])
def test_open_steps_are_kept_as_an_abandoned_episode(leave: str, storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(short_env(), storage, benchmark_id)
    play(env, 2)

    getattr(env, leave)()
    getattr(env, leave)()

    (episode,) = stored(storage)
    assert episode.abandoned
    assert len(episode.data) == 2
    assert episode.data.truncated.tolist() == [False, True]
    assert not episode.data.terminated.any()


@pytest.mark.parametrize("leave", ["reset", "close", "deactivate_recording"])
def test_open_steps_can_be_discarded(leave: str, storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(short_env(), storage, benchmark_id, abandoned="discard")
    play(env, 2)

    getattr(env, leave)()
    env.activate_recording()
    play(env, 3)

    (episode,) = stored(storage)
    assert not episode.abandoned
    assert len(episode.data) == 3


def test_a_reset_without_steps_leaves_nothing_behind(storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(short_env(), storage, benchmark_id)

    env.reset()
    env.reset()
    env.close()

    assert stored(storage) == []


def test_recording_is_switched_off_and_on_by_blocks_and_calls(storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(short_env(), storage, benchmark_id)

    with env.recording(False):
        play(env, 3)
        with env.recording():
            play(env, 3)
        play(env, 3)
    env.deactivate_recording()
    play(env, 3)
    env.activate_recording()
    play(env, 3)

    assert len(stored(storage)) == 2


def test_a_block_restores_recording_when_it_fails(storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(short_env(), storage, benchmark_id)

    with pytest.raises(ZeroDivisionError), env.recording(False):
        raise ZeroDivisionError

    assert env.is_recording


def test_steps_after_the_end_and_before_a_reset_are_not_recorded_and_noticed_once(
    storage: FileStorage, benchmark_id: str
) -> None:
    env = TupliEnvWrapper(short_env(), storage, benchmark_id)
    play(env, 3)

    with pytest.warns(UserWarning, match="it follows no reset"):
        env.step(1)
    env.step(1)

    assert [len(episode.data) for episode in stored(storage)] == [3]


def test_recording_that_is_switched_on_in_mid_episode_begins_with_the_next_reset(
    storage: FileStorage, benchmark_id: str
) -> None:
    env = TupliEnvWrapper(short_env(5), storage, benchmark_id)
    with env.recording(False):
        play(env, 2)

    with pytest.warns(UserWarning, match="not recorded"):
        env.step(1)
    play(env, 4)
    env.close()

    assert [len(episode.data) for episode in stored(storage)] == [4]


def test_the_first_step_without_an_id_says_what_to_do(storage: FileStorage) -> None:
    env = TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage)
    env.reset(seed=0)

    with pytest.raises(ConflictError, match=r"no id yet: call \.store\(\.\.\.\) first, or deactivate_recording\(\)"):
        env.step(0)
    env.store("cart-pole")
    env.step(1)
    env.close()

    (episode,) = stored(storage)
    assert episode.data.actions.tolist() == [1]  # type: ignore[union-attr]
    assert episode.benchmark_id == env.id


def test_without_recording_neither_an_id_nor_a_recordable_space_is_needed(storage: FileStorage) -> None:
    env = TupliEnvWrapper(AwkwardEnv(spaces.Sequence(BOX), spaces.Discrete(2)), storage)

    with env.recording(False):
        play(env, 5)
    with pytest.raises(UnsupportedSpaceError, match="deactivate_recording"):
        env.reset()


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda env: pickle.loads(pickle.dumps(env))], ids=["copy", "pickle"])
def test_a_copy_in_mid_episode_records_for_itself(copied: Any, storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage, benchmark_id)
    play(env, 2, seed=0)

    other = copied(env)
    env.step(0)
    other.step(1)
    env.close()
    other.close()

    mine, its = (episode.data for episode in stored(storage))
    assert np.array_equal(np.asarray(mine.actions), [1, 1, 0])
    assert np.array_equal(np.asarray(its.actions), [1, 1, 1])
    assert mine.slice(0, 2).equals(its.slice(0, 2))


@pytest.mark.parametrize("setting", [{"abandoned": "merge"}, {"infos": "some"}])
def test_a_policy_that_does_not_exist_is_refused_at_once(setting: dict[str, Any], storage: FileStorage) -> None:
    with pytest.raises(InvalidDataError, match=r"not '(merge|some)'"):
        TupliEnvWrapper(short_env(), storage, **setting)
