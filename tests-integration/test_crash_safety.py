"""A folder under fire: processes that write into it at once are killed at any moment, and nothing that was acknowledged is lost."""

import json
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tupli_client.file_storage import FileStorage
from tupli_client.testing import a_benchmark, an_artifact
from tupli_schemas.base import new_id
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import Episode
from tupli_schemas.errors import NotFoundError

ROUNDS = 4
"""So often every process is killed and started again."""


def steps_of(episode_id: str) -> EpisodeData:
    """The steps that the episode of this id has: one to a thousand kilobytes."""
    made = np.random.default_rng(int(episode_id[-12:], 16))
    n_tuples = int(made.choice([3, 20, 200, 2_500], p=[0.3, 0.3, 0.3, 0.1]))
    return EpisodeData.from_arrays(
        observations=made.normal(size=(n_tuples + 1, 50)),
        actions=made.integers(0, 9, n_tuples),
        rewards=made.normal(size=n_tuples),
        terminated=True,
        truncated=False,
    )


class Worker:
    """What one process does until it is killed. It says what it is about to do and, once the call has returned, that it is done."""

    def __init__(self, folder: Path, benchmark_id: str) -> None:
        self.storage = FileStorage(folder)
        self.benchmark_id = benchmark_id
        self.mine: list[str] = []

    def run(self) -> None:
        for number in count():
            if number % 3 == 2:
                ids = [new_id() for _ in range(5)]
                self.told("record", ids, self.storage.record_episodes, (self.episode(one) for one in ids))
                self.mine += ids
            elif number % 10 == 9:
                self.told("delete", [self.mine[0]], self.storage.delete_episode, self.mine.pop(0))
            elif number % 7 == 6:
                self.told("publish", [self.mine[-1]], self.storage.publish_episode, self.mine[-1])
            elif number % 11 == 10:
                self.told(
                    "store", [f"{number}"], self.storage.store_artifact, new_id().encode() * 10_000, an_artifact()
                )
            elif number % 13 == 12:
                self.told("compact", [], self.storage.compact)
            else:
                self.mine.append(new_id())
                self.told("record", self.mine[-1:], self.storage.record_episode, self.episode(self.mine[-1]))

    def episode(self, episode_id: str) -> Episode:
        return Episode(id=episode_id, benchmark_id=self.benchmark_id, data=steps_of(episode_id))

    def told(self, what: str, ids: list[str], call: Any, *args: Any) -> None:
        for done in (False, True):
            if done:
                call(*args)
            sys.stdout.write(json.dumps({"what": what, "ids": ids, "done": done}) + "\n")
            sys.stdout.flush()


class Told:
    """What the workers have said, together."""

    def __init__(self) -> None:
        self.recorded: set[str] = set()
        self.deleted: set[str] = set()
        self.published: set[str] = set()
        self.unsure: set[str] = set()
        self.n_artifacts = 0

    def hear(self, lines: Iterator[str]) -> None:
        begun: list[str] = []
        for line in lines:
            if not line.endswith("\n"):  # the worker was killed in mid-sentence
                break
            said = json.loads(line)
            begun = said["ids"] if said["what"] in {"record", "delete"} else []
            if said["done"]:
                self.note(said["what"], set(said["ids"]))
                begun = []
        self.unsure |= set(begun)

    def note(self, what: str, ids: set[str]) -> None:
        if what == "store":
            self.n_artifacts += 1
        elif what != "compact":
            {"record": self.recorded, "delete": self.deleted, "publish": self.published}[what].update(ids)


def start(folder: Path, benchmark_id: str) -> "subprocess.Popen[str]":
    return subprocess.Popen([sys.executable, __file__, str(folder), benchmark_id], stdout=subprocess.PIPE, text=True)


def check(folder: Path, told: Told) -> None:
    """Everything that was acknowledged is there, once; what was not is there or not."""
    with FileStorage(folder) as storage:
        headers = storage.list_episodes()
        there = {header.id: header for header in headers}
        assert len(there) == len(headers)
        assert told.recorded - told.deleted - told.unsure <= there.keys()
        assert there.keys() <= (told.recorded | told.unsure) - (told.deleted - told.unsure)
        assert all(there[one].published_in for one in told.published if one in there)
        assert len(storage.list_artifacts()) >= told.n_artifacts


def check_contents(folder: Path, told: Told) -> None:
    """And all of it is whole."""
    check(folder, told)
    with FileStorage(folder) as storage:
        for episode in storage.load_episodes():
            assert episode.data.equals(steps_of(str(episode.id)))
        for artifact in storage.list_artifacts():
            assert len(storage.load_artifact(artifact.id)) == artifact.n_bytes
        assert storage.verify() == []


@pytest.mark.parametrize("n_processes", [1, 2, 4])
def test_what_was_acknowledged_survives_kill_9_at_any_moment(tmp_path: Path, n_processes: int) -> None:
    benchmark_id = FileStorage(tmp_path / "storage").store_benchmark(a_benchmark()).id
    told, moments = Told(), random.Random(n_processes)

    for _ in range(ROUNDS):
        workers = [start(tmp_path / "storage", benchmark_id) for _ in range(n_processes)]
        heads = [str(worker.stdout and worker.stdout.readline()) for worker in workers]
        time.sleep(moments.uniform(0, 0.5))
        for worker in workers:
            worker.kill()
        for worker, head in zip(workers, heads, strict=True):
            rest, _ = worker.communicate()
            told.hear(iter([head, *rest.splitlines(keepends=True)]))
        check(tmp_path / "storage", told)

    assert len(told.recorded) > 10 * n_processes
    check_contents(tmp_path / "storage", told)
    for index in (tmp_path / "storage").glob("index-*"):
        index.unlink()
    check_contents(tmp_path / "storage", told)


def torn_episodes(reader: FileStorage, seen: set[str]) -> list[str]:
    """List and load everything once: the ids of episodes that are not whole."""
    torn = []
    for header in reader.list_episodes(sort=["-id"], limit=200):
        try:
            if not reader.load_episode(header.id).data.equals(steps_of(header.id)):
                torn.append(header.id)
        except NotFoundError:  # deleted since it was listed
            continue
        seen.add(header.id)
    return torn


def test_readers_see_whole_episodes_while_others_write_and_are_killed(tmp_path: Path) -> None:
    reader, seen = FileStorage(tmp_path / "storage"), set[str]()
    benchmark_id = reader.store_benchmark(a_benchmark()).id

    for _ in range(3):
        workers = [start(tmp_path / "storage", benchmark_id) for _ in range(2)]
        until = time.monotonic() + 60
        while len(seen) < 30 and time.monotonic() < until:
            assert torn_episodes(reader, seen) == []
        for worker in workers:
            worker.kill()
            worker.communicate()
        assert torn_episodes(reader, seen) == []
        assert len(seen) >= 30
        seen.clear()


def test_an_index_that_is_made_again_survives_kill_9_too(tmp_path: Path) -> None:
    folder, told = tmp_path / "storage", Told()
    with FileStorage(folder) as storage:
        benchmark_id = storage.store_benchmark(a_benchmark()).id
        ids = [new_id() for _ in range(300)]
        storage.record_episodes(Episode(id=one, benchmark_id=benchmark_id, data=steps_of(one)) for one in ids)
    told.recorded.update(ids)
    script = (
        "from tupli_client.file_storage import FileStorage; print(flush=True);"
        f"print(len(FileStorage({str(folder)!r}).list_episodes()))"
    )

    for n_milliseconds in range(0, 60, 6):
        for index in folder.glob("index-*"):
            index.unlink()
        opening = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
        assert opening.stdout is not None
        opening.stdout.readline()
        time.sleep(n_milliseconds / 1_000)
        opening.kill()
        opening.communicate()
        check(folder, told)
    check_contents(folder, told)


if __name__ == "__main__":
    Worker(Path(sys.argv[1]), sys.argv[2]).run()
