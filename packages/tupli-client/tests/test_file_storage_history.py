"""Whatever happened to a folder, in whatever order: it holds what a plain dict would hold."""

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, multiple, rule

from tupli_client.file_storage import FileStorage
from tupli_client.file_storage.segments import Segments
from tupli_client.testing import a_benchmark, an_artifact, an_episode, some_steps
from tupli_schemas.episodes import Episode, EpisodeHeader
from tupli_schemas.errors import NotFoundError

GROUPS = st.sampled_from(["global", "ann", "bob"])


def ordered(header: EpisodeHeader) -> EpisodeHeader:
    """With its publications in a fixed order: they are a set."""
    return header.model_copy(update={"published_in": tuple(sorted(header.published_in))})


class History(RuleBasedStateMachine):
    """Two processes' worth of calls on one folder, crashes and compaction among them, beside a dict that says what must be there."""

    episodes = Bundle("episodes")

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp()) / "storage"
        self.storages = [FileStorage(self.folder), FileStorage(self.folder)]
        self.benchmark_id = self.storages[0].store_benchmark(a_benchmark()).id
        self.expected: dict[str, tuple[EpisodeHeader, Any]] = {}

    def teardown(self) -> None:
        for storage in self.storages:
            storage.close()
        shutil.rmtree(self.folder.parent)

    @rule(target=episodes, lengths=st.lists(st.integers(1, 60), max_size=4), by=st.integers(0, 1))
    def record(self, lengths: list[int], by: int) -> Any:
        new = [an_episode(self.benchmark_id, some_steps(length)) for length in lengths]
        headers = self.storages[by].record_episodes(new)
        self.expected |= {header.id: (header, episode.data) for header, episode in zip(headers, new, strict=True)}
        return multiple(*(header.id for header in headers))

    @rule(episode_id=episodes, by=st.integers(0, 1))
    def record_again(self, episode_id: str, by: int) -> None:
        header, data = self.expected[episode_id]
        again = Episode(id=episode_id, benchmark_id=self.benchmark_id, data=data)

        assert ordered(self.storages[by].record_episode(again)) == header

    @rule(target=episodes, episode_id=consumes(episodes), by=st.integers(0, 1), back=st.booleans())
    def delete(self, episode_id: str, by: int, back: bool) -> Any:
        self.storages[by].delete_episode(episode_id)
        _, data = self.expected.pop(episode_id)
        with pytest.raises(NotFoundError):
            self.storages[1 - by].load_episode(episode_id)
        if not back:
            return multiple()
        header = self.storages[by].record_episode(Episode(id=episode_id, benchmark_id=self.benchmark_id, data=data))
        self.expected[episode_id] = header, data
        return episode_id

    @rule(episode_id=episodes, group=GROUPS, by=st.integers(0, 1))
    def publish(self, episode_id: str, group: str, by: int) -> None:
        self.storages[by].publish_episode(episode_id, group)
        self.set_groups(episode_id, {*self.expected[episode_id][0].published_in, group})

    @rule(episode_id=episodes, group=GROUPS, by=st.integers(0, 1))
    def unpublish(self, episode_id: str, group: str, by: int) -> None:
        self.storages[by].unpublish_episode(episode_id, group)
        self.set_groups(episode_id, {*self.expected[episode_id][0].published_in} - {group})

    def set_groups(self, episode_id: str, groups: set[str]) -> None:
        header, data = self.expected[episode_id]
        self.expected[episode_id] = ordered(header.model_copy(update={"published_in": tuple(groups)})), data

    @rule(content=st.binary(max_size=5))
    def come_and_go(self, content: bytes) -> None:
        header = self.storages[0].store_artifact(content, an_artifact())
        self.storages[1].delete_artifact(header.id)

    @rule(by=st.integers(0, 1))
    def compact(self, by: int) -> None:
        self.storages[by].compact()

    @rule()
    def lose_the_index(self) -> None:
        for path in self.folder.glob("index-*"):
            path.unlink()

    @rule(remains=st.binary(min_size=1, max_size=400))
    def die_in_mid_write(self, remains: bytes) -> None:
        """What a process leaves that dies while it appends: the beginning of a frame, or of its payload."""
        last = max((self.folder / "segments").iterdir())
        with last.open("ab") as file:
            file.write(last.read_bytes()[: len(remains)] if remains[0] % 2 else remains)

    @rule(by=st.integers(0, 1))
    def begin_anew(self, by: int) -> None:
        self.storages[by].close()
        self.storages[by] = FileStorage(self.folder)

    @invariant()
    def both_hold_what_is_expected(self) -> None:
        for storage in self.storages:
            found = {header.id: ordered(header) for header in storage.list_episodes()}
            assert found == {episode_id: header for episode_id, (header, _) in self.expected.items()}
            for episode in storage.load_episodes():
                assert episode.data.equals(self.expected[str(episode.id)][1])
        assert self.storages[0].verify() == []


class ShortSegments(History):
    """The same with segments so short that most calls begin a new one."""

    def __init__(self) -> None:
        super().__init__()
        self.before, Segments.max_bytes = Segments.max_bytes, 2_000

    def teardown(self) -> None:
        Segments.max_bytes = self.before
        super().teardown()


TestHistory = History.TestCase
TestShortSegments = ShortSegments.TestCase
TestHistory.settings = TestShortSegments.settings = settings(max_examples=25, stateful_step_count=25, deadline=None)


def test_compacting_gives_the_space_of_deleted_objects_back(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    benchmark = storage.store_benchmark(a_benchmark())
    headers = storage.record_episodes(an_episode(benchmark.id, some_steps(1_000)) for _ in range(20))
    kept = storage.store_artifact(b"kept", an_artifact())
    storage.delete_artifact(storage.store_artifact(b"deleted", an_artifact()).id)
    (tmp_path / "artifacts" / ("0" * 64)).write_bytes(b"left behind by a process that died")
    (tmp_path / "artifacts" / "x.part").write_bytes(b"so is this")
    for header in headers[1:]:
        storage.delete_episode(header.id)
    before = sum(path.stat().st_size for path in tmp_path.rglob("*.frames"))

    won = storage.compact()

    after = sum(path.stat().st_size for path in tmp_path.rglob("*.frames"))
    assert before - after + 34 == won
    assert after < before / 10
    assert storage.list_episodes() == [headers[0]]
    assert storage.load_artifact(kept.id) == b"kept"
    storage.store_artifact(b"kept", an_artifact())
    assert [path.name for path in (tmp_path / "artifacts").iterdir()] == [kept.hash]
    assert storage.compact() == 0


def test_compacting_a_folder_that_is_not_there_makes_none(tmp_path: Path) -> None:
    assert FileStorage(tmp_path / "typo").compact() == 0
    assert list(tmp_path.iterdir()) == []
