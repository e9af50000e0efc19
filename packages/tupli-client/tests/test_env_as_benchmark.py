"""An environment as a benchmark: stored, found again, loaded, published, deleted, with its data as artifacts."""

from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import pytest

from load_env import LoadEnv, LoadWrapper
from tupli_client.env import TupliEnvWrapper
from tupli_client.file_storage import FileStorage
from tupli_schemas.errors import ConflictError, InvalidDataError, NotFoundError, UntrustedCodeError
from tupli_schemas.filters import FilterEQ
from tupli_schemas.tuples import RLTuple

Env = gymnasium.Env[Any, Any]
HERE = "load_env"


@pytest.fixture
def storage(tmp_path: Path) -> FileStorage:
    return FileStorage(tmp_path)


LOADS = np.array([3.5, 1.25, 7.0, 2.0])


def test_storing_gives_the_id_and_leaves_the_environment_usable(storage: FileStorage) -> None:
    env = TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage)
    assert env.id is None

    benchmark_id = env.store(
        name="cart-pole", description="a pole", difficulty="easy", version="1", metadata={"lab": "A"}
    )

    header = storage.load_benchmark(benchmark_id)
    assert env.id == benchmark_id
    assert (header.metadata.name, header.metadata.version) == ("cart-pole", "1")
    assert (header.metadata.description, header.metadata.difficulty) == ("a pole", "easy")
    assert header.metadata.extra == {"lab": "A"}
    env.reset(seed=0)
    env.step(0)


def test_storing_the_same_environment_again_gives_the_same_id_whatever_happened_to_it(storage: FileStorage) -> None:
    env = TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage)
    first = env.store("cart-pole")

    env.reset(seed=0)
    env.step(0)

    assert env.store("cart-pole") == first
    assert TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage).store("cart-pole") == first
    with pytest.raises(ConflictError, match=first):
        env.store("cart-pole", exist_ok=False)


def test_other_words_for_a_stored_environment_are_not_kept_and_that_is_said(storage: FileStorage) -> None:
    env = TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage)
    first = env.store("cart-pole")

    with pytest.warns(UserWarning, match=rf"stored already, as benchmark {first} \('cart-pole'\)"):
        again = env.store("pole")

    assert again == first
    assert storage.load_benchmark(first).metadata.name == "cart-pole"


@pytest.mark.parametrize("reference", ["{id}", "cart-pole", "cart-pole@2"])
def test_a_benchmark_is_loaded_by_id_or_name_and_records_again(reference: str, storage: FileStorage) -> None:
    benchmark_id = TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage).store("cart-pole", version="2")
    steps: list[RLTuple] = []

    env = TupliEnvWrapper.load(
        storage=storage,
        benchmark_id=reference.format(id=benchmark_id),
        metadata_callback=steps.append,
    )
    env.reset(seed=0)
    env.step(1)
    env.close()

    assert env.id == benchmark_id
    assert len(steps) == 1
    assert [header.benchmark_id for header in storage.list_episodes()] == [benchmark_id]


def test_foreign_code_runs_only_with_consent(storage: FileStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    benchmark_id = TupliEnvWrapper(LoadEnv(LOADS), storage).store("loads")

    with pytest.raises(UntrustedCodeError, match="LoadEnv"):
        TupliEnvWrapper.load(storage, benchmark_id)
    trusted = TupliEnvWrapper.load(storage, benchmark_id, trust=[HERE])
    monkeypatch.setenv("TUPLI_TRUST", f"somebody_else, {HERE}")
    by_settings = TupliEnvWrapper.load(storage, benchmark_id)

    for env in (trusted, by_settings):
        assert np.array_equal(env.unwrapped.loads, LOADS)  # type: ignore[attr-defined]


def test_a_subclass_keeps_data_as_artifacts_and_brings_them_back(storage: FileStorage) -> None:
    live = LoadEnv(LOADS)
    env = LoadWrapper(live, storage)

    benchmark_id = env.store("loads")
    loaded = LoadWrapper.load(storage, benchmark_id, trust=[HERE])

    assert live.loads is LOADS  # a copy was changed, not this one
    assert isinstance(loaded, LoadWrapper)
    assert np.array_equal(loaded.unwrapped.loads, LOADS)  # type: ignore[attr-defined]
    assert "7.0" not in storage.load_benchmark(benchmark_id).serialized
    (artifact,) = storage.list_artifacts()
    assert storage.load_benchmark(benchmark_id).metadata.extra == {"artifacts": [artifact.id]}
    assert env.store("loads") == benchmark_id


def test_text_and_environment_are_made_from_each_other_by_the_published_names(storage: FileStorage) -> None:
    env = LoadWrapper(LoadEnv(LOADS), storage)

    again = LoadWrapper.deserialize_env(env.serialize_env(env.env), storage, trust=[HERE])

    assert np.array_equal(again.unwrapped.loads, LOADS)  # type: ignore[attr-defined]


def test_the_key_for_artifacts_cannot_be_used_for_something_else(storage: FileStorage) -> None:
    with pytest.raises(InvalidDataError, match="use another key"):
        LoadWrapper(LoadEnv(LOADS), storage).store("loads", metadata={"artifacts": "none"})


def test_a_benchmark_is_published_together_with_its_artifacts(storage: FileStorage) -> None:
    first, second = (
        LoadWrapper(LoadEnv(LOADS), storage),
        LoadWrapper(gymnasium.wrappers.TimeLimit(LoadEnv(LOADS), 2), storage),
    )
    first.store("loads")
    second.store("two loads")

    first.publish()
    second.publish(publish_in="ems")

    (artifact,) = storage.list_artifacts()  # equal data are one artifact
    assert set(artifact.published_in) == {"global", "ems"}
    assert storage.load_benchmark(str(first.id)).published_in == ("global",)

    first.unpublish()
    assert storage.load_benchmark(str(first.id)).published_in == ()
    assert set(storage.list_artifacts()[0].published_in) == {"global", "ems"}  # the other one needs it

    second.delete()
    first.unpublish()
    assert storage.list_artifacts()[0].published_in == ("ems",)


def test_deleting_takes_episodes_and_on_request_artifacts_that_nobody_else_needs(storage: FileStorage) -> None:
    env, other = LoadWrapper(LoadEnv(LOADS), storage), LoadWrapper(LoadEnv(LOADS[:2]), storage)
    benchmark_id = env.store("loads")
    other.store("others")
    _play_episode(env)
    _play_episode(other)

    with pytest.raises(ConflictError, match="1 episodes"):
        env.delete(delete_episodes=False)
    env.delete(delete_artifacts=True)

    assert env.id is None
    assert [header.id for header in storage.list_benchmarks()] == [other.id]
    assert [header.benchmark_id for header in storage.list_episodes()] == [other.id]
    assert len(storage.list_artifacts()) == 1
    with pytest.raises(NotFoundError):
        storage.load_benchmark(benchmark_id)
    env.store("loads again")
    _play_episode(env)
    assert len(storage.list_episodes(FilterEQ(key="benchmark_id", value=str(env.id)))) == 1


def test_what_is_not_stored_can_be_neither_published_nor_deleted(storage: FileStorage) -> None:
    env = TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage)

    for act in (env.publish, env.unpublish, env.delete):
        with pytest.raises(ConflictError, match="has no id yet"):
            act()


def _play_episode(env: Env) -> None:
    env.reset()
    while not env.step(0)[2]:
        pass
