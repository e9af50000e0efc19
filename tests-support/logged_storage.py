"""A folder with six logged episodes of two benchmarks, which counts how many episodes are read from it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from logged_env import LoggedEnv, play, record, store_benchmark
from tupli_client import FileStorage
from tupli_client.dataset import TupliDataset
from tupli_schemas.filters import EVERYTHING

LENGTHS = {"May": [5, 3], "June": [4, 2, 6]}


class CountingStorage(FileStorage):
    """Counts how many episodes it has read."""

    n_read = 0

    def load_episodes(self, selection: Any = EVERYTHING, **options: Any) -> Iterator[Any]:
        for episode in super().load_episodes(selection, **options):
            self.n_read += 1
            yield episode


def a_logged_storage(folder: Path) -> CountingStorage:
    """Five terminated episodes of ``logged`` with a month and a length, and a truncated one of ``other``."""
    storage = CountingStorage(folder)
    benchmark, env = store_benchmark(storage), LoggedEnv()
    for month, lengths in LENGTHS.items():
        for length in lengths:
            record(storage, benchmark, play(env, length, "terminated"), month=month, length=length)
    other = store_benchmark(storage, "other")
    record(storage, other, play(env, 7, "truncated"), month="June")
    return storage


def lengths(dataset: TupliDataset) -> list[int]:
    """How many steps are selected of each episode."""
    return [len(episode) for episode in dataset.episodes]
