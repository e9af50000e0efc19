"""A folder that is full, or that one may only read."""

import os
import shutil
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tupli_client.file_storage import FileStorage
from tupli_client.testing import a_benchmark, an_artifact, an_episode, some_steps
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import StorageError, StorageFullError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="limits and permissions of POSIX")

NOBODY = 65534


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[FileStorage]:
    with FileStorage(tmp_path / "storage") as storage:
        benchmark = storage.store_benchmark(a_benchmark())
        storage.record_episodes(an_episode(benchmark.id) for _ in range(5))
        storage.store_artifact(b"artifact", an_artifact())
        yield storage


@contextmanager
def no_file_larger_than(n_bytes: int) -> Iterator[None]:
    """Writing beyond fails as it does on a full disk."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def segment_bytes(storage_folder: Path) -> int:
    return sum(path.stat().st_size for path in (storage_folder / "segments").iterdir())


def test_an_episode_without_room_is_refused_and_leaves_nothing_behind(storage: FileStorage, tmp_path: Path) -> None:
    before, size = storage.list_episodes(), segment_bytes(tmp_path / "storage")
    benchmark_id = before[0].benchmark_id

    with no_file_larger_than(1_000_000):
        with pytest.raises(StorageFullError, match="no room") as refusal:
            storage.record_episode(an_episode(benchmark_id, some_steps(100_000)))
        after = storage.list_episodes(), segment_bytes(tmp_path / "storage")
        small = storage.record_episode(an_episode(benchmark_id))

    assert "make room" in str(refusal.value.hint)
    assert after == (before, size)
    assert storage.list_episodes() == [*before, small]
    assert len(list(storage.load_episodes())) == 6
    assert storage.verify() == []


def test_an_artifact_without_room_is_refused_and_leaves_nothing_behind(storage: FileStorage, tmp_path: Path) -> None:
    before = storage.list_artifacts()

    with no_file_larger_than(1_000_000), pytest.raises(StorageFullError):
        storage.store_artifact(bytes(2_000_000), an_artifact())

    assert storage.list_artifacts() == before
    assert len(list((tmp_path / "storage" / "artifacts").iterdir())) == 1


def test_an_episode_that_the_index_has_no_room_for_is_refused(storage: FileStorage, tmp_path: Path) -> None:
    benchmark_id = storage.list_benchmarks()[0].id
    for _ in range(60):  # one by one, so that the journal of the index grows beyond the segment
        storage.record_episode(an_episode(benchmark_id, some_steps(1)))
    before, size = storage.list_episodes(), segment_bytes(tmp_path / "storage")

    with no_file_larger_than(size + 100_000), pytest.raises(StorageError):
        storage.record_episode(an_episode(benchmark_id))

    assert (storage.list_episodes(), segment_bytes(tmp_path / "storage")) == (before, size)
    after = storage.record_episode(an_episode(benchmark_id))
    assert storage.list_episodes() == [*before, after]
    assert storage.verify() == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("only root may mount a small disk")
    if subprocess.run(
        [mount, "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk], check=False, capture_output=True
    ).returncode:
        pytest.skip("this machine mounts nothing")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)  # mapped files go when nobody uses them any more


def fill(storage: FileStorage, benchmark_id: str) -> list[EpisodeHeader]:
    """Record episodes until one is refused for want of room; those that were not."""
    stored: list[EpisodeHeader] = []
    for _ in range(1_000):
        try:
            stored.append(storage.record_episode(an_episode(benchmark_id, some_steps(50_000))))
        except StorageFullError:
            return stored
    raise AssertionError("the disk is larger than it should be")


def test_a_full_disk_refuses_and_keeps_everything(small_disk: Path) -> None:
    with FileStorage(small_disk / "storage") as storage:
        benchmark_id = storage.store_benchmark(a_benchmark()).id
        stored = fill(storage, benchmark_id)

    # Reading works on a disk that has no room left, in a process that only comes now as well.
    assert len(stored) > 10
    with FileStorage(small_disk / "storage") as storage:
        assert storage.list_episodes() == stored
        assert len(list(storage.load_episodes())) == len(stored)
        with pytest.raises(StorageFullError):
            storage.store_artifact(bytes(60_000_000), an_artifact())


def test_deleting_and_compacting_makes_room_on_a_full_disk(small_disk: Path) -> None:
    with FileStorage(small_disk / "storage") as storage:
        benchmark_id = storage.store_benchmark(a_benchmark()).id
        for header in fill(storage, benchmark_id)[1:]:
            storage.delete_episode(header.id)

        assert storage.compact() > 30_000_000
        storage.record_episode(an_episode(benchmark_id, some_steps(50_000)))
        assert len(list(storage.load_episodes())) == 2


def as_a_stranger(folder: Path, work: Callable[[], object]) -> None:
    """Run ``work`` in a process that may read the folder, and may not write it."""
    folder.parent.chmod(0o755)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    if (child := os.fork()) == 0:
        status = 1
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(NOBODY)
                os.setuid(NOBODY)
            work()
            status = 0
        except BaseException:  # noqa: BLE001 - the parent only sees the status
            traceback.print_exc()
        finally:
            os._exit(status)
    assert os.waitpid(child, 0)[1] == 0
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
@pytest.mark.parametrize("after_a_crash", [False, True])
def test_a_folder_that_one_may_only_read_is_read(
    storage: FileStorage, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path, after_a_crash: bool
) -> None:
    import tempfile

    before = storage.list_episodes()
    if not after_a_crash:
        storage.close()

    with tempfile.TemporaryDirectory() as shared:  # pytest's own folders are closed to strangers
        folder = Path(shared) / "storage"
        shutil.copytree(tmp_path / "storage", folder)

        def work() -> None:
            reader = FileStorage(folder)
            assert reader.list_episodes() == before
            assert len(list(reader.load_episodes())) == 5
            assert reader.load_artifact("prices") == b"artifact"
            assert reader.verify() == []
            for call in (
                lambda: reader.record_episode(an_episode(before[0].benchmark_id)),
                lambda: reader.delete_episode(before[0].id),
                lambda: reader.publish(before[0].id),
                lambda: reader.store_artifact(b"new", an_artifact()),
                reader.compact,
            ):
                with pytest.raises(StorageError, match="cannot be written") as refusal:
                    call()
                assert "may write" in str(refusal.value.hint)
            assert reader.list_episodes() == before

        as_a_stranger(folder, work)
        assert FileStorage(folder).list_episodes() == before


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_place_where_no_folder_can_be_made_is_said(tmp_path: Path) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as shared:
        folder = Path(shared) / "closed"
        folder.mkdir()

        def work() -> None:
            with pytest.raises(StorageError, match="cannot be written"):
                FileStorage(folder / "storage").store_benchmark(a_benchmark())

        as_a_stranger(folder, work)
