"""Datasets: filters on three levels, and how little is read."""

from pathlib import Path

import numpy as np
import pytest

from logged_storage import CountingStorage, a_logged_storage, lengths
from tupli_client.dataset import TupliDataset
from tupli_client.selections.query import Query
from tupli_client.where import where
from tupli_schemas.filters import EVERYTHING, FilterEQ, FilterGT
from tupli_schemas.tuples import RLTuple


@pytest.fixture
def storage(tmp_path: Path) -> CountingStorage:
    return a_logged_storage(tmp_path)


# --------------------------------------------------------------------------------------------------------------- filters


def test_each_level_of_filters_narrows_the_dataset(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage)

    assert lengths(dataset) == [5, 3, 4, 2, 6, 7]
    assert lengths(dataset.with_benchmark_filter(FilterEQ(key="name", value="logged"))) == [5, 3, 4, 2, 6]
    assert lengths(dataset.with_episode_filter(FilterEQ(key="month", value="May"))) == [5, 3]
    assert lengths(dataset.with_tuple_filter(FilterEQ(key="parity", value=0))) == [2, 1, 2, 1, 3, 3]


def test_filters_of_all_levels_go_together(storage: CountingStorage) -> None:
    dataset = (
        TupliDataset(storage)
        .with_benchmark("logged")
        .with_episode_filter("month == 'June'")
        .with_tuple_filter("parity == 0 and observation[1] > 1")
    )

    assert lengths(dataset.load()) == [1, 2]
    assert np.asarray(dataset.observations).tolist() == [[2, 3], [4, 3], [4, 5]]


def test_a_filter_gives_a_new_dataset_and_leaves_the_old_one(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage).with_episode_filter("month == 'May'")
    other = dataset.with_episode_filter("month == 'June'")
    narrower = dataset.where("length < 5")

    assert lengths(dataset) == [5, 3]
    assert lengths(other) == [4, 2, 6, 7]
    assert lengths(narrower) == [3]


def test_a_narrower_dataset_shares_what_is_loaded(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage).load()
    read = storage.n_read

    narrower = (
        dataset.where("month == 'June'").with_benchmark_filter("name == 'logged'").with_tuple_filter("reward > 3")
    )

    assert lengths(narrower) == [2, 6]
    assert storage.n_read == read
    assert narrower.episodes[0].data is dataset.episodes[3].data


def test_a_wider_dataset_reads_again(storage: CountingStorage) -> None:
    june = TupliDataset(storage).with_episode_filter("month == 'June'").load()

    assert lengths(june.with_episode_filter("month == 'May'")) == [5, 3]
    assert lengths(june.with_tuple_filter("reward > 99").with_tuple_filter(EVERYTHING)) == [4, 2, 6, 7]


def test_what_is_found_in_memory_is_what_the_storage_would_find(storage: CountingStorage) -> None:
    loaded = TupliDataset(storage).load()
    for text in [
        "n_tuples > 4",
        "not month == 'May'",
        "length in [2, 3]",
        "terminated",
        "return > 0.1 and created_at > '2020-01-01'",
    ]:
        from_memory = loaded.where(text)
        from_storage = TupliDataset(storage).where(text)

        assert [episode.id for episode in from_memory.episodes] == [episode.id for episode in from_storage.episodes]


def test_a_filter_on_tuples_is_a_filter_or_its_text_or_a_function(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage).load()

    def is_late(step: RLTuple) -> bool:
        return bool(step.observation[1] >= 3)

    as_text = dataset.with_tuple_filter("observation[1] >= 3")
    as_filter = dataset.with_tuple_filter(where("observation.1 >= 3"))
    as_function = dataset.with_tuple_filter(is_late)

    assert lengths(as_text) == lengths(as_filter) == lengths(as_function) == [2, 1, 3, 4]


def test_queries_imply_only_what_is_plain(storage: CountingStorage) -> None:
    june, warm = FilterEQ(key="month", value="June"), FilterGT(key="return", value=1)

    assert Query(episodes=june & warm).implies(Query(episodes=june))
    assert Query(episodes=june & warm).implies(Query(episodes=warm & june))
    assert Query(benchmarks=june).implies(Query())
    assert not Query(episodes=june | warm).implies(Query(episodes=june))
    assert not Query(episodes=june).implies(Query(benchmarks=june, episodes=june))
    assert Query(episodes=june | warm).implies(Query(episodes=june | warm))


# --------------------------------------------------------------------------------------------------------------- reading


def test_load_returns_the_dataset(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage)

    assert dataset.load() is dataset


def test_preview_shows_headers_and_reads_no_step(storage: CountingStorage) -> None:
    headers = TupliDataset(storage).where("month == 'May'").preview()

    assert [header.n_tuples for header in headers] == [5, 3]
    assert storage.n_read == 0


def test_iterating_over_a_dataset_that_is_not_loaded_reads_one_episode_after_another(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage).where("month == 'June'")
    seen = [(len(data), storage.n_read) for data in dataset]

    assert seen == [(4, 1), (2, 2), (6, 3), (7, 4)]
    assert "not loaded" in repr(dataset)


def test_iterating_gives_the_same_whether_or_not_it_is_loaded(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage).with_tuple_filter("parity == 1 or reward > 3")
    streamed = list(dataset.episodes_data())
    loaded = list(dataset.load())

    assert len(dataset) == len(loaded)
    assert all(one.equals(other) for one, other in zip(streamed, loaded, strict=True))


def test_after_a_filter_on_tuples_iterating_gives_runs_of_neighbours(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage).with_benchmark("logged").with_tuple_filter("not observation[1] == 2")

    runs = [(np.asarray(data.observations)[:, 1].tolist(), data.is_partial) for data in dataset]

    assert runs == [
        ([0, 1], True), ([3, 4], True), ([0, 1], True), ([0, 1], True), ([3], True), ([0, 1], False), ([0, 1], True), ([3, 4, 5], True),
    ]  # fmt: skip


def test_the_length_is_that_of_the_iteration(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage)

    assert len(dataset) == 6
    assert storage.n_read == 0
    assert len(dataset.with_tuple_filter("not observation[1] == 2")) == 10
