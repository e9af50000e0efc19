"""What every storage promises of episodes that go in."""

from collections.abc import Iterator
from math import inf, nan
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from tupli_client.storage import TupliStorage
from tupli_client.testing.factories import a_benchmark, an_episode, data_of_every_kind, some_steps
from tupli_schemas.base import new_id
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import Episode, EpisodeHeader, Recording
from tupli_schemas.errors import ConflictError, InvalidDataError, NotFoundError
from tupli_schemas.filters import FilterEQ
from tupli_schemas.tuples import RLTuple

MEGABYTE = 1_000_000

_DATA = data_of_every_kind()


class RecordingContract:
    """Record episodes, one by one and many at once."""

    @pytest.fixture
    def benchmark_id(self, storage: TupliStorage) -> str:
        """A benchmark to record episodes of."""
        return storage.store_benchmark(a_benchmark()).id

    @pytest.mark.parametrize("kind", _DATA)
    def test_steps_come_back_bit_for_bit(self, storage: TupliStorage, benchmark_id: str, kind: str) -> None:
        header = storage.record_episode(an_episode(benchmark_id, _DATA[kind]))

        assert storage.load_episode(header.id).data.equals(_DATA[kind])

    def test_what_is_said_of_an_episode_comes_back(self, storage: TupliStorage, benchmark_id: str) -> None:
        episode = Episode(
            benchmark_id=benchmark_id,
            metadata={"month": "May ☃", "nested": {"a": [1, 2.5, None, True]}, "limits": [2**63 - 1, -(2**63), 1e300]},
            recording=Recording(env_id="CartPole-v1", seed=7, options={"low": -0.1}, gymnasium_version="1.0.0"),
            abandoned=True,
            data=some_steps(),
        )

        header = storage.record_episode(episode)

        loaded = storage.load_episode(header.id)
        assert loaded.id == header.id
        for there in (header, loaded):
            assert (there.benchmark_id, there.metadata) == (benchmark_id, episode.metadata)
            assert (there.recording, there.abandoned) == (episode.recording, True)
        assert storage.list_episodes() == [header]

    def test_a_header_shows_what_the_steps_say(self, storage: TupliStorage, benchmark_id: str) -> None:
        data = EpisodeData.from_arrays(
            observations=np.zeros((3, 1)),
            actions=np.zeros(3),
            rewards=[1.0, -2.5, 4.0],
            terminated=False,
            truncated=True,
        )

        header = storage.record_episode(an_episode(benchmark_id, data))

        assert (header.n_tuples, header.terminated, header.truncated, header.timeout) == (3, False, True, True)
        assert (header.return_, header.min_reward, header.max_reward) == (2.5, -2.5, 4.0)
        assert not header.has_final_observation
        assert header.checksum is not None
        assert header.n_bytes > 0

    def test_tuples_are_stored_like_columns(self, storage: TupliStorage, benchmark_id: str) -> None:
        data = some_steps(5)

        header = storage.record(Episode(benchmark_id=benchmark_id, tuples=list(data)))

        assert storage.load_episode(header.id).data.equals(data)

    def test_the_older_names_of_a_step_are_understood(self, storage: TupliStorage, benchmark_id: str) -> None:
        steps = [
            {"state": [0.0, 1.0], "action": [1], "reward": 1.0, "terminal": False, "timeout": False},
            {"state": [1.0, 2.0], "action": [0], "reward": 2.0, "terminal": False, "timeout": True},
        ]

        header = storage.record_episode(Episode(benchmark_id=benchmark_id, tuples=steps))

        last = storage.load_episode(header.id).data[1]
        assert isinstance(last, RLTuple)
        assert (last.state.tolist(), last.terminal, last.timeout) == ([1.0, 2.0], False, True)

    def test_recording_again_under_the_same_id_changes_nothing(self, storage: TupliStorage, benchmark_id: str) -> None:
        episode = Episode(id=new_id(), benchmark_id=benchmark_id, data=some_steps(), metadata={"a": 1})

        first = storage.record_episode(episode)
        again = storage.record_episodes([episode, episode])

        assert first.id == episode.id
        assert again == [first, first]
        assert storage.list_episodes() == [first]

    def test_another_episode_under_the_same_id_is_refused(self, storage: TupliStorage, benchmark_id: str) -> None:
        data, episode_id = some_steps(), new_id()
        header = storage.record_episode(Episode(id=episode_id, benchmark_id=benchmark_id, data=data, metadata={"a": 1}))
        others = [
            Episode(id=episode_id, benchmark_id=benchmark_id, data=some_steps(), metadata={"a": 1}),
            Episode(id=episode_id, benchmark_id=benchmark_id, data=data, metadata={"a": True}),
            Episode(id=episode_id, benchmark_id=benchmark_id, data=data, metadata={"a": 1}, abandoned=True),
        ]

        for other in others:
            with pytest.raises(ConflictError, match=episode_id):
                storage.record_episode(other)

        assert storage.list_episodes() == [header]
        assert storage.load_episode(episode_id).data.equals(data)

    def test_an_episode_of_an_unknown_benchmark_is_refused(self, storage: TupliStorage, benchmark_id: str) -> None:
        known = storage.record_episode(an_episode(benchmark_id))

        for unknown in (new_id(), known.id, "household"):
            with pytest.raises(NotFoundError, match=unknown):
                storage.record_episode(an_episode(unknown))

        assert storage.list_episodes() == [known]

    def test_an_episode_without_steps_is_refused(self, storage: TupliStorage, benchmark_id: str) -> None:
        with pytest.raises(ValueError, match="empty"):
            storage.record_episode(Episode(benchmark_id=benchmark_id, tuples=[]))

        assert storage.list_episodes() == []

    @pytest.mark.parametrize("value", [nan, inf, 2**63, {1, 2}, "\x00", "\ud800"])
    def test_metadata_without_an_exact_form_are_refused_with_their_path(
        self, storage: TupliStorage, benchmark_id: str, value: Any
    ) -> None:
        episode = an_episode(benchmark_id, losses=[])

        with pytest.raises(ValidationError, match=r"metadata\.losses\[1\]"):
            an_episode(benchmark_id, losses=[0.5, value])
        # The dict may change after it was checked; then the storage refuses it.
        episode.metadata["losses"] = [0.5, value]
        with pytest.raises(InvalidDataError, match=r"metadata\.losses\[1\]"):
            storage.record_episode(episode)

        assert storage.list_episodes() == []

    def test_many_episodes_come_back_in_their_order(self, storage: TupliStorage, benchmark_id: str) -> None:
        data = [some_steps(1 + number % 7, reward=number) for number in range(1_200)]

        headers = storage.record_episodes(an_episode(benchmark_id, steps) for steps in data)

        assert [header.return_ for header in headers] == [steps.return_ for steps in data]
        loaded = list(storage.load_episodes(headers))
        assert [episode.id for episode in loaded] == [header.id for header in headers]
        assert all(episode.data.equals(steps) for episode, steps in zip(loaded, data, strict=True))

    def test_progress_is_told_while_episodes_are_stored(self, storage: TupliStorage, benchmark_id: str) -> None:
        told: list[tuple[int, int]] = []

        headers = storage.record_episodes(
            (an_episode(benchmark_id) for _ in range(50)), progress=lambda *counts: told.append(counts)
        )

        assert told == sorted(told)
        assert told[-1] == (50, sum(header.n_bytes for header in headers))

    def test_no_episodes_at_all_are_fine(self, storage: TupliStorage) -> None:
        assert storage.record_episodes([]) == []

    def test_an_error_on_the_way_keeps_what_is_whole_and_can_be_repeated(
        self, storage: TupliStorage, benchmark_id: str
    ) -> None:
        episodes = [Episode(id=new_id(), benchmark_id=benchmark_id, data=some_steps()) for _ in range(10)]

        def breaking() -> Iterator[Episode]:
            yield from episodes[:5]
            raise RuntimeError("the simulator crashed")

        with pytest.raises(RuntimeError, match="the simulator crashed"):
            storage.record_episodes(breaking())
        headers = storage.record_episodes(episodes)

        assert [header.id for header in headers] == [episode.id for episode in episodes]
        assert sorted(header.id for header in storage.list_episodes()) == sorted(header.id for header in headers)

    def test_a_refused_episode_among_many_leaves_the_storage_in_order(
        self, storage: TupliStorage, benchmark_id: str
    ) -> None:
        with pytest.raises(NotFoundError):
            storage.record_episodes([an_episode(benchmark_id), an_episode(new_id()), an_episode(benchmark_id)])

        for header in storage.list_episodes(FilterEQ(key="benchmark_id", value=benchmark_id)):
            assert len(storage.load_episode(header.id)) == header.n_tuples

    @pytest.mark.parametrize("megabytes", [20, 200])
    def test_large_episodes_are_stored(self, storage: TupliStorage, benchmark_id: str, megabytes: int) -> None:
        n_tuples = megabytes * MEGABYTE // 4_000
        noise = np.random.default_rng(0).integers(0, 256, (n_tuples + 1, 4_000), np.uint8)
        data = EpisodeData.from_arrays(
            observations=noise, actions=np.zeros(n_tuples), rewards=np.zeros(n_tuples), terminated=True, truncated=False
        )

        header = storage.record_episode(an_episode(benchmark_id, data))

        assert isinstance(header, EpisodeHeader)
        assert header.n_bytes >= megabytes * MEGABYTE
        assert storage.load_episode(header.id).data.equals(data)
