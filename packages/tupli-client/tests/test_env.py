"""The wrapper: what it passes on, what it records and when, and what becomes of an episode that no storage takes."""

import json
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from logged_env import store_benchmark
from truth import AwkwardEnv
from tupli_client.callbacks import EpisodeMetadataCallback
from tupli_client.env import TupliEnvWrapper
from tupli_client.file_storage import FileStorage
from tupli_schemas.benchmarks import BenchmarkMetadata, BenchmarkQuery
from tupli_schemas.episodes import Episode
from tupli_schemas.errors import ConflictError, InvalidDataError, NotFoundError, UnsupportedSpaceError
from tupli_schemas.tuples import RLTuple

BOX = spaces.Box(-1, 1, (2,), np.float32)


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path)


@pytest.fixture
def benchmark_id(storage: FileStorage) -> str:
    return store_benchmark(storage).id


def short_env(length: int = 3) -> AwkwardEnv:
    return AwkwardEnv(BOX, spaces.Discrete(2), length)


def play(env: gymnasium.Env[Any, Any], steps: int, **how: Any) -> None:
    env.reset(**how)
    for _ in range(steps):
        env.step(1)


def recorded(storage: FileStorage) -> list[Episode]:
    return list(storage.load_episodes(storage.list_episodes()))


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
    assert recorded(storage)[0].metadata["reward"] == recorded(storage)[0].data.rewards[-1]


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

    (episode,) = recorded(storage)
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

    (episode,) = recorded(storage)
    assert not episode.abandoned
    assert len(episode.data) == 3


def test_a_reset_without_steps_leaves_nothing_behind(storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(short_env(), storage, benchmark_id)

    env.reset()
    env.reset()
    env.close()

    assert recorded(storage) == []


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

    assert len(recorded(storage)) == 2


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

    assert [len(episode.data) for episode in recorded(storage)] == [3]


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

    assert [len(episode.data) for episode in recorded(storage)] == [4]


def test_the_first_step_without_an_id_says_what_to_do(storage: FileStorage) -> None:
    env = TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage)
    env.reset(seed=0)

    with pytest.raises(ConflictError, match=r"no id yet: call \.store\(\.\.\.\) first, or deactivate_recording\(\)"):
        env.step(0)
    env.store("cart-pole")
    env.step(1)
    env.close()

    (episode,) = recorded(storage)
    assert episode.data.actions.tolist() == [1]  # type: ignore[union-attr]
    assert episode.benchmark_id == env.id


def test_without_recording_neither_an_id_nor_a_recordable_space_is_needed(storage: FileStorage) -> None:
    env = TupliEnvWrapper(AwkwardEnv(spaces.Sequence(BOX), spaces.Discrete(2)), storage)

    with env.recording(False):
        play(env, 5)
    with pytest.raises(UnsupportedSpaceError, match="deactivate_recording"):
        env.reset()


@pytest.mark.parametrize("setting", [{"abandoned": "merge"}, {"infos": "some"}])
def test_a_policy_that_does_not_exist_is_refused_at_once(setting: dict[str, Any], storage: FileStorage) -> None:
    with pytest.raises(InvalidDataError, match=r"not '(merge|some)'"):
        TupliEnvWrapper(short_env(), storage, **setting)


# ------------------------------------------------------------------------------------------------------- what is recorded


def test_how_an_episode_began_is_in_its_header(storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(gymnasium.make("CartPole-v1", max_episode_steps=2), storage, benchmark_id)

    play(env, 2, seed=7, options={"low": -0.1, "high": 0.1})
    play(env, 2)

    with_seed, without = storage.list_episodes()
    assert with_seed.recording is not None
    assert with_seed.recording.env_id == "CartPole-v1"
    assert with_seed.recording.gymnasium_version == gymnasium.__version__
    assert with_seed.recording.seed == 7
    assert with_seed.recording.options == {"low": -0.1, "high": 0.1}
    assert without.recording is not None
    assert without.recording.seed is None
    assert json.loads(str(without.recording.extra["np_random"]))["bit_generator"] == "PCG64"


def test_infos_are_recorded_by_policy(storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(short_env(), storage, benchmark_id, infos=["path"])

    play(env, 3)

    assert [step.info for step in recorded(storage)[0].data] == [{"path": [1]}, {"path": [1, 2]}, {"path": [1, 2, 3]}]


class Ledger(EpisodeMetadataCallback):
    """Remembers tuples of the episode."""

    def __init__(self) -> None:
        self.seen: list[RLTuple] = []

    def reset(self) -> None:
        self.seen = []

    def __call__(self, tuple: RLTuple) -> dict[str, Any]:  # noqa: A002
        self.seen.append(tuple)
        return {"steps": len(self.seen), "last_action": int(tuple.action)}


def test_the_last_dict_of_a_callback_is_the_metadata_of_the_episode(storage: FileStorage, benchmark_id: str) -> None:
    callback = Ledger()
    env = TupliEnvWrapper(short_env(), storage, benchmark_id, callback)

    play(env, 3)
    seen = callback.seen
    play(env, 2)
    env.close()

    ended, abandoned = recorded(storage)
    assert ended.metadata == {"steps": 3, "last_action": 1}
    assert abandoned.metadata == {"steps": 2, "last_action": 1}
    assert seen == list(ended.data)  # copies, although the environment uses its arrays again


def test_a_callback_may_be_a_function_that_sometimes_says_nothing(storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(
        short_env(), storage, benchmark_id, lambda step: {"first": float(step.reward)} if not step.terminated else None
    )

    play(env, 3)

    assert recorded(storage)[0].metadata == {"first": recorded(storage)[0].data.rewards[1]}


def test_metadata_that_cannot_be_stored_lose_no_episode(storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(short_env(), storage, benchmark_id, lambda step: {"kwh": {"mean": float("nan")}})

    with pytest.raises(InvalidDataError, match=r"metadata\.kwh\.mean: nan.*without metadata.*save_unsaved"):
        play(env, 3)
    env.save_unsaved()

    assert [(len(episode.data), episode.metadata) for episode in recorded(storage)] == [(3, {})]


def test_a_callback_that_fails_loses_no_step(storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(short_env(), storage, benchmark_id, lambda step: {"x": 1 / (not step.terminated)})

    with pytest.raises(ZeroDivisionError):
        play(env, 3)
    env.close()

    (episode,) = recorded(storage)
    assert len(episode.data) == 3
    assert episode.data.terminated[-1]
    assert (episode.abandoned, episode.metadata) == (False, {"x": 1.0})


class Scaled(RLTuple):
    """Keeps rewards in thousands."""

    @classmethod
    def from_env_step(cls, obs: Any, action: Any, reward: Any, *rest: Any) -> "Scaled":
        return super().from_env_step(obs, action, reward * 1000, *rest)


class Flipped(RLTuple):
    """Keeps observations upside down."""

    @classmethod
    def from_env_step(cls, obs: Any, *rest: Any) -> "Flipped":
        return super().from_env_step(-obs, *rest)


def test_a_tuple_class_of_the_users_own_has_the_last_word(storage: FileStorage, benchmark_id: str) -> None:
    plain, scaled, flipped = (
        TupliEnvWrapper(short_env(), storage, benchmark_id, rl_tuple_cls=kind) for kind in (RLTuple, Scaled, Flipped)
    )

    for env in (plain, scaled, flipped):
        play(env, 3, seed=5)

    true, in_thousands, upside_down = (episode.data for episode in recorded(storage))
    assert np.array_equal(in_thousands.rewards, true.rewards * 1000)
    assert np.array_equal(in_thousands.all_observations, true.all_observations)  # type: ignore[arg-type]
    assert np.array_equal(upside_down.observations, -true.observations)  # type: ignore[arg-type, operator]
    assert not upside_down.has_final_observation  # nobody has turned that one


# ------------------------------------------------------------------------------------------------- storages that fail


def test_an_episode_that_the_storage_does_not_take_is_kept_and_can_be_saved(
    storage: FileStorage, benchmark_id: str
) -> None:
    env = TupliEnvWrapper(short_env(), storage, benchmark_id)
    storage.delete_benchmark(benchmark_id)

    with pytest.raises(NotFoundError, match=r"kept in env\.unsaved_episodes: env\.save_unsaved\(\) tries again"):
        play(env, 3)
    assert [len(episode.data) for episode in env.unsaved_episodes] == [3]
    with pytest.raises(NotFoundError):
        env.save_unsaved()
    storage.store_benchmark(
        BenchmarkQuery(hash="h", serialized="{}", metadata=BenchmarkMetadata(name="again"), id=benchmark_id)
    )
    play(env, 3)

    assert env.unsaved_episodes == []
    assert [len(episode.data) for episode in recorded(storage)] == [3, 3]


def test_closing_says_what_could_not_be_saved_and_closes_anyway(storage: FileStorage, benchmark_id: str) -> None:
    class Closing(AwkwardEnv):
        is_closed = False

        def close(self) -> None:
            self.is_closed = True

    inner = Closing(BOX, spaces.Discrete(2))
    env = TupliEnvWrapper(inner, storage, benchmark_id)
    storage.delete_benchmark(benchmark_id)
    play(env, 2)

    with pytest.raises(NotFoundError, match="unsaved_episodes"):
        env.close()

    assert inner.is_closed
    assert len(env.unsaved_episodes) == 1
