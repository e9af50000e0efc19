"""A dataset says which filter left nothing, and which key nothing has."""

import re
from pathlib import Path

import pytest

from logged_env import store_benchmark
from logged_storage import CountingStorage, a_logged_storage, lengths
from tupli_client import FileStorage
from tupli_client.dataset import TupliDataset
from tupli_client.where import where
from tupli_schemas.errors import InvalidFilterError, NotFoundError


@pytest.fixture
def storage(tmp_path: Path) -> CountingStorage:
    return a_logged_storage(tmp_path)


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
