"""What every storage promises of episodes that are there."""

import pytest

from tupli_client.storage import TupliStorage
from tupli_client.testing.benchmarks import HOSTILE_IDS
from tupli_client.testing.factories import a_benchmark, an_episode, some_steps
from tupli_schemas.base import new_id
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import InvalidDataError, NotFoundError
from tupli_schemas.filters import FilterEQ, FilterIN


class EpisodeContract:
    """Load and delete episodes."""

    @pytest.fixture
    def recorded(self, storage: TupliStorage) -> list[EpisodeHeader]:
        """Four episodes of 1 to 4 steps."""
        benchmark = storage.store_benchmark(a_benchmark())
        return storage.record_episodes(an_episode(benchmark.id, some_steps(n), n=n) for n in (1, 2, 3, 4))

    def test_episodes_are_loaded_by_header_by_id_or_by_filter(
        self, storage: TupliStorage, recorded: list[EpisodeHeader]
    ) -> None:
        one, two, three, _ = recorded
        by_filter = storage.load_episodes(FilterIN(key="n", value=(2, 3)))

        assert [len(episode) for episode in storage.load_episodes([three, one.id, two])] == [3, 1, 2]
        assert sorted(len(episode) for episode in by_filter) == [2, 3]
        assert len(list(storage.load_episodes())) == 4
        assert list(storage.load_episodes([])) == []

    def test_loading_by_filter_goes_in_the_order_of_ids(
        self, storage: TupliStorage, recorded: list[EpisodeHeader]
    ) -> None:
        ids = [episode.id for episode in storage.load_episodes()]

        assert ids == sorted(header.id for header in recorded)

    def test_episodes_are_read_as_they_are_asked_for(
        self, storage: TupliStorage, recorded: list[EpisodeHeader]
    ) -> None:
        loading = storage.load_episodes(FilterEQ(key="kind", value="late"))
        storage.record_episode(an_episode(recorded[0].benchmark_id, kind="late"))

        assert len(list(loading)) == 1

    def test_an_episode_that_is_gone_is_named_and_the_others_still_come(
        self, storage: TupliStorage, recorded: list[EpisodeHeader]
    ) -> None:
        gone = recorded[1]
        storage.delete_episode(gone.id)
        loading = storage.load_episodes(recorded)

        assert len(next(loading)) == 1
        with pytest.raises(NotFoundError, match=gone.id):
            next(loading)
        assert [len(episode) for episode in loading] == [3, 4]

    def test_one_id_is_no_list_of_ids(self, storage: TupliStorage, recorded: list[EpisodeHeader]) -> None:
        with pytest.raises(InvalidDataError):
            next(storage.load_episodes(recorded[0].id))

    def test_lists_bring_steps_if_they_are_asked_to(self, storage: TupliStorage, recorded: list[EpisodeHeader]) -> None:
        [item] = storage.list_episodes(FilterEQ(key="id", value=recorded[2].id), include_tuples=True)

        data = storage.load_episode(recorded[2].id).data
        assert EpisodeData.from_tuples(item.tuples).equals(data)
        assert EpisodeHeader(**{name: getattr(item, name) for name in EpisodeHeader.model_fields}) == recorded[2]

    def test_loaded_steps_stay_when_the_episode_is_deleted(
        self, storage: TupliStorage, recorded: list[EpisodeHeader]
    ) -> None:
        episode = storage.load_episode(recorded[3].id)
        rewards = episode.data.rewards.copy()

        storage.delete_episode(recorded[3].id)
        storage.close()

        assert (episode.data.rewards == rewards).all()

    def test_a_deleted_episode_is_gone_and_the_others_stay(
        self, storage: TupliStorage, recorded: list[EpisodeHeader]
    ) -> None:
        gone, *rest = recorded

        storage.delete_episode(gone.id)

        assert sorted(header.id for header in storage.list_episodes()) == sorted(header.id for header in rest)
        for call in (storage.load_episode, storage.delete_episode):
            with pytest.raises(NotFoundError, match=gone.id):
                call(gone.id)

    def test_what_was_deleted_can_be_recorded_again(self, storage: TupliStorage, recorded: list[EpisodeHeader]) -> None:
        episode = storage.load_episode(recorded[0].id)
        storage.delete_episode(recorded[0].id)

        storage.record_episode(episode)

        assert storage.load_episode(recorded[0].id).data.equals(episode.data)

    def test_a_loaded_episode_can_be_recorded_under_another_id(
        self, storage: TupliStorage, recorded: list[EpisodeHeader]
    ) -> None:
        episode = storage.load_episode(recorded[0].id)

        copy = storage.record_episode(episode.model_copy(update={"id": new_id()}))

        assert copy.id != recorded[0].id
        assert copy.checksum == recorded[0].checksum

    @pytest.mark.parametrize("uri", HOSTILE_IDS)
    def test_no_id_of_an_episode_leads_out_of_the_storage(
        self, storage: TupliStorage, recorded: list[EpisodeHeader], uri: str
    ) -> None:
        for call in (storage.load_episode, storage.delete_episode, storage.publish_episode, storage.publish):
            with pytest.raises(NotFoundError):
                call(uri)

        assert len(storage.list_episodes()) == len(recorded)

    def test_an_id_is_of_one_kind(self, storage: TupliStorage, recorded: list[EpisodeHeader]) -> None:
        for call in (storage.load_benchmark, storage.load_artifact, storage.load_dataset, storage.delete_benchmark):
            with pytest.raises(NotFoundError):
                call(recorded[0].id)

    def test_closing_twice_is_fine(self, storage: TupliStorage, recorded: list[EpisodeHeader]) -> None:
        with storage:
            pass
        storage.close()
