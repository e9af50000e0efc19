"""Datasets: filters on three levels, what is shared and what is not, streaming, sampling, and warnings that say what went wrong."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from logged_env import LoggedEnv, play, record, store_benchmark
from tupli_client.dataset import TupliDataset
from tupli_client.file_storage import FileStorage
from tupli_client.selections.query import Query
from tupli_client.where import where
from tupli_schemas.errors import InvalidDataError, InvalidFilterError, NotFoundError
from tupli_schemas.filters import EVERYTHING, FilterEQ, FilterGT
from tupli_schemas.tuples import RLTuple

LENGTHS = {"May": [5, 3], "June": [4, 2, 6]}


class CountingStorage(FileStorage):
    """Counts how many episodes it has read."""

    n_read = 0

    def load_episodes(self, selection: Any = EVERYTHING, **options: Any) -> Iterator[Any]:
        for episode in super().load_episodes(selection, **options):
            self.n_read += 1
            yield episode


@pytest.fixture
def storage(tmp_path: Path) -> CountingStorage:
    storage = CountingStorage(tmp_path)
    benchmark, env = store_benchmark(storage), LoggedEnv()
    for month, lengths in LENGTHS.items():
        for length in lengths:
            record(storage, benchmark, play(env, length, "terminated"), month=month, length=length)
    other = store_benchmark(storage, "other")
    record(storage, other, play(env, 7, "truncated"), month="June")
    return storage


def lengths(dataset: TupliDataset) -> list[int]:
    return [len(episode) for episode in dataset.episodes]


# ---------------------------------------------------------------------------------------------------------------- filters


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


# --------------------------------------------------------------------------------------------------------------- warnings


def test_a_benchmark_filter_that_matches_nothing_gives_an_empty_dataset_and_says_so(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage).with_benchmark_filter("name == 'logge'").where("month == 'May'")

    with pytest.warns(UserWarning, match="the dataset is empty: no benchmark satisfies name == 'logge'"):
        dataset.load()

    assert lengths(dataset) == []
    assert len(dataset.convert_to_numpy().rewards) == 0


@pytest.mark.parametrize("loaded", [False, True])
@pytest.mark.parametrize(
    ("filters", "message"),
    [
        ({"episodes": "month == 'July'"}, "no episode satisfies month == 'July'"),
        ({"tuples": "reward > 99"}, "none of 27 tuples satisfies reward > 99"),
        ({"benchmarks": "name == 'other'", "episodes": "month == 'May'"}, "no episode satisfies month == 'May'"),
    ],
)
def test_an_empty_dataset_says_which_filter_emptied_it(
    storage: CountingStorage, loaded: bool, filters: dict[str, str], message: str
) -> None:
    dataset = TupliDataset(storage).load() if loaded else TupliDataset(storage)
    dataset = dataset.with_benchmark_filter(where(filters.get("benchmarks", "all()")))
    dataset = dataset.with_episode_filter(where(filters.get("episodes", "all()")))
    dataset = dataset.with_tuple_filter(where(filters.get("tuples", "all()")))

    with pytest.warns(UserWarning, match=f"the dataset is empty: {message}") as caught:
        dataset.load()

    assert [warning.filename for warning in caught] == [__file__]


def test_a_benchmark_without_episodes_is_not_blamed_on_a_filter_on_episodes(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    store_benchmark(storage)

    with pytest.warns(UserWarning, match="there are no episodes of benchmarks that satisfy name == 'logged'"):
        TupliDataset(storage).with_benchmark_filter("name == 'logged'").load()
    with pytest.warns(UserWarning, match="there are no episodes yet"):
        TupliDataset(storage).load()


@pytest.mark.parametrize("loaded", [False, True])
@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("mont != 'May' or return > -9", "no episode has 'mont', which a filter asks for; did you mean 'month'?"),
        ("metadata.lenght > 3 or return > -9", "did you mean 'length'?"),
        ("n_tupels > 3 or return > -9", "did you mean 'n_tuples'?"),
    ],
)
def test_an_unknown_key_warns_with_the_nearest_known_one(
    storage: CountingStorage, loaded: bool, text: str, message: str
) -> None:
    dataset = TupliDataset(storage).load() if loaded else TupliDataset(storage)

    with pytest.warns(UserWarning, match=re.escape(message)) as caught:
        dataset.where(text).load()

    assert len(caught) == 1


def test_an_unknown_key_of_benchmarks_or_tuples_warns_too(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage)

    with pytest.warns(
        UserWarning, match="no benchmark has 'dificulty', which a filter asks for; did you mean 'difficulty'?"
    ):
        dataset.with_benchmark_filter("dificulty != 'easy' or name == 'logged'").load()
    with pytest.warns(UserWarning, match="no tuple has 'paritty', which a filter asks for; did you mean 'parity'?"):
        dataset.with_tuple_filter("reward >= 0 or paritty == 1").load()


def test_a_key_that_only_other_episodes_have_is_known(storage: CountingStorage) -> None:
    assert lengths(TupliDataset(storage).with_benchmark("other").where("month == 'June' and not length == 3")) == [7]


def test_what_is_no_filter_is_refused(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage)

    with pytest.raises(InvalidFilterError, match="not int"):
        dataset.with_episode_filter(3)  # type: ignore[arg-type]
    with pytest.raises(InvalidFilterError, match="not int"):
        dataset.with_tuple_filter(3)  # type: ignore[arg-type]
    with pytest.raises(InvalidFilterError, match="at character 8"):
        dataset.where("month >")


def test_an_unknown_benchmark_is_refused_where_it_is_named(storage: CountingStorage) -> None:
    with pytest.raises(NotFoundError, match="did you mean 'logged'"):
        TupliDataset(storage).with_benchmark("loged")


# ---------------------------------------------------------------------------------------------------------------- reading


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


# ----------------------------------------------------------------------------------------------------------------- columns


def test_columns_hold_one_row_for_each_selected_step(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage).where("month == 'May'").with_tuple_filter("observation[1] < 2")

    assert np.asarray(dataset.observations).tolist() == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert dataset.rewards.tolist() == [0.01, 0.02, 1.01, 1.02]
    assert len(np.asarray(dataset.actions)) == 4
    assert dataset.terminals.tolist() == [False] * 4
    assert dataset.timeouts.tolist() == [False, True, False, True]
    assert list(dataset.infos) == [{"parity": 1}, {"parity": 0}] * 2
    assert [header.metadata.name for header in dataset.benchmarks] == ["logged", "other"]


def test_columns_are_made_once_and_cannot_be_changed(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage)

    assert dataset.rewards is dataset.rewards
    with pytest.raises(ValueError, match="read-only"):
        dataset.rewards[0] = 1


def test_tuples_are_made_when_they_are_asked_for(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage).with_tuple_filter("parity == 0")
    tuples = dataset.tuples

    assert len(tuples) == 12
    assert tuples[0].observation.tolist() == [0, 1]
    assert tuples[-1].next_observation.tolist() == [5, 6]
    assert [step.reward for step in tuples[2:4]] == [step.reward for step in list(tuples)[2:4]] == [1.02, 2.02]
    with pytest.raises(IndexError):
        tuples[12]


def test_an_episode_says_what_its_header_says(storage: CountingStorage) -> None:
    episode = TupliDataset(storage).with_tuple_filter("parity == 0").episodes[0]

    assert (episode.metadata["month"], episode.n_tuples, len(episode)) == ("May", 5, 2)
    assert [step.info for step in episode.tuples] == [{"parity": 0}] * 2
    with pytest.raises(AttributeError, match="no_such_thing"):
        _ = episode.no_such_thing


# ---------------------------------------------------------------------------------------------------------------- sampling


def test_sampling_is_repeated_with_a_seed_and_touches_no_other_generator(storage: CountingStorage) -> None:
    np.random.seed(0)  # noqa: NPY002 - the global generator is what must stay as it is
    state = np.random.get_state()[1].tolist()  # type: ignore[index, union-attr, call-overload, unused-ignore]  # noqa: NPY002
    dataset = TupliDataset(storage).set_seed(7)

    drawn = [episode.id for episode in dataset.sample_episodes(3)]
    again = [episode.id for episode in dataset.set_seed(7).sample_episodes(3)]
    of_child = [episode.id for episode in dataset.where("return > -1").sample_episodes(3)]

    assert drawn == again == of_child
    assert len(set(drawn)) == 3
    assert np.random.get_state()[1].tolist() == state  # type: ignore[index, union-attr, call-overload, unused-ignore]  # noqa: NPY002


def test_more_episodes_than_there_are_cannot_be_drawn(storage: CountingStorage) -> None:
    with pytest.raises(InvalidDataError, match="cannot draw 7 of 6"):
        TupliDataset(storage).sample_episodes(7)


def test_batches_hold_every_step_once(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage).set_seed(0)

    in_order = list(dataset.as_batch_generator(10))
    shuffled = list(dataset.as_batch_generator(10, shuffle=True))

    assert [len(batch) for batch in in_order] == [len(batch) for batch in shuffled] == [10, 10, 7]
    assert [step.reward for batch in in_order for step in batch] == dataset.rewards.tolist()
    assert [step.reward for batch in shuffled for step in batch] != dataset.rewards.tolist()
    assert sorted(step.reward for batch in shuffled for step in batch) == sorted(dataset.rewards)


def test_a_batch_gives_its_steps_as_arrays_too(storage: CountingStorage) -> None:
    batch = next(TupliDataset(storage).set_seed(0).as_batch_generator(5, shuffle=True))

    observations, actions, rewards, terminals, _ = batch.columns

    assert np.asarray(observations).tolist() == [step.observation.tolist() for step in batch]
    assert np.asarray(actions).tolist() == [step.action for step in batch]
    assert rewards.tolist() == [step.reward for step in batch]
    assert terminals.tolist() == [step.terminated for step in batch]
    assert [step.reward for step in batch[1:3]] == rewards[1:3].tolist()


def test_a_batch_has_at_least_one_tuple(storage: CountingStorage) -> None:
    with pytest.raises(InvalidDataError, match="at least one tuple"):
        TupliDataset(storage).as_batch_generator(0)
