"""What a folder does when its files were damaged, lost or cut short."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tupli_client.file_storage import FileStorage
from tupli_client.file_storage.segments import Segments
from tupli_client.testing import a_benchmark, an_artifact, an_episode, some_steps
from tupli_schemas.datasets import DatasetUpload
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import ChecksumError


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[FileStorage]:
    """A benchmark, five episodes with long payloads, an artifact and a dataset."""
    with FileStorage(tmp_path / "storage") as storage:
        benchmark = storage.store_benchmark(a_benchmark())
        headers = storage.record_episodes(an_episode(benchmark.id, some_steps(100 + n)) for n in range(5))
        storage.store_artifact(b"artifact" * 100, an_artifact())
        storage.store_dataset(DatasetUpload(name="runs", episodes=tuple(header.id for header in headers)))
        yield storage


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "storage"


def the_segment(folder: Path) -> Path:
    [segment] = (folder / "segments").iterdir()
    return segment


def flip(path: Path, position: int) -> None:
    """Change one bit of a file."""
    content = bytearray(path.read_bytes())
    content[position] ^= 1
    path.write_bytes(content)


def drop_index(folder: Path) -> None:
    for path in folder.glob("index-*"):
        path.unlink()


def everything(storage: FileStorage) -> list[object]:
    return [
        storage.list_benchmarks(),
        storage.list_artifacts(),
        storage.list_episodes(),
        storage.list_datasets(),
        [storage.load_benchmark(header.id) for header in storage.list_benchmarks()],
        [storage.load_dataset(header.id) for header in storage.list_datasets()],
        [storage.load_artifact(header.id) for header in storage.list_artifacts()],
    ]


def place_of(storage: FileStorage, folder: Path, header: EpisodeHeader) -> tuple[int, int]:
    """Where the rewards of an episode, and the id in its frame's header, lie in the segment."""
    content = the_segment(folder).read_bytes()
    rewards = storage.load_episode(header.id).data.rewards.tobytes()
    in_header = content.index(b'"id":"%s"' % header.id.encode())
    return content.index(rewards, in_header), in_header


def test_one_wrong_bit_is_found_and_the_other_episodes_are_loaded(storage: FileStorage, folder: Path) -> None:
    headers = storage.list_episodes()
    flip(the_segment(folder), place_of(storage, folder, headers[2])[0])

    loading = storage.load_episodes(headers)
    lengths = [len(next(loading)), len(next(loading))]
    with pytest.raises(ChecksumError, match=headers[2].id):
        next(loading)
    lengths += [len(episode) for episode in loading]

    assert lengths == [headers[n].n_tuples for n in (0, 1, 3, 4)]
    assert [(damage.kind, damage.id) for damage in storage.verify()] == [("episode", headers[2].id)]
    assert storage.list_episodes() == headers


def test_a_damaged_episode_can_be_deleted(storage: FileStorage, folder: Path) -> None:
    header = storage.list_episodes()[0]
    flip(the_segment(folder), place_of(storage, folder, header)[0])

    storage.delete_episode(header.id)

    assert storage.verify() == []
    assert len(list(storage.load_episodes())) == 4


def test_verify_finds_nothing_where_nothing_is_wrong(storage: FileStorage) -> None:
    assert storage.verify() == []


def test_verify_finds_damage_that_only_a_lost_index_would_show(storage: FileStorage, folder: Path) -> None:
    header = storage.list_episodes()[1]
    flip(the_segment(folder), place_of(storage, folder, header)[1] + 8)

    assert [damage.id for damage in storage.verify()] == [header.id]
    assert len(storage.load_episode(header.id)) == header.n_tuples


@pytest.mark.parametrize("missing", [True, False])
def test_a_damaged_or_missing_artifact_is_named(storage: FileStorage, folder: Path, missing: bool) -> None:
    [header] = storage.list_artifacts()
    [file] = (folder / "artifacts").iterdir()
    if missing:
        file.unlink()
    else:
        flip(file, 400)

    with pytest.raises(ChecksumError, match=header.id):
        storage.load_artifact(header.id)

    assert [damage.id for damage in storage.verify()] == [header.id]


def test_an_artifact_can_be_read_from_its_middle(storage: FileStorage) -> None:
    [header] = storage.list_artifacts()

    with storage.open_artifact(header.id) as stream:
        stream.seek(792)
        assert stream.read() == b"artifact"
        stream.seek(0)
        assert stream.read() == b"artifact" * 100


@pytest.mark.parametrize("kept", [0, 1, 1_000])
def test_a_segment_that_was_cut_or_lost_damages_only_what_it_held(
    storage: FileStorage, folder: Path, kept: int
) -> None:
    headers = storage.list_episodes()
    segment = the_segment(folder)
    segment.write_bytes(segment.read_bytes()[:kept])
    storage.close()

    for header in headers:
        with pytest.raises(ChecksumError, match=header.id):
            storage.load_episode(header.id)
    new = storage.record_episode(an_episode(headers[0].benchmark_id))

    assert len(storage.load_episode(new.id)) == new.n_tuples
    assert {damage.id for damage in storage.verify() if damage.kind == "episode"} == {header.id for header in headers}


def test_a_lost_index_is_made_again_with_deletions_and_publications(storage: FileStorage, folder: Path) -> None:
    first, second, third, *_ = storage.list_episodes()
    storage.delete_episode(first.id)
    storage.publish_episode(second.id)
    storage.publish_episode(third.id)
    storage.unpublish_episode(third.id)
    storage.publish_dataset("runs", "team")
    before = everything(storage)
    storage.close()
    drop_index(folder)

    assert everything(storage) == before
    assert storage.verify() == []


def test_an_index_lost_while_it_is_open_is_made_again_and_shared_by_all(storage: FileStorage, folder: Path) -> None:
    other = FileStorage(folder)
    benchmark_id = other.list_benchmarks()[0].id
    assert everything(storage) == everything(other)
    drop_index(folder)

    newcomer = FileStorage(folder)
    newcomer.record_episode(an_episode(benchmark_id))
    assert len(other.list_episodes()) == 6
    storage.record_episode(an_episode(benchmark_id))

    assert len(newcomer.list_episodes()) == 7
    assert everything(storage) == everything(other) == everything(newcomer)


@pytest.mark.parametrize("content", [b"", b"garbage" * 1_000, b"SQLite format 3\x00" + b"\xff" * 5_000])
def test_a_damaged_index_is_made_again(storage: FileStorage, folder: Path, content: bytes) -> None:
    before = everything(storage)
    storage.close()
    [index] = folder.glob("index-*.sqlite")
    index.write_bytes(content)

    assert everything(storage) == before
    storage.publish_episode(storage.list_episodes()[0].id)
    assert storage.verify() == []


def test_an_index_damaged_in_its_middle_is_made_again(storage: FileStorage, folder: Path) -> None:
    storage.record_episodes(an_episode(storage.list_benchmarks()[0].id) for _ in range(200))
    before = everything(storage)
    storage.close()
    [index] = folder.glob("index-*.sqlite")
    content = index.read_bytes()
    index.write_bytes(content[:4_096] + b"\xff" * (len(content) - 4_096))

    assert everything(storage) == before


def test_an_index_of_another_version_is_made_again(storage: FileStorage, folder: Path) -> None:
    before = everything(storage)
    storage.close()
    [index] = folder.glob("index-*.sqlite")
    connection = sqlite3.connect(index)
    connection.execute("PRAGMA user_version = 99")
    connection.close()

    assert everything(storage) == before


def test_a_damaged_header_costs_only_its_own_episode_when_the_index_is_made_again(
    storage: FileStorage, folder: Path
) -> None:
    headers = storage.list_episodes()
    flip(the_segment(folder), place_of(storage, folder, headers[2])[1] + 8)
    storage.close()
    drop_index(folder)

    assert storage.list_episodes() == [header for header in headers if header != headers[2]]
    assert len(storage.list_datasets()) == len(storage.list_artifacts()) == 1


def test_damage_is_still_reported_when_the_index_was_made_again(storage: FileStorage, folder: Path) -> None:
    headers = storage.list_episodes()
    flip(the_segment(folder), place_of(storage, folder, headers[2])[0])
    storage.close()
    drop_index(folder)

    assert storage.list_episodes() == headers
    with pytest.raises(ChecksumError, match=headers[2].id):
        storage.load_episode(headers[2].id)


@pytest.mark.parametrize("index_survives", [True, False])
def test_what_was_cut_in_mid_write_is_dropped_wherever_the_cut_is(
    storage: FileStorage, folder: Path, index_survives: bool
) -> None:
    """As after a loss of power: the file ends somewhere in the last frame, and the index has or has not heard of the frames before."""
    benchmark_id = storage.list_benchmarks()[0].id
    before = storage.list_episodes()
    storage.close()
    [index] = folder.glob("index-*.sqlite")
    old_index, whole = index.read_bytes(), the_segment(folder).read_bytes()
    late = storage.record_episode(an_episode(benchmark_id, some_steps(2)))
    storage.close()
    longer = the_segment(folder).read_bytes()

    for end in range(len(whole), len(longer), 37):
        the_segment(folder).write_bytes(longer[:end])
        drop_index(folder)
        if index_survives:
            index.write_bytes(old_index)

        assert storage.list_episodes() == before, end
        # What is written next does not mix with the remains, now or when the index is made again.
        again = storage.record_episode(an_episode(benchmark_id))
        storage.close()
        drop_index(folder)
        assert storage.list_episodes() == [*before, again], end
        assert storage.verify() == []
        storage.close()
        for segment in sorted((folder / "segments").iterdir())[1:]:
            segment.unlink()

    the_segment(folder).write_bytes(longer)
    drop_index(folder)
    assert storage.list_episodes() == [*before, late]


def test_an_episode_whose_bytes_never_reached_the_disk_is_dropped(storage: FileStorage, folder: Path) -> None:
    """As after a loss of power on a file system that makes a file longer before it writes what belongs there."""
    before = storage.list_episodes()
    storage.close()
    [index] = folder.glob("index-*.sqlite")
    old_index = index.read_bytes()
    storage.record_episode(an_episode(before[0].benchmark_id, some_steps(500)))
    storage.close()
    whole = the_segment(folder).read_bytes()
    the_segment(folder).write_bytes(whole[:-5_000] + bytes(5_000))
    index.write_bytes(old_index)

    assert storage.list_episodes() == before
    assert storage.verify() == []


def test_whole_episodes_that_the_index_has_not_heard_of_are_found(storage: FileStorage, folder: Path) -> None:
    storage.close()
    [index] = folder.glob("index-*.sqlite")
    old_index = index.read_bytes()
    storage.record_episodes(an_episode(storage.list_benchmarks()[0].id) for _ in range(3))
    storage.delete_episode(storage.list_episodes()[0].id)
    storage.publish_episode(storage.list_episodes()[0].id)
    expected = everything(storage)
    storage.close()
    index.write_bytes(old_index)

    assert everything(storage) == expected


def test_an_old_index_finds_what_was_moved_since(
    storage: FileStorage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when a loss of power takes the latest changes of the index, after segments were compacted away."""
    monkeypatch.setattr(Segments, "max_bytes", 10_000)
    storage.close()
    [index] = folder.glob("index-*.sqlite")
    old_index = index.read_bytes()
    benchmark_id = storage.list_benchmarks()[0].id
    for _ in range(5):
        moved = storage.record_episodes(an_episode(benchmark_id, some_steps(50)) for _ in range(5))
        storage.delete_episode(moved[0].id)
        storage.compact()
    expected = everything(storage)
    storage.close()
    index.write_bytes(old_index)

    assert everything(storage) == expected
    assert storage.verify() == []


def test_many_segments_are_one_storage(storage: FileStorage, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Segments, "max_bytes", 10_000)
    benchmark_id = storage.list_benchmarks()[0].id
    for _ in range(20):
        storage.record_episode(an_episode(benchmark_id, some_steps(50)))
    before = everything(storage)
    assert len(list((folder / "segments").iterdir())) > 3
    storage.close()
    drop_index(folder)

    assert everything(storage) == before
    assert storage.verify() == []
