"""What every storage promises of datasets."""

import pytest

from tupli_client.storage import TupliStorage
from tupli_client.testing.factories import a_benchmark, an_episode, some_steps
from tupli_schemas.base import new_id
from tupli_schemas.datasets import DatasetUpload, digest
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import AmbiguousReferenceError, ConflictError, NotFoundError
from tupli_schemas.filters import FilterEQ


def _three_episodes(storage: TupliStorage) -> list[EpisodeHeader]:
    benchmark = storage.store_benchmark(a_benchmark())
    return storage.record_episodes(an_episode(benchmark.id, some_steps(n)) for n in (1, 2, 3))


class DatasetContract:
    """Freeze, find, load and delete datasets."""

    def test_a_dataset_comes_back_with_its_members_in_order(self, storage: TupliStorage) -> None:
        one, two, three = _three_episodes(storage)
        upload = DatasetUpload(
            name="Runs ☃", version="2024", description="d", metadata={"a": [1]}, episodes=(three.id, one.id, two.id)
        )

        header = storage.store_dataset(upload)
        loaded = storage.load_dataset(header.id)

        assert [(member.id, member.checksum) for member in loaded.members] == [
            (episode.id, episode.checksum) for episode in (three, one, two)
        ]
        assert (loaded.name, loaded.version, loaded.description, loaded.metadata) == ("Runs ☃", "2024", "d", {"a": [1]})
        assert (header.n_episodes, header.n_tuples, header.benchmark_ids) == (3, 6, (one.benchmark_id,))
        assert header.n_bytes == one.n_bytes + two.n_bytes + three.n_bytes
        assert header.digest == digest(loaded.members)
        assert storage.list_datasets() == [header]

    def test_a_dataset_stays_as_it_was_frozen(self, storage: TupliStorage) -> None:
        one, two, three = _three_episodes(storage)
        header = storage.store_dataset(DatasetUpload(name="runs", episodes=(one.id, two.id)))

        storage.delete_episode(two.id)
        storage.publish_episode(one.id)

        assert [member.id for member in storage.load_dataset(header.id).members] == [one.id, two.id]
        assert storage.list_datasets() == [header]
        assert three.id in {episode.id for episode in storage.list_episodes()}

    def test_an_equal_dataset_is_left_as_it_is(self, storage: TupliStorage) -> None:
        ids = tuple(episode.id for episode in _three_episodes(storage))
        upload = DatasetUpload(name="runs", episodes=ids)

        assert storage.store_dataset(upload) == storage.store_dataset(upload)
        assert len(storage.list_datasets()) == 1

    def test_another_dataset_of_the_same_version_or_id_is_refused(self, storage: TupliStorage) -> None:
        one, two, _ = _three_episodes(storage)
        header = storage.store_dataset(DatasetUpload(id=new_id(), name="runs", episodes=(one.id,)))

        with pytest.raises(ConflictError):
            storage.store_dataset(DatasetUpload(name="runs", episodes=(two.id,)))
        with pytest.raises(ConflictError):
            storage.store_dataset(DatasetUpload(id=header.id, name="others", episodes=(two.id,)))

        assert storage.list_datasets() == [header]

    def test_a_version_names_one_dataset(self, storage: TupliStorage) -> None:
        one, two, _ = _three_episodes(storage)
        first = storage.store_dataset(DatasetUpload(name="runs", version="1", episodes=(one.id,)))
        storage.store_dataset(DatasetUpload(name="runs", version="2", episodes=(one.id, two.id)))

        assert storage.load_dataset("runs@1").id == first.id
        with pytest.raises(AmbiguousReferenceError):
            storage.load_dataset("runs")
        with pytest.raises(NotFoundError):
            storage.load_dataset("runs@3")

    def test_a_dataset_of_an_unknown_episode_is_refused(self, storage: TupliStorage) -> None:
        one, _, _ = _three_episodes(storage)
        unknown = new_id()

        with pytest.raises(NotFoundError, match=unknown):
            storage.store_dataset(DatasetUpload(name="runs", episodes=(one.id, unknown)))

        assert storage.list_datasets() == []

    def test_datasets_are_found_and_deleted_while_their_episodes_stay(self, storage: TupliStorage) -> None:
        one, two, three = _three_episodes(storage)
        header = storage.store_dataset(DatasetUpload(name="runs", metadata={"year": 2024}, episodes=(one.id,)))

        assert storage.list_datasets(FilterEQ(key="year", value=2024)) == [header]
        assert storage.list_datasets(FilterEQ(key="name", value="others")) == []
        storage.delete_dataset("runs")

        assert storage.list_datasets() == []
        assert {episode.id for episode in storage.list_episodes()} == {one.id, two.id, three.id}
        with pytest.raises(NotFoundError):
            storage.delete_dataset(header.id)
