"""What the tests of the command share: a folder of its own for each, with settings of nobody."""

from pathlib import Path

import pytest

from tupli_client import FileStorage
from tupli_client.testing import a_benchmark, an_episode
from tupli_command import Tupli
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.episodes import EpisodeHeader

MONTHS = ("May", "June", "July")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which commands are given; nothing is set, and nothing is stored."""
    for name in ("STORAGE", "TOKEN", "PROFILE", "TRUST", "NO_CACHE", "DEBUG"):
        monkeypatch.delenv(f"TUPLI_{name}", raising=False)
    for name in ("NO_COLOR", "FORCE_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("TUPLI_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def tupli(here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Tupli:
    """The command."""
    return Tupli(capsys, monkeypatch)


@pytest.fixture
def storage(here: Path) -> FileStorage:
    """The storage that commands use here."""
    return FileStorage("_local_storage")


@pytest.fixture
def benchmark(storage: FileStorage) -> BenchmarkHeader:
    """A stored benchmark, ``cartpole@1``."""
    return storage.store_benchmark(a_benchmark("cartpole", version="1"))


@pytest.fixture
def episodes(storage: FileStorage, benchmark: BenchmarkHeader) -> list[EpisodeHeader]:
    """Three episodes of it: of May, June and July."""
    return storage.record_episodes(an_episode(benchmark.id, month=month) for month in MONTHS)
