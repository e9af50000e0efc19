"""Asking, and not asking: nothing is destroyed by a script that nobody watches."""

import pytest

from tupli_client import FileStorage
from tupli_client.testing import an_artifact, an_episode
from tupli_command import COMMAND, Tupli, watch
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.episodes import EpisodeHeader


def test_without_a_terminal_deleting_exits_2_names_the_flag_and_what_would_go(
    tupli: Tupli, storage: FileStorage, episodes: list[EpisodeHeader]
) -> None:
    ran = tupli("episode", "delete", *(header.id for header in episodes))

    assert ran.code == 2
    assert "--yes" in ran.err
    assert all(header.id in ran.err for header in episodes)
    assert len(storage.list_episodes()) == 3


def test_no_input_asks_nothing_on_a_terminal_either(storage: FileStorage, episodes: list[EpisodeHeader]) -> None:
    ran = watch([*COMMAND, "episode", "delete", episodes[0].id, "--no-input"], typed="y\n")

    assert ran.code == 2
    assert len(storage.list_episodes()) == 3


@pytest.mark.parametrize(("typed", "code", "left"), [("y\n", 0, 2), ("n\n", 1, 3), ("\n", 1, 3), ("\x04", 130, 3)])
def test_on_a_terminal_a_person_decides(
    storage: FileStorage, episodes: list[EpisodeHeader], typed: str, code: int, left: int
) -> None:
    ran = watch([*COMMAND, "episode", "delete", episodes[0].id], typed=typed)

    assert f"episode {episodes[0].id}" in ran.out
    assert "Go on? [y/N]" in ran.out
    assert ran.code == code
    assert len(storage.list_episodes()) == left


def test_yes_deletes_at_once_and_says_so_on_stderr(
    tupli: Tupli, storage: FileStorage, episodes: list[EpisodeHeader]
) -> None:
    ran = tupli("episode", "delete", episodes[0].id, "--yes")

    assert (ran.code, ran.out, ran.err) == (0, "", f"deleted episode {episodes[0].id}\n")
    assert len(storage.list_episodes()) == 2


def test_many_that_would_go_are_counted_and_not_all_listed(
    tupli: Tupli, storage: FileStorage, benchmark: BenchmarkHeader
) -> None:
    headers = storage.record_episodes(an_episode(benchmark.id) for _ in range(12))

    ran = tupli("episode", "delete", *(header.id for header in headers))

    assert "  and 2 more\n" in ran.err


def test_a_benchmark_with_episodes_stays_unless_these_may_go_too(
    tupli: Tupli, storage: FileStorage, episodes: list[EpisodeHeader]
) -> None:
    alone = tupli("benchmark", "delete", "cartpole", "--yes")
    asked = tupli("benchmark", "delete", "cartpole", "--with-episodes")
    both = tupli("benchmark", "delete", "cartpole", "--with-episodes", "--yes")

    assert alone.code == 5
    assert "and its 3 episodes" in asked.err
    assert both.code == 0
    assert (storage.list_benchmarks(), storage.list_episodes()) == ([], [])


def test_what_is_deleted_is_printed_for_programs(tupli: Tupli, storage: FileStorage) -> None:
    header = storage.store_artifact(b"1", an_artifact())

    ran = tupli("artifact", "delete", "prices", "--yes", "--json")

    assert [item["id"] for item in ran.json] == [header.id]


@pytest.mark.parametrize(
    ("options", "missing"),
    [([], "--username"), (["-u", "alice"], "--password-stdin"), (["--password", "x"], "--username")],
)
def test_signing_in_asks_nobody_who_is_not_there(tupli: Tupli, options: list[str], missing: str) -> None:
    ran = tupli("login", "--storage", "http://127.0.0.1:1", *options)

    assert ran.code == 2
    assert ran.err.startswith(f"error: {missing} is missing")
