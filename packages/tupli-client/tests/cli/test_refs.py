"""What people may write to mean an object."""

import pytest

from tupli_client import FileStorage
from tupli_client.testing import a_benchmark, an_episode
from tupli_command import Tupli
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.episodes import Episode, EpisodeHeader


@pytest.fixture
def two_versions(storage: FileStorage) -> list[str]:
    return [storage.store_benchmark(a_benchmark("ems", version=version)).id for version in ("1", "2")]


def test_a_ref_is_a_full_id_a_name_or_a_name_with_a_version(tupli: Tupli, benchmark: BenchmarkHeader) -> None:
    shown = [tupli("benchmark", "show", ref, "-q") for ref in (benchmark.id, "cartpole", "cartpole@1")]

    assert [ran.lines for ran in shown] == [[benchmark.id]] * 3


def test_a_ref_may_be_the_beginning_of_an_id(tupli: Tupli, storage: FileStorage, benchmark: BenchmarkHeader) -> None:
    episode = an_episode(benchmark.id)
    storage.record_episode(Episode(id="f00ba4-and-more", benchmark_id=benchmark.id, data=episode.data))

    assert tupli("episode", "show", "f00ba4", "-q").lines == ["f00ba4-and-more"]
    assert tupli("episode", "show", "f00ba", "-q").code == 3


def test_the_beginning_of_several_ids_exits_2_and_lists_them(tupli: Tupli, episodes: list[EpisodeHeader]) -> None:
    ran = tupli("episode", "show", episodes[0].id[:6])

    assert ran.code == 2
    assert ran.out == ""
    assert all(header.id in ran.err for header in episodes)


def test_an_ambiguous_name_exits_2_and_lists_the_versions(tupli: Tupli, two_versions: list[str]) -> None:
    ran = tupli("benchmark", "show", "ems")

    assert ran.code == 2
    assert all(text in ran.err for text in (*two_versions, "ems@1", "ems@2"))


def test_a_version_settles_which_one_is_meant(tupli: Tupli, two_versions: list[str]) -> None:
    assert tupli("benchmark", "show", "ems@2", "-q").lines == [two_versions[1]]


def test_all_refs_are_found_before_anything_is_done(
    tupli: Tupli, storage: FileStorage, episodes: list[EpisodeHeader]
) -> None:
    ran = tupli("episode", "delete", episodes[0].id, "no-such-episode", "--yes")

    assert ran.code == 3
    assert len(storage.list_episodes()) == 3


def test_an_object_that_is_named_twice_is_meant_once(
    tupli: Tupli, storage: FileStorage, benchmark: BenchmarkHeader
) -> None:
    ran = tupli("benchmark", "delete", "cartpole", benchmark.id, "--yes", "-q")

    assert (ran.code, ran.lines) == (0, [benchmark.id])
    assert storage.list_benchmarks() == []
