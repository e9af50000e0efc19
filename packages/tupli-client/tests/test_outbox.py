"""From a finished episode to a storage: at once, or together with others that nobody could have missed."""

import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import pytest

from any_episode import an_episode
from logged_env import store_benchmark
from tupli_client import waiting
from tupli_client.file_storage import FileStorage
from tupli_client.recording.outbox import EpisodeOutbox
from tupli_schemas.base import new_id
from tupli_schemas.episodes import Episode
from tupli_schemas.errors import ConflictError, NotFoundError


class SlowFolder(FileStorage):
    """A folder on a disk that needs a second for everything, by its own clock."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.seconds = 0.0
        self.calls: list[int] = []

    def clock(self) -> float:
        return self.seconds

    def record_episodes(self, episodes: Any, **how: Any) -> Any:
        self.seconds += 1
        headers = super().record_episodes(episodes, **how)
        self.calls.append(len(headers))
        return headers


class PlainFolder(SlowFolder):
    """One that does not care for what waits."""

    settles_waiting = False


def outbox_of(storage: SlowFolder) -> EpisodeOutbox:
    return EpisodeOutbox(storage, store_benchmark(storage).id, clock=storage.clock)


def send(outbox: EpisodeOutbox) -> None:
    outbox.send(Episode(id=new_id(), benchmark_id=outbox.require_benchmark(), data=an_episode()))


def test_an_episode_goes_at_once_unless_another_has_just_gone(tmp_path: Path) -> None:
    storage = SlowFolder(tmp_path)
    outbox = outbox_of(storage)

    send(outbox)
    for _ in range(3):
        send(outbox)
    assert storage.calls == [1]
    storage.seconds += 1  # longer than any pause
    send(outbox)

    assert storage.calls == [1, 4]
    assert outbox.unsaved == []


def test_whoever_reads_comes_after_what_waits(tmp_path: Path) -> None:
    storage = SlowFolder(tmp_path)
    outbox = outbox_of(storage)

    for number in range(1, 4):
        send(outbox)
        assert len(FileStorage(tmp_path).list_episodes()) == number


def test_a_storage_that_does_not_settle_gets_every_episode_at_once(tmp_path: Path) -> None:
    storage = PlainFolder(tmp_path)
    outbox = outbox_of(storage)

    for _ in range(3):
        send(outbox)

    assert storage.calls == [1, 1, 1]


def test_large_episodes_do_not_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tupli_client.recording.outbox._MOST_BYTES", 2 * an_episode().nbytes)
    storage = SlowFolder(tmp_path)
    outbox = outbox_of(storage)

    for _ in range(5):
        send(outbox)

    assert storage.calls == [1, 2, 2]


def test_what_waits_is_stored_when_the_process_ends(tmp_path: Path) -> None:
    benchmark_id = store_benchmark(FileStorage(tmp_path)).id
    code = f"""
        import sys
        sys.path.insert(0, {str(Path(__file__).parents[3] / "tests-support")!r})
        from any_episode import an_episode
        from tupli_client.file_storage import FileStorage
        from tupli_client.recording.outbox import EpisodeOutbox
        from tupli_schemas.base import new_id
        from tupli_schemas.episodes import Episode

        outbox = EpisodeOutbox(FileStorage({str(tmp_path)!r}), {benchmark_id!r}, clock=lambda: 0.0)
        outbox._paused_until = 1.0
        for _ in range(3):
            outbox.send(Episode(id=new_id(), benchmark_id={benchmark_id!r}, data=an_episode()))
        assert len(outbox.unsaved) == 3
        del outbox
    """

    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True)

    assert len(FileStorage(tmp_path).list_episodes()) == 3


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_process_leaves_what_waits_to_its_parent(tmp_path: Path) -> None:
    storage = SlowFolder(tmp_path)
    outbox = outbox_of(storage)
    send(outbox)
    send(outbox)

    child = os.fork()
    if not child:
        os._exit(len(FileStorage(tmp_path).list_episodes()))

    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    assert len(storage.list_episodes()) == 2


def test_reading_goes_on_when_what_waits_cannot_be_stored_and_the_next_episode_says_so(tmp_path: Path) -> None:
    storage = SlowFolder(tmp_path)
    outbox = outbox_of(storage)
    send(outbox)
    send(outbox)
    (first,) = [episode.id for episode in outbox.unsaved]
    outbox.storage = FileStorage(tmp_path / "elsewhere")

    with pytest.warns(UserWarning, match="1 recorded episodes could not be stored: .*save_unsaved"):
        assert len(storage.list_episodes()) == 1
    with pytest.raises(NotFoundError, match="unsaved_episodes"):
        send(outbox)
    assert len(storage.list_episodes()) == 1
    outbox.storage = storage
    outbox.save()

    assert first in {header.id for header in storage.list_episodes()}
    assert outbox.unsaved == []


def test_reading_in_one_thread_while_another_records_loses_nothing(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    outbox = EpisodeOutbox(storage, store_benchmark(storage).id)
    counts: list[int] = []
    is_over = threading.Event()

    def read() -> None:
        while not is_over.is_set():
            counts.append(len(storage.list_episodes()))

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(200):
        send(outbox)
    is_over.set()
    reader.join()

    assert counts == sorted(counts)
    assert len(storage.list_episodes()) == 200
    assert outbox.unsaved == []


def test_without_a_benchmark_nothing_is_sent(tmp_path: Path) -> None:
    with pytest.raises(ConflictError, match=r"call \.store"):
        EpisodeOutbox(FileStorage(tmp_path)).require_benchmark()


def test_saving_nothing_changes_nothing(tmp_path: Path) -> None:
    storage = SlowFolder(tmp_path)

    outbox_of(storage).save()
    waiting.settle()

    assert storage.calls == []
