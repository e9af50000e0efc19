"""``tupli artifact`` on a folder."""

import subprocess
from pathlib import Path

import pytest

from tupli_client import FileStorage
from tupli_client.cli import progress
from tupli_command import COMMAND, Tupli, on_a_terminal
from tupli_schemas.benchmarks import BenchmarkHeader

CONTENT = b"hour,price\n0,0.31\n\xff\x00"


@pytest.fixture
def prices(tupli: Tupli, here: Path, benchmark: BenchmarkHeader) -> str:
    (here / "prices.csv").write_bytes(CONTENT)
    return tupli("artifact", "upload", "prices.csv", "--benchmark", "cartpole", "-q").lines[0]


def test_a_file_is_stored_with_what_is_known_of_it(
    storage: FileStorage, prices: str, benchmark: BenchmarkHeader
) -> None:
    (header,) = storage.list_artifacts()

    assert (header.id, header.name, header.content_type) == (prices, "prices.csv", "text/csv")
    assert (header.benchmark_id, header.n_bytes) == (benchmark.id, len(CONTENT))
    assert storage.load_artifact(prices) == CONTENT


def test_what_is_said_of_it_goes_before_what_is_guessed(tupli: Tupli, here: Path) -> None:
    (here / "prices.csv").write_bytes(CONTENT)

    header = tupli(
        "artifact",
        "upload",
        "prices.csv",
        "--name",
        "load",
        "--content-type",
        "text/plain",
        "--description",
        "Of 2025.",
        "--extra",
        '{"unit": "EUR"}',
        "--json",
    ).json

    assert (header["name"], header["content_type"]) == ("load", "text/plain")
    assert (header["description"], header["extra"]) == ("Of 2025.", {"unit": "EUR"})


def test_the_same_content_is_stored_once(tupli: Tupli, prices: str) -> None:
    assert tupli("artifact", "upload", "prices.csv", "--name", "again", "-q").lines == [prices]
    assert len(tupli("artifact", "list").rows) == 1


def test_the_bytes_come_back_as_a_file(tupli: Tupli, here: Path, prices: str) -> None:
    assert tupli("artifact", "download", "prices.csv", "-o", "deep/copy.csv").code == 0

    assert (here / "deep" / "copy.csv").read_bytes() == CONTENT


def test_bytes_go_to_a_program_and_not_to_a_terminal(prices: str) -> None:
    piped = subprocess.run([*COMMAND, "artifact", "download", prices], capture_output=True, check=True)

    assert piped.stdout == CONTENT
    assert on_a_terminal("artifact", "download", prices).code == 2


def test_a_list_can_be_of_one_benchmark(tupli: Tupli, here: Path, prices: str) -> None:
    (here / "other.bin").write_bytes(b"other")
    tupli("artifact", "upload", "other.bin")

    assert tupli("artifact", "list", "-q", "--benchmark", "cartpole").lines == [prices]
    assert len(tupli("artifact", "list", "-q").lines) == 2


def test_an_artifact_that_is_damaged_is_not_written(tupli: Tupli, here: Path, prices: str) -> None:
    for file in (here / "_local_storage" / "artifacts").rglob("*"):
        if file.is_file():
            file.chmod(0o644)
            file.write_bytes(CONTENT.replace(b"0.31", b"0.13"))

    ran = tupli("artifact", "download", prices, "-o", "copy.csv")

    assert ran.code == 1
    assert "[checksum-mismatch]" in ran.err
    assert not (here / "copy.csv").exists()


def test_a_file_that_is_not_there_is_a_mistake_of_the_command_line(tupli: Tupli) -> None:
    ran = tupli("artifact", "upload", "nothing.csv")

    assert ran.code == 2
    assert "nothing.csv" in ran.err


def test_a_long_transfer_of_bytes_reports_how_far_it_is(
    tupli: Tupli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    (here / "large.bin").write_bytes(bytes(20_000_000))

    up = tupli("artifact", "upload", "large.bin", "-q")
    down = tupli("artifact", "download", "large.bin", "-o", "copy.bin")

    assert "uploading: 50 % (10 of 20 MB, " in up.err
    assert "uploading: 100 % (20 of 20 MB, " in up.err
    assert "downloading: 100 % (20 of 20 MB, " in down.err
    assert (here / "copy.bin").read_bytes() == bytes(20_000_000)
