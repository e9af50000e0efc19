"""``tupli dataset`` on a folder."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tupli_client import FileStorage
from tupli_client.testing import a_benchmark, an_episode, some_steps
from tupli_command import Tupli
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.datasets import DatasetHeader
from tupli_schemas.episodes import Episode, EpisodeHeader


@pytest.fixture
def summer(tupli: Tupli, episodes: list[EpisodeHeader]) -> str:
    """The frozen episodes of June and July."""
    created = tupli("dataset", "create", "summer", "--where", "month in ['June', 'July']", "-q")
    return created.lines[0]


def test_a_selection_is_frozen_under_a_name(tupli: Tupli, storage: FileStorage, episodes: list[EpisodeHeader]) -> None:
    storage.record_episode(an_episode(storage.store_benchmark(a_benchmark("other")).id, month="June"))

    ran = tupli(
        "dataset",
        "create",
        "june",
        "--benchmark",
        "cartpole",
        "--where",
        "month == 'June'",
        "--version",
        "2",
        "--description",
        "Warm.",
        "--metadata",
        '{"year": 2026}',
        "--json",
    )

    header = DatasetHeader.model_validate_json(ran.out)
    assert storage.list_datasets() == [header]
    assert (header.name, header.version, header.description, header.metadata) == ("june", "2", "Warm.", {"year": 2026})
    assert [member.id for member in storage.load_dataset("june@2").members] == [episodes[1].id]


def test_the_best_so_many_can_be_frozen_in_order(
    tupli: Tupli, storage: FileStorage, benchmark: BenchmarkHeader
) -> None:
    ids = [storage.record_episode(an_episode(benchmark.id, some_steps(reward=reward))).id for reward in (1, 3, 2)]

    tupli("dataset", "create", "best", "--sort", "-return", "--limit", "2")

    assert [member.id for member in storage.load_dataset("best").members] == [ids[1], ids[2]]


def test_what_is_frozen_stays_whatever_is_recorded_later(
    tupli: Tupli, storage: FileStorage, summer: str, benchmark: BenchmarkHeader
) -> None:
    storage.record_episode(an_episode(benchmark.id, month="June"))

    assert tupli("dataset", "show", "summer", "--json").json["n_episodes"] == 2


def test_a_dataset_without_episodes_is_refused(tupli: Tupli, benchmark: BenchmarkHeader) -> None:
    ran = tupli("dataset", "create", "empty", "--where", "month == 'June'")

    assert ran.code == 1
    assert "no such episodes" in ran.err


def test_another_content_under_the_same_name_and_version_exits_5(tupli: Tupli, summer: str) -> None:
    assert tupli("dataset", "create", "summer", "--where", "month == 'May'").code == 5
    assert tupli("dataset", "create", "summer", "--where", "month == 'May'", "--version", "2").code == 0


def test_show_prints_counts_spaces_and_returns(tupli: Tupli, storage: FileStorage) -> None:
    tupli("benchmark", "create", "--env", "CartPole-v1", "--name", "cart")
    of_cart = storage.list_benchmarks()[0].id
    storage.record_episodes(an_episode(of_cart, some_steps(reward=reward)) for reward in (1, 3))
    tupli("dataset", "create", "all")

    shown = dict(tupli("dataset", "show", "all").rows)

    assert (shown["episodes"], shown["steps"], shown["benchmarks"]) == ("2", "6", "cart")
    assert shown["returns"] == "mean 6, std 3, min 3, max 9"
    assert (shown["observations"], shown["actions"]) == ("Box(4) of float32", "Discrete(2)")
    assert shown["digest"].startswith("sha256:")


def test_show_names_an_episode_that_is_gone(
    tupli: Tupli, storage: FileStorage, summer: str, episodes: list[EpisodeHeader]
) -> None:
    storage.delete_episode(episodes[1].id)

    shown = dict(tupli("dataset", "show", "summer").rows)

    assert episodes[1].id in shown["returns"]


def test_a_frozen_dataset_is_exported_in_its_order_bit_for_bit(
    tupli: Tupli, here: Path, storage: FileStorage, summer: str, episodes: list[EpisodeHeader]
) -> None:
    assert tupli("dataset", "export", "summer", "-o", "summer.npz").code == 0

    arrays = np.load(here / "summer.npz")
    data = [storage.load_episode(header.id).data for header in episodes[1:]]
    assert sorted(arrays) == ["actions", "observations", "rewards", "terminals", "timeouts"]
    for name, column in {"observations": "observations", "rewards": "rewards", "terminals": "terminated"}.items():
        expected: Any = np.concatenate([getattr(part, column) for part in data])
        assert arrays[name].dtype == expected.dtype
        np.testing.assert_array_equal(arrays[name], expected)


def test_episodes_are_exported_without_being_frozen(tupli: Tupli, here: Path, episodes: list[EpisodeHeader]) -> None:
    tupli("dataset", "export", "--benchmark", "cartpole", "--where", "month == 'May'", "-o", "may.csv")

    rows = list(csv.DictReader((here / "may.csv").read_text().splitlines()))
    assert [(row["episode_id"], row["step"], row["terminated"]) for row in rows] == [
        (episodes[0].id, str(step), str(step == 2)) for step in range(3)
    ]


def test_an_export_can_have_some_of_the_steps(
    tupli: Tupli, here: Path, storage: FileStorage, summer: str, benchmark: BenchmarkHeader
) -> None:
    storage.record_episode(an_episode(benchmark.id, some_steps(reward=5.0), month="August"))

    tupli("dataset", "export", "--tuples", "reward > 2", "-o", "rich.npz")
    with pytest.warns(UserWarning, match="the dataset is empty: none of 6 tuples satisfies reward > 2"):
        tupli("dataset", "export", "summer", "--tuples", "reward > 2", "-o", "none.npz")

    assert list(np.load(here / "rich.npz")["rewards"]) == [5.0] * 3
    assert len(np.load(here / "none.npz")["rewards"]) == 0


def test_an_export_of_a_changed_episode_is_refused(
    tupli: Tupli, here: Path, storage: FileStorage, summer: str, episodes: list[EpisodeHeader]
) -> None:
    storage.delete_episode(episodes[1].id)
    storage.record_episode(
        Episode(id=episodes[1].id, benchmark_id=episodes[1].benchmark_id, data=some_steps(reward=9.0))
    )

    ran = tupli("dataset", "export", "summer", "-o", "summer.npz")

    assert ran.code == 1
    assert episodes[1].id in ran.err
    assert list(here.glob("*.npz*")) == []


def test_parts_of_dict_spaces_and_text_are_exported_by_path(
    tupli: Tupli, here: Path, storage: FileStorage, benchmark: BenchmarkHeader
) -> None:
    data = type(some_steps()).from_arrays(
        observations={"speed": np.arange(4.0), "word": list("abcd")},
        actions=np.arange(3),
        rewards=np.ones(3),
        terminated=True,
        truncated=False,
    )
    storage.record_episode(an_episode(benchmark.id, data))

    tupli("dataset", "export", "-o", "all.npz")

    arrays = np.load(here / "all.npz")
    assert list(arrays["observations/speed"]) == [0, 1, 2]
    assert list(arrays["observations/word"]) == ["a", "b", "c"]


def test_a_format_that_there_is_not_is_refused_with_those_that_there_are(tupli: Tupli, summer: str) -> None:
    ran = tupli("dataset", "export", "summer", "-o", "summer.xlsx")

    assert ran.code == 2
    assert ".npz" in ran.err


def test_a_frozen_dataset_and_a_filter_contradict_each_other(tupli: Tupli, summer: str) -> None:
    assert tupli("dataset", "export", "summer", "--where", "month == 'May'", "-o", "x.npz").code == 2


def test_deleting_a_dataset_leaves_its_episodes(tupli: Tupli, storage: FileStorage, summer: str) -> None:
    assert tupli("dataset", "delete", "summer@1", "--yes").code == 0

    assert storage.list_datasets() == []
    assert len(storage.list_episodes()) == 3
