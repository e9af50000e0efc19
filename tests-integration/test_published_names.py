"""The names that the paper, its README and the tutorials write: each works with the arguments that they give it."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gymnasium as gym
import numpy as np
import pytest

import tupli_client as t
from tupli_client.testing import a_benchmark


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[t.FileStorage]:
    with t.FileStorage(storage_base_dir=str(tmp_path / "_local_storage")) as storage:
        yield storage


@pytest.fixture
def benchmark_id(storage: t.FileStorage) -> str:
    return storage.store_benchmark(a_benchmark("published")).id


@pytest.fixture
def dataset(storage: t.FileStorage, benchmark_id: str) -> t.TupliDataset:
    """Two episodes of three tuples, one of May and one of June."""
    for month in ("May", "June"):
        storage.record(t.Episode(benchmark_id=benchmark_id, metadata={"month": month}, tuples=steps()))
    return t.TupliDataset(storage=storage)


def steps() -> list[t.RLTuple]:
    return [
        t.RLTuple(state=[0.0, 1.0], action=step % 2, reward=1.0, info={}, terminated=step == 2, timeout=False)
        for step in range(3)
    ]


# ---------------------------------------------------------------------------------------------------------------- schemas

SCHEMAS: dict[str, Callable[[], object]] = {
    "RLTuple of the paper": lambda: steps()[-1].terminated,
    "RLTuple of the code": lambda: t.RLTuple(state=[0.0], action=1, reward=0.0, info={}, terminal=True).terminated,
    "RLTuple.from_env_step": lambda: t.RLTuple.from_env_step({"a": 1}, 1, np.float32(2), True, False, {}).terminal,
    "ArtifactMetadata": lambda: (
        t.ArtifactMetadata(name="n", description="d", benchmark_id=None, extra={}, content_type="a/b").content_type
        == "a/b"
    ),
    "ArtifactMetadataItem": lambda: issubclass(t.ArtifactMetadataItem, t.ArtifactMetadata),
    "BaseFilter": lambda: t.BaseFilter(type=t.FilterType.EQ, key="k", value=1) == t.FilterEQ(key="k", value=1),
    "FilterAND of a list": lambda: t.FilterAND(filters=[t.FilterEQ("k", 1), t.FilterNE("j", 2)]).filters[1],
    "FilterOR.from_list": lambda: t.FilterOR.from_list(steps(), on_key="k", from_key="reward").filters[2],
    "operators": lambda: ~(t.FilterGT("k", 1) & t.FilterLEQ("k", 2) | t.FilterGEQ("k", 3) | t.FilterLT("k", 0)),
    "FilterIN": lambda: t.FilterIN(key="k", value=["a", "b"]).value == ("a", "b"),
    "RIGHT": lambda: t.RIGHT is t.Permission,
    "DEFAULT_ROLE": lambda: len(list(t.DEFAULT_ROLE)) > 0,
    "UserOut": lambda: t.UserOut is t.User,
    "TupliStorageError": lambda: t.TupliStorageError is t.TupliError,
}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_published_schema_is_made_as_it_was_published(name: str) -> None:
    assert SCHEMAS[name]()


# ---------------------------------------------------------------------------------------------------------------- storage

STORAGE_METHODS = """
    store_benchmark load_benchmark list_benchmarks delete_benchmark publish_benchmark unpublish_benchmark
    store_artifact load_artifact list_artifacts delete_artifact publish_artifact unpublish_artifact
    record record_episode record_episodes list_episodes load_episode load_episodes delete_episode publish_episode unpublish_episode
    publish unpublish
"""

SERVER_METHODS = """
    set_url signup login create_group list_groups read_group delete_group add_group_members remove_group_members
    create_role list_roles delete_role list_users change_password delete_user
"""


@pytest.mark.parametrize("method", STORAGE_METHODS.split())
def test_a_folder_and_a_server_have_the_method(method: str) -> None:
    assert callable(getattr(t.FileStorage, method))
    assert callable(getattr(t.TupliAPIClient, method))


@pytest.mark.parametrize("method", SERVER_METHODS.split())
def test_a_server_has_the_method(method: str) -> None:
    assert callable(getattr(t.TupliAPIClient, method))


def test_a_client_needs_neither_a_server_nor_a_keyring_to_be_made() -> None:
    client = t.TupliAPIClient()
    client.set_url("http://127.0.0.1:1/api/")

    with pytest.raises(t.TupliError, match=r"127\.0\.0\.1"):
        client.list_benchmarks()


def test_whatever_has_an_id_is_published_by_it(storage: t.FileStorage, dataset: t.TupliDataset) -> None:
    header = dataset.preview()[0]

    storage.publish(header.id)
    storage.publish_benchmark(header.benchmark_id, publish_in="our-group")

    assert [episode.id for episode in storage.list_episodes(t.FilterEQ("published_in", "global"))] == [header.id]
    assert storage.list_benchmarks()[0].published_in == ("our-group",)


def test_lists_hold_tuples_where_they_are_asked_for(storage: t.FileStorage, dataset: t.TupliDataset) -> None:
    (june,) = storage.list_episodes(t.FilterEQ(key="month", value="June"), include_tuples=True)

    assert [step.terminal for step in june.tuples] == [False, False, True]


# ---------------------------------------------------------------------------------------------------------------- dataset

DATASET: dict[str, Callable[[t.TupliDataset], object]] = {
    "with_benchmark_filter": lambda dataset: len(dataset.with_benchmark_filter(t.FilterEQ("name", "published"))) == 2,
    "with_episode_filter": lambda dataset: len(dataset.with_episode_filter(t.FilterEQ("month", "May"))) == 1,
    "with_tuple_filter": lambda dataset: len(dataset.with_tuple_filter(lambda step: step.action == 1).tuples) == 2,
    "load": lambda dataset: dataset.load() is dataset,
    "preview": lambda dataset: len(dataset.preview()) == 2,
    "sample_episodes": lambda dataset: len(dataset.set_seed(1).sample_episodes(1)) == 1,
    "as_batch_generator": lambda dataset: (
        [len(batch) for batch in dataset.as_batch_generator(batch_size=4, shuffle=True)] == [4, 2]
    ),
    "benchmarks": lambda dataset: len(dataset.benchmarks) == 1,
    "episodes": lambda dataset: len(dataset.episodes) == 2,
    "tuples": lambda dataset: len(dataset.tuples) == 6,
    "observations": lambda dataset: np.asarray(dataset.observations).shape == (6, 2),
    "actions": lambda dataset: np.asarray(dataset.actions).tolist() == [0, 1, 0] * 2,
    "rewards": lambda dataset: sum(dataset.rewards) == 6,
    "terminals": lambda dataset: sum(dataset.terminals) == 2,
    "timeouts": lambda dataset: sum(dataset.timeouts) == 0,
    "infos": lambda dataset: len(dataset.infos) == 6,
    "convert_to_numpy": lambda dataset: len(dataset.convert_to_numpy()) == 5,
    "convert_to_tensors": lambda dataset: dataset.convert_to_tensors(parser=t.NumpyTupleParser).timeouts.shape == (6,),
    "convert_to_d4rl_format": lambda dataset: "next_observations" in dataset.convert_to_d4rl_format(),
    "convert_to_dataframe": lambda dataset: len(dataset.convert_to_dataframe()) == 6,
}


@pytest.mark.parametrize("name", DATASET)
def test_a_published_name_of_a_dataset_works(dataset: t.TupliDataset, name: str) -> None:
    assert DATASET[name](dataset)


# ------------------------------------------------------------------------------------------------------------- environment


class Months(t.EpisodeMetadataCallback):
    """As in the tutorial."""

    def reset(self) -> None:
        self.total = 0.0

    def __call__(self, step: t.RLTuple) -> dict[str, Any]:
        self.total += step.reward
        return {"total": self.total}


def test_the_wrapper_stores_records_publishes_loads_and_deletes(storage: t.FileStorage) -> None:
    env = t.TupliEnvWrapper(
        env=gym.make("CartPole-v1"), storage=storage, metadata_callback=Months(), rl_tuple_cls=t.RLTuple
    )
    benchmark_id = env.store(name="cp", description="d", difficulty="easy", version="1", metadata={"a": 1})
    env.publish()
    env.publish(publish_in="group")
    env.set_wrapper_attr("metadata_callback", Months())
    env.activate_recording()
    env.reset(seed=1, options={})
    while not any(env.step(1)[2:4]):
        pass
    env.deactivate_recording()
    with env.recording(False):
        env.reset()
    env.close()

    (episode,) = storage.list_episodes()
    loaded = t.TupliEnvWrapper.load(
        storage=storage, benchmark_id="cp@1", metadata_callback=Months(), rl_tuple_cls=t.RLTuple
    )

    assert env.id == loaded.id == benchmark_id == episode.benchmark_id
    assert episode.metadata == {"total": float(episode.n_tuples)}
    assert storage.load_benchmark(benchmark_id).published_in == ("global", "group")
    loaded.delete(delete_artifacts=True, delete_episodes=True)
    assert storage.list_benchmarks() == []
    assert storage.list_episodes() == []


# ------------------------------------------------------------------------------------------------------------------- types

TYPED = """
from tupli_client import (
    BaseFilter, Episode, FileStorage, FilterAND, FilterEQ, FilterIN, FilterOR, FilterType, RLTuple, TupliDataset
)

one = FilterEQ("k", 1)
several = FilterIN(key="k", value=["a", "b"])
together = FilterAND(filters=[one, BaseFilter(type=FilterType.EQ, key="k", value=1)]) & several
step = RLTuple(state=[1.0], action=0, reward=1.0, info={}, terminated=True, timeout=False)
any_of = FilterOR.from_list([step], on_key="a", from_key="reward")
episode = Episode(benchmark_id="x", metadata={}, tuples=[step])
dataset = TupliDataset(storage=FileStorage("s")).with_tuple_filter(lambda step: bool(step.reward > 0))
"""


@pytest.mark.parametrize("plugins", ["", "plugins = pydantic.mypy"])
def test_a_strict_type_checker_has_no_objection_to_the_published_spellings(
    tmp_path: Path, pytestconfig: pytest.Config, plugins: str
) -> None:
    (tmp_path / "user.py").write_text(TYPED)
    (tmp_path / "mypy.ini").write_text(f"[mypy]\nstrict = true\n{plugins}\n")
    seen_before = pytestconfig.rootpath / ".mypy_cache" / f"users{plugins[-4:]}"

    checked = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--cache-dir", seen_before, "user.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stdout + checked.stderr
