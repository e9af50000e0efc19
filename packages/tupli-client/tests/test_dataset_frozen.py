"""Datasets of the episodes that a frozen dataset lists."""

from pathlib import Path

import pytest

from logged_storage import CountingStorage, a_logged_storage, lengths
from tupli_client.dataset import TupliDataset
from tupli_schemas.datasets import DatasetUpload
from tupli_schemas.errors import NotFoundError


@pytest.fixture
def storage(tmp_path: Path) -> CountingStorage:
    """Six episodes, of which the dataset ``cited@1`` lists those of lengths 5, 4 and 7."""
    storage = a_logged_storage(tmp_path)
    ids = tuple(header.id for header in storage.list_episodes() if header.n_tuples in {5, 4, 7})
    storage.store_dataset(DatasetUpload(name="cited", version="1", episodes=ids))
    return storage


def test_a_frozen_dataset_holds_its_own_episodes_whatever_comes_later(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage).with_dataset("cited@1")

    assert lengths(dataset) == [5, 4, 7]
    assert lengths(dataset.load()) == [5, 4, 7]
    assert "cited@1, 3 episodes, sha256:" in repr(dataset)


def test_filters_narrow_a_frozen_dataset(storage: CountingStorage) -> None:
    dataset = TupliDataset(storage).with_dataset("cited")

    assert lengths(dataset.where("month == 'June'")) == [4, 7]
    assert lengths(dataset.with_benchmark("logged")) == [5, 4]
    assert lengths(dataset.with_tuple_filter("parity == 0")) == [2, 2, 3]


def test_a_loaded_dataset_need_not_be_read_again_for_its_frozen_part(storage: CountingStorage) -> None:
    everything = TupliDataset(storage).load()
    read = storage.n_read

    assert lengths(everything.with_dataset("cited").load()) == [5, 4, 7]
    assert storage.n_read == read


def test_the_rest_is_read_for_whoever_comes_from_a_frozen_dataset(storage: CountingStorage) -> None:
    storage.store_dataset(DatasetUpload(name="other", episodes=(storage.list_episodes()[1].id,)))
    cited = TupliDataset(storage).with_dataset("cited").load()

    assert lengths(cited.with_dataset("other").load()) == [3]


def test_a_filter_that_leaves_nothing_of_a_frozen_dataset_is_named(storage: CountingStorage) -> None:
    with pytest.warns(UserWarning, match="no episode satisfies month == 'July'"):
        TupliDataset(storage).with_dataset("cited").where("month == 'July'").load()


def test_an_episode_that_is_gone_is_named(storage: CountingStorage) -> None:
    gone = next(header.id for header in storage.list_episodes() if header.n_tuples == 4)
    storage.delete_episode(gone)

    with pytest.raises(NotFoundError, match=f"episode {gone} of the dataset 'cited' is no longer there"):
        TupliDataset(storage).with_dataset("cited@1")
