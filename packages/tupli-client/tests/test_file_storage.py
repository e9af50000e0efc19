"""A folder as a storage: what only a folder promises."""

import getpass
import json
import os
import pickle
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tupli_client.file_storage import FileStorage
from tupli_client.testing import a_benchmark, an_artifact, an_episode, some_steps
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import NotFoundError, StorageError


def a_storage_with_episodes(path: Path, n_episodes: int = 3) -> FileStorage:
    storage = FileStorage(path)
    benchmark = storage.store_benchmark(a_benchmark())
    storage.record_episodes(an_episode(benchmark.id, number=number) for number in range(n_episodes))
    return storage


def test_nothing_is_made_before_something_is_stored(tmp_path: Path) -> None:
    with FileStorage(tmp_path / "typo") as storage:
        assert storage.list_benchmarks() == []
        assert list(storage.load_episodes()) == []
        with pytest.raises(NotFoundError):
            storage.load_episode("x")

    assert list(tmp_path.iterdir()) == []


def test_half_a_character_is_no_id(tmp_path: Path) -> None:
    storage = a_storage_with_episodes(tmp_path)

    for call in (storage.load_episode, storage.load_benchmark, storage.delete_artifact, storage.publish):
        with pytest.raises(NotFoundError):
            call("\ud800")


def test_it_stays_the_same_folder_when_the_process_moves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    storage = FileStorage()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    storage.store_benchmark(a_benchmark())

    assert (tmp_path / "_local_storage").is_dir()
    assert len(FileStorage(tmp_path / "_local_storage").list_benchmarks()) == 1


def test_a_tilde_is_the_home_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))

    FileStorage("~/data").store_benchmark(a_benchmark())

    assert (tmp_path / "data").is_dir()


def test_the_author_is_the_local_user_or_whoever_is_named(tmp_path: Path) -> None:
    assert FileStorage(tmp_path / "a").store_benchmark(a_benchmark()).created_by == getpass.getuser()
    assert FileStorage(tmp_path / "a", created_by="ann").store_benchmark(a_benchmark()).created_by == "ann"


def test_two_authors_may_store_the_same(tmp_path: Path) -> None:
    ann, bob = FileStorage(tmp_path / "a", created_by="ann"), FileStorage(tmp_path / "a", created_by="bob")
    query = a_benchmark()

    assert ann.store_benchmark(query).id != bob.store_benchmark(query).id
    first, second = (storage.store_artifact(b"same", an_artifact()) for storage in (ann, bob))
    assert first.id != second.id
    ann.delete_artifact(first.id)
    assert bob.load_artifact(second.id) == b"same"


def test_a_folder_of_something_else_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("draft")

    with pytest.raises(StorageError, match=r"thesis\.tex"):
        FileStorage(tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_folder_of_pytupli_is_refused_with_the_way_to_bring_it(tmp_path: Path) -> None:
    (tmp_path / "episodes").mkdir()
    (tmp_path / "episodes" / "73198ac8.json").write_text("{}")

    with pytest.raises(StorageError, match="PyTupli") as refusal:
        FileStorage(tmp_path)

    assert "import_folder" in str(refusal.value.hint)


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="not a folder"):
        FileStorage(tmp_path / "file")


def test_an_empty_folder_with_hidden_files_becomes_a_storage(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*")

    FileStorage(tmp_path).store_benchmark(a_benchmark())

    assert len(FileStorage(tmp_path).list_benchmarks()) == 1


def test_a_storage_of_a_later_version_is_refused_with_the_way_to_upgrade(tmp_path: Path) -> None:
    a_storage_with_episodes(tmp_path).close()
    marker = tmp_path / "tupli-storage.json"
    marker.write_text(json.dumps(json.loads(marker.read_text()) | {"version": 2, "new": "field"}))

    with pytest.raises(StorageError, match="later version") as refusal:
        FileStorage(tmp_path)

    assert "upgrade" in str(refusal.value.hint)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": "other", "version": 1}'])
def test_a_damaged_marker_is_said(tmp_path: Path, content: str) -> None:
    a_storage_with_episodes(tmp_path).close()
    (tmp_path / "tupli-storage.json").write_text(content)

    with pytest.raises(StorageError, match="damaged"):
        FileStorage(tmp_path)


def test_loaded_columns_are_views_of_the_file_that_nobody_can_change(tmp_path: Path) -> None:
    storage = a_storage_with_episodes(tmp_path, 0)
    data = EpisodeData.from_arrays(
        observations=np.random.default_rng(0).normal(size=(2001, 50)),
        actions=np.zeros((2000, 3)),
        rewards=np.zeros(2000),
        terminated=True,
        truncated=False,
    )
    header = storage.record_episode(an_episode(storage.list_benchmarks()[0].id, data))

    observations = storage.load_episode(header.id).data.all_observations

    assert isinstance(observations, np.ndarray)
    assert not observations.flags.owndata
    assert observations.flags.aligned
    with pytest.raises(ValueError, match="read-only"):
        observations[0, 0] = 1


def test_only_the_columns_that_are_asked_for_are_decoded(tmp_path: Path) -> None:
    storage = a_storage_with_episodes(tmp_path)

    [episode, *_] = storage.load_episodes(columns=["rewards"])

    assert episode.data.all_observations == {}
    assert len(episode.data.rewards) == 3


def test_storages_of_one_folder_see_each_other_at_once(tmp_path: Path) -> None:
    writer, reader = FileStorage(tmp_path), FileStorage(tmp_path)
    assert reader.list_benchmarks() == []

    benchmark = writer.store_benchmark(a_benchmark())
    assert reader.list_benchmarks() == [benchmark]
    episode = reader.record_episode(an_episode(benchmark.id))
    assert writer.list_episodes() == [episode]
    writer.delete_episode(episode.id)
    assert reader.list_episodes() == []


def test_a_storage_goes_to_another_process_by_pickle(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path, created_by="ann")
    storage.store_benchmark(a_benchmark())

    copy = pickle.loads(pickle.dumps(storage))

    assert copy.list_benchmarks() == storage.list_benchmarks()
    assert copy.store_benchmark(a_benchmark()).created_by == "ann"


def test_a_closed_storage_opens_again_when_it_is_used(tmp_path: Path) -> None:
    with a_storage_with_episodes(tmp_path) as storage:
        before = storage.list_episodes()

    assert storage.list_episodes() == before


def test_a_folder_that_was_deleted_is_made_again(tmp_path: Path) -> None:
    storage = a_storage_with_episodes(tmp_path / "a")
    (tmp_path / "a").rename(tmp_path / "b")

    assert storage.list_episodes() == []
    benchmark = storage.store_benchmark(a_benchmark())

    for index in (tmp_path / "a").glob("index-*"):
        index.unlink()
    assert FileStorage(tmp_path / "a").list_benchmarks() == [benchmark]
    assert len(FileStorage(tmp_path / "b").list_episodes()) == 3


def test_what_waits_at_the_end_of_a_process_is_stored(tmp_path: Path) -> None:
    script = f"""
from tupli_client import waiting
from tupli_client.file_storage import FileStorage
from tupli_client.testing import a_benchmark

class Last:
    def __init__(self):
        self.storage = FileStorage({str(tmp_path)!r})
        self.storage.store_benchmark(a_benchmark("first"))
    def settle(self):
        waiting.leave(self)
        self.storage.store_benchmark(a_benchmark("last"))

waiting.enter(Last())
"""
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True)

    assert [header.metadata.name for header in FileStorage(tmp_path).list_benchmarks()] == ["first", "last"]


def test_the_journal_of_the_index_goes_with_the_last_process(tmp_path: Path) -> None:
    script = f"""
from tupli_client.file_storage import FileStorage
from tupli_client.testing import a_benchmark
storage = FileStorage({str(tmp_path)!r})
storage.store_benchmark(a_benchmark())
"""
    subprocess.run([sys.executable, "-W", "error", "-c", script], check=True)

    assert [path.suffix for path in tmp_path.glob("index-*")] == [".sqlite"]


def test_a_moved_or_copied_folder_holds_the_same(tmp_path: Path) -> None:
    with a_storage_with_episodes(tmp_path / "a") as storage:
        before = storage.list_episodes()

    (tmp_path / "a").rename(tmp_path / "b")

    assert FileStorage(tmp_path / "b").list_episodes() == before


def test_a_copy_without_its_empty_folders_is_whole(tmp_path: Path) -> None:
    with a_storage_with_episodes(tmp_path) as storage:
        before = storage.list_episodes()
    (tmp_path / "artifacts").rmdir()

    copy = FileStorage(tmp_path)

    assert copy.list_episodes() == before
    assert copy.load_artifact(copy.store_artifact(b"content", an_artifact()).id) == b"content"


def test_what_a_later_version_says_of_an_episode_is_refused_with_the_way_to_upgrade(tmp_path: Path) -> None:
    with a_storage_with_episodes(tmp_path, 1) as storage:
        storage.list_episodes()
    [index] = tmp_path.glob("index-*.sqlite")
    connection = sqlite3.connect(index)
    with connection:
        connection.execute("UPDATE objects SET header = replace(header, '\"abandoned\"', '\"forsaken\"')")
    connection.close()

    with pytest.raises(StorageError, match="forsaken") as refusal:
        FileStorage(tmp_path).list_episodes()

    assert "upgrade" in str(refusal.value.hint)


def test_threads_may_share_a_storage(tmp_path: Path) -> None:
    storage = a_storage_with_episodes(tmp_path, 0)
    benchmark_id = storage.list_benchmarks()[0].id

    def work(number: int) -> list[str]:
        ids = [storage.record_episode(an_episode(benchmark_id, thread=number)).id for _ in range(10)]
        assert [len(episode) for episode in storage.load_episodes(ids)] == [3] * 10
        return ids

    with ThreadPoolExecutor(8) as pool:
        ids = [episode_id for found in pool.map(work, range(8)) for episode_id in found]

    assert sorted(header.id for header in storage.list_episodes()) == sorted(ids)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_storage_may_be_used_on_both_sides_of_a_fork(tmp_path: Path) -> None:
    storage = a_storage_with_episodes(tmp_path, 0)
    benchmark_id = storage.list_benchmarks()[0].id
    busy = threading.Thread(target=lambda: [storage.record_episode(an_episode(benchmark_id)) for _ in range(50)])
    busy.start()

    children = []
    for _ in range(4):
        if (child := os.fork()) == 0:
            status = 1
            try:
                storage.record_episodes(an_episode(benchmark_id, some_steps(7)) for _ in range(10))
                status = 0
            finally:
                os._exit(status)
        children.append(child)
        storage.record_episode(an_episode(benchmark_id))
    statuses = [os.waitpid(child, 0)[1] for child in children]
    busy.join()

    assert statuses == [0] * 4
    lengths = [len(episode) for episode in storage.load_episodes()]
    assert (lengths.count(7), lengths.count(3)) == (40, 54)
    assert storage.verify() == []
