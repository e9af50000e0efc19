"""What a user may write to name an object."""

from pathlib import Path

import pytest

from tupli_client.file_storage import FileStorage
from tupli_client.references import find
from tupli_client.testing import a_benchmark, an_episode
from tupli_schemas.base import now
from tupli_schemas.benchmarks import BenchmarkHeader, BenchmarkMetadata
from tupli_schemas.datasets import DatasetHeader
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import AmbiguousReferenceError, NotFoundError
from tupli_schemas.filters import BaseFilter
from tupli_schemas.matching import matches


def a_header(id: str, name: str, version: str | None = None) -> BenchmarkHeader:  # noqa: A002
    metadata = BenchmarkMetadata(name=name, version=version)
    return BenchmarkHeader(id=id, created_by="someone", created_at=now(), hash=id, metadata=metadata)


def an_episode_header(id: str) -> EpisodeHeader:  # noqa: A002
    return EpisodeHeader(
        id=id, created_by="someone", created_at=now(), benchmark_id="b", n_tuples=1, terminated=True, truncated=False
    )


HEADERS = [
    a_header("0199aa01", "cartpole", "1"),
    a_header("0199aa02", "cartpole", "2"),
    a_header("0199bb03", "household"),
    a_header("0199bb04", "cartpole@2"),
    a_header("household", "taken"),
]


def found(uri: str, *, prefixes: bool = False) -> str:
    def list_headers(filter_: BaseFilter) -> list[BenchmarkHeader]:
        return [header for header in HEADERS if matches(filter_, header)]

    return find(uri, list_headers, BenchmarkHeader, prefixes=prefixes).id


@pytest.mark.parametrize(
    ("uri", "expected"),
    [("0199aa01", "0199aa01"), ("cartpole@1", "0199aa01"), ("taken", "household"), ("household", "household")],
)
def test_an_id_a_name_or_a_version_finds_the_one_it_stands_for(uri: str, expected: str) -> None:
    assert found(uri) == expected


@pytest.mark.parametrize(
    ("uri", "listed"), [("cartpole", {"0199aa01", "0199aa02"}), ("cartpole@2", {"0199aa02", "0199bb04"})]
)
def test_what_stands_for_several_is_refused_and_lists_them(uri: str, listed: set[str]) -> None:
    with pytest.raises(AmbiguousReferenceError) as refusal:
        found(uri)

    assert {header.id for header in HEADERS if header.id in refusal.value.detail} == listed


@pytest.mark.parametrize(
    ("uri", "meant"), [("cartpol", "cartpole"), ("houshold", "household"), ("cartpole@3", "cartpole@")]
)
def test_a_name_of_nothing_is_refused_and_the_nearest_one_suggested(uri: str, meant: str) -> None:
    with pytest.raises(NotFoundError) as refusal:
        found(uri)

    assert refusal.value.hint is not None
    assert meant in refusal.value.hint


@pytest.mark.parametrize("uri", ["", "\x00", "../x", "\ud800", "zzzzzzz", "a\nb"])
def test_nonsense_is_not_found_rather_than_an_error_of_its_own(uri: str) -> None:
    with pytest.raises(NotFoundError):
        found(uri)


def test_the_beginning_of_an_id_will_do_where_it_is_allowed_and_clear() -> None:
    assert found("househol", prefixes=True) == "household"
    with pytest.raises(NotFoundError):
        found("househol")
    with pytest.raises(NotFoundError):
        found("house", prefixes=True)
    with pytest.raises(AmbiguousReferenceError, match="0199aa02"):
        found("0199aa0", prefixes=True)


def test_episodes_have_no_names_so_only_an_id_finds_them() -> None:
    episodes = [an_episode_header("0199aa01"), an_episode_header("0199aa02")]

    def list_headers(filter_: BaseFilter) -> list[EpisodeHeader]:
        return [header for header in episodes if matches(filter_, header)]

    assert find("0199aa02", list_headers, EpisodeHeader) is episodes[1]
    with pytest.raises(NotFoundError, match="episode '0199aa' not found"):
        find("0199aa", list_headers, EpisodeHeader)


def test_datasets_are_found_by_name_and_version() -> None:
    versions = [
        DatasetHeader(
            id=f"d{number}",
            created_by="someone",
            created_at=now(),
            name="runs",
            version=str(number),
            n_episodes=1,
            n_tuples=1,
            digest="sha256:0",
        )
        for number in (1, 2)
    ]

    def list_headers(filter_: BaseFilter) -> list[DatasetHeader]:
        return [header for header in versions if matches(filter_, header)]

    assert find("runs@2", list_headers, DatasetHeader).id == "d2"


def test_an_episode_that_names_its_benchmark_by_name_learns_the_id(tmp_path: Path) -> None:
    storage = FileStorage(tmp_path)
    benchmark = storage.store_benchmark(a_benchmark("cart-pole", version="2"))

    with pytest.raises(NotFoundError, match=f"by id, here {benchmark.id}"):
        storage.record_episode(an_episode("cart-pole"))
