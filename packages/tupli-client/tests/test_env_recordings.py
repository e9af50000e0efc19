"""What the wrapper records beside the steps, and what becomes of an episode that no storage takes."""

import json
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest
from gymnasium import spaces

from logged_env import store_benchmark
from recordings import BOX, play, short_env, stored
from truth import AwkwardEnv
from tupli_client.callbacks import EpisodeMetadataCallback
from tupli_client.env import TupliEnvWrapper
from tupli_client.file_storage import FileStorage
from tupli_schemas.benchmarks import BenchmarkMetadata, BenchmarkQuery
from tupli_schemas.errors import InvalidDataError, NotFoundError
from tupli_schemas.tuples import RLTuple


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path)


@pytest.fixture
def benchmark_id(storage: FileStorage) -> str:
    return store_benchmark(storage).id


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

    assert [step.info for step in stored(storage)[0].data] == [{"path": [1]}, {"path": [1, 2]}, {"path": [1, 2, 3]}]


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

    ended, abandoned = stored(storage)
    assert ended.metadata == {"steps": 3, "last_action": 1}
    assert abandoned.metadata == {"steps": 2, "last_action": 1}
    assert seen == list(ended.data)  # copies, although the environment uses its arrays again


def test_a_callback_may_be_a_function_that_sometimes_says_nothing(storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(
        short_env(), storage, benchmark_id, lambda step: {"first": float(step.reward)} if not step.terminated else None
    )

    play(env, 3)

    assert stored(storage)[0].metadata == {"first": stored(storage)[0].data.rewards[1]}


def test_metadata_that_cannot_be_stored_lose_no_episode(storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(short_env(), storage, benchmark_id, lambda step: {"kwh": {"mean": float("nan")}})

    with pytest.raises(InvalidDataError, match=r"metadata\.kwh\.mean: nan.*without metadata.*save_unsaved"):
        play(env, 3)
    env.save_unsaved()

    assert [(len(episode.data), episode.metadata) for episode in stored(storage)] == [(3, {})]


def test_a_callback_that_fails_loses_no_step(storage: FileStorage, benchmark_id: str) -> None:
    env = TupliEnvWrapper(short_env(), storage, benchmark_id, lambda step: {"x": 1 / (not step.terminated)})

    with pytest.raises(ZeroDivisionError):
        play(env, 3)
    env.close()

    (episode,) = stored(storage)
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

    true, in_thousands, upside_down = (episode.data for episode in stored(storage))
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
    assert [len(episode.data) for episode in stored(storage)] == [3, 3]


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
