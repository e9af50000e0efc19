"""What every storage promises of filters, order and limits."""

from datetime import timedelta
from typing import Any

import pytest

from tupli_client.storage import TupliStorage
from tupli_client.testing.factories import a_benchmark, an_episode, some_steps
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import InvalidDataError, InvalidFilterError
from tupli_schemas.filters import (
    EVERYTHING,
    NOTHING,
    BaseFilter,
    FilterAND,
    FilterEQ,
    FilterGEQ,
    FilterGT,
    FilterIN,
    FilterLEQ,
    FilterLT,
    FilterNE,
    FilterOR,
)
from tupli_schemas.matching import matches

_POPULATION: dict[str, dict[str, Any]] = {
    "a": {"month": "May", "year": 2024, "tags": ["x", "y"], "n": {"m": 1}, "flag": True},
    "b": {"month": "June", "year": 2024.0, "tags": ["y"], "n": {"m": 2}, "flag": False},
    "c": {"month": "July", "year": 2025, "tags": [], "mixed": 3, "runs": [{"score": 1}, {"score": 9}]},
    "d": {"month": None, "mixed": "text", "flag": 1},
    "e": {"mixed": True, "year": "2024"},
}
"""Metadata by name; the episode of each has 1, 2, … steps with a reward of 10 each, and ends truncated if that is even."""

_CASES: list[tuple[BaseFilter, str]] = [
    (EVERYTHING, "abcde"),
    (NOTHING, ""),
    (~NOTHING, "abcde"),
    (FilterEQ(key="month", value="May"), "a"),
    (FilterEQ(key="metadata.month", value="May"), "a"),
    (FilterNE(key="month", value="May"), "bc"),
    (~FilterEQ(key="month", value="May"), "bcde"),
    (FilterEQ(key="year", value=2024), "ab"),
    (FilterNE(key="year", value=2024), "ce"),
    (FilterGT(key="year", value=2024), "c"),
    (FilterGEQ(key="year", value="2024"), "e"),
    (FilterLT(key="month", value="June"), "c"),
    (FilterLEQ(key="month", value="June"), "bc"),
    (FilterIN(key="month", value=("May", "July", 5)), "ac"),
    (FilterIN(key="month", value=()), ""),
    (FilterEQ(key="tags", value="y"), "ab"),
    (FilterNE(key="tags", value="x"), "bc"),
    (FilterEQ(key="tags.0", value="y"), "b"),
    (FilterEQ(key="n.m", value=2), "b"),
    (FilterGT(key="runs.score", value=5), "c"),
    (FilterEQ(key="flag", value=True), "a"),
    (FilterEQ(key="flag", value=1), "d"),
    (FilterEQ(key="mixed", value=3), "c"),
    (FilterGT(key="mixed", value="a"), "d"),
    (FilterEQ(key="absent", value=1), ""),
    (FilterNE(key="absent", value=1), ""),
    (FilterGT(key="return", value=30), "de"),
    (FilterLEQ(key="length", value=2), "ab"),
    (FilterEQ(key="n_tuples", value=3), "c"),
    (FilterEQ(key="truncated", value=True), "bd"),
    (FilterEQ(key="timeout", value=True), "bd"),
    (FilterEQ(key="terminal", value=True), "ace"),
    (FilterEQ(key="max_reward", value=10), "abcde"),
    (FilterEQ(key="abandoned", value=True), ""),
    (FilterGT(key="n_bytes", value=0), "abcde"),
    (FilterEQ(key="month", value="May") & FilterGT(key="return", value=0), "a"),
    (FilterEQ(key="month", value="May") | FilterEQ(key="name", value="e"), "ae"),
    (FilterAND(filters=(FilterEQ(key="month", value="May"), FilterEQ(key="month", value="June"))), ""),
    (FilterOR.from_list([{"name": "a"}, {"name": "c"}], on_key="name", from_key="name"), "ac"),
    (~(FilterEQ(key="month", value="May") | FilterEQ(key="mixed", value=3)), "bde"),
]


class SearchContract:
    """Find, sort and limit."""

    @pytest.fixture
    def population(self, storage: TupliStorage) -> dict[str, EpisodeHeader]:
        """The episodes of ``_POPULATION`` by name."""
        benchmark = storage.store_benchmark(a_benchmark())
        headers = storage.record_episodes(
            an_episode(benchmark.id, some_steps(steps, reward=10, terminated=steps % 2 == 1), name=name, **metadata)
            for steps, (name, metadata) in enumerate(_POPULATION.items(), start=1)
        )
        return dict(zip(_POPULATION, headers, strict=True))

    @pytest.mark.parametrize(("filter_", "expected"), _CASES)
    def test_a_filter_finds_what_it_says(
        self, storage: TupliStorage, population: dict[str, EpisodeHeader], filter_: BaseFilter, expected: str
    ) -> None:
        found = storage.list_episodes(filter_)

        assert sorted(str(header.metadata["name"]) for header in found) == list(expected)
        assert [name for name, header in population.items() if matches(filter_, header)] == list(expected)

    def test_ids_authors_benchmarks_and_times_find_episodes(
        self, storage: TupliStorage, population: dict[str, EpisodeHeader]
    ) -> None:
        other = storage.store_benchmark(a_benchmark())
        late = storage.record_episode(an_episode(other.id))
        a, b, *_ = population.values()
        early: Any = a.created_at
        tomorrow: Any = late.created_at + timedelta(days=1)
        of_first = FilterEQ(key="benchmark_id", value=a.benchmark_id)

        assert storage.list_episodes(FilterEQ(key="benchmark_id", value=other.id)) == [late]
        assert len(storage.list_episodes(of_first | FilterEQ(key="benchmark_id", value=other.id))) == 6
        assert storage.list_episodes(of_first & FilterEQ(key="benchmark_id", value=other.id)) == []
        assert storage.list_episodes(of_first & FilterIN(key="id", value=(late.id, b.id))) == [b]
        assert len(storage.list_episodes(FilterEQ(key="created_by", value=a.created_by))) == 6
        assert storage.list_episodes(FilterEQ(key="id", value=5)) == []
        assert len(storage.list_episodes(FilterGEQ(key="created_at", value=early))) == 6
        assert storage.list_episodes(FilterGT(key="created_at", value=tomorrow)) == []

    @pytest.mark.parametrize(
        ("sort", "expected"),
        [
            (["-length"], "edcba"),
            (["return"], "abcde"),
            (["month", "-length"], "edcba"),
            (["-month", "length"], "abcde"),
            (["truncated", "-name"], "ecadb"),
            (["mixed", "name"], "abcde"),
            (["-mixed", "name"], "edcab"),
            (["metadata.year", "name"], "dabce"),
            (["n.m", "name"], "cdeab"),
        ],
    )
    def test_a_list_is_sorted_by_keys(
        self, storage: TupliStorage, population: dict[str, EpisodeHeader], sort: list[str], expected: str
    ) -> None:
        names = [str(header.metadata["name"]) for header in storage.list_episodes(sort=sort)]

        assert "".join(names) == expected

    def test_a_list_without_an_order_goes_by_ids_and_equals_too(
        self, storage: TupliStorage, population: dict[str, EpisodeHeader]
    ) -> None:
        ids = sorted(header.id for header in population.values())

        assert [header.id for header in storage.list_episodes()] == ids
        assert [header.id for header in storage.list_episodes(sort=["benchmark_id"])] == ids

    def test_a_limit_cuts_the_list_behind_its_order(
        self, storage: TupliStorage, population: dict[str, EpisodeHeader]
    ) -> None:
        longest = storage.list_episodes(FilterLT(key="length", value=5), sort=["-length"], limit=2)

        assert [header.n_tuples for header in longest] == [4, 3]
        assert len(storage.list_episodes(limit=100)) == 5
        assert len(storage.list_benchmarks(limit=1)) == 1

    def test_pages_follow_one_another_by_id(self, storage: TupliStorage, population: dict[str, EpisodeHeader]) -> None:
        pages, last = [], ""
        while page := storage.list_episodes(FilterGT(key="id", value=last), limit=2):
            pages.append([header.id for header in page])
            last = page[-1].id

        assert [len(page) for page in pages] == [2, 2, 1]
        assert [episode_id for page in pages for episode_id in page] == sorted(
            header.id for header in population.values()
        )

    def test_a_filter_may_come_as_its_json(self, storage: TupliStorage, population: dict[str, EpisodeHeader]) -> None:
        raw: Any = {"type": "EQ", "key": "month", "value": "May", "filters": []}

        assert storage.list_episodes(raw) == [population["a"]]

    @pytest.mark.parametrize("wrong", ["month", 5, {"type": "XOR"}, {"key": "month"}, [FilterEQ(key="a", value=1)]])
    def test_what_is_no_filter_is_refused(self, storage: TupliStorage, wrong: Any) -> None:
        with pytest.raises(InvalidFilterError):
            storage.list_episodes(wrong)

    def test_no_order_and_no_limit_of_nonsense(
        self, storage: TupliStorage, population: dict[str, EpisodeHeader]
    ) -> None:
        for sort in ([""], ["$where"], ["--a"], ["a"] * 100):
            with pytest.raises(InvalidDataError):
                storage.list_episodes(sort=sort)
        for limit in (-1, 0):  # whoever wants nothing need not ask
            with pytest.raises(InvalidDataError):
                storage.list_episodes(limit=limit)
