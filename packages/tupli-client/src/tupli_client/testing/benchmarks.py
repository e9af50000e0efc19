"""What every storage promises of benchmarks."""

import pytest

from tupli_client.storage import TupliStorage
from tupli_client.testing.factories import a_benchmark, an_episode
from tupli_schemas.base import new_id
from tupli_schemas.benchmarks import BenchmarkMetadata, BenchmarkQuery
from tupli_schemas.errors import AmbiguousReferenceError, ConflictError, NotFoundError
from tupli_schemas.filters import FilterEQ

HOSTILE_IDS = (
    "../../etc/passwd",
    "..",
    ".",
    "/etc/passwd",
    "a/b",
    "a\\b",
    "",
    "\x00",
    "a\nb",
    "%2e%2e%2f",
    "$where",
    "x" * 5_000,
)
"""What an id never is: none of it may leave a folder, reach into a query, or be found."""


class BenchmarkContract:
    """Store, find, load and delete benchmarks."""

    def test_a_benchmark_comes_back_as_it_was_stored(self, storage: TupliStorage) -> None:
        metadata = BenchmarkMetadata(
            name="Household ☃",
            description="two lines\nof it",
            difficulty="hard",
            version="2",
            extra={"a": [1, 2.5, None]},
        )
        query = BenchmarkQuery(hash="sha256:0", serialized='{"naïve": "☃\U0001d518"}', metadata=metadata)

        header = storage.store_benchmark(query)
        loaded = storage.load_benchmark(header.id)

        assert (loaded.hash, loaded.serialized, loaded.metadata) == (query.hash, query.serialized, metadata)
        assert (loaded.created_by, loaded.created_at, loaded.published_in) == (header.created_by, header.created_at, ())
        assert storage.list_benchmarks() == [header]

    def test_a_large_environment_is_stored(self, storage: TupliStorage) -> None:
        query = a_benchmark().model_copy(update={"serialized": "x" * 5_000_000})

        assert storage.load_benchmark(storage.store_benchmark(query).id).serialized == query.serialized

    def test_the_same_environment_is_stored_once_and_the_refusal_names_it(self, storage: TupliStorage) -> None:
        query = a_benchmark()
        header = storage.store_benchmark(query)

        with pytest.raises(ConflictError, match=header.id):
            storage.store_benchmark(query.model_copy(update={"metadata": BenchmarkMetadata(name="another")}))

        assert storage.list_benchmarks() == [header]

    def test_storing_again_under_the_same_id_changes_nothing(self, storage: TupliStorage) -> None:
        query = a_benchmark().model_copy(update={"id": new_id()})

        first, again = storage.store_benchmark(query), storage.store_benchmark(query)

        assert first == again
        assert first.id == query.id
        assert storage.list_benchmarks() == [first]

    @pytest.mark.parametrize(
        "change", [{"hash": "other"}, {"serialized": "other"}, {"metadata": BenchmarkMetadata(name="b")}]
    )
    def test_another_benchmark_under_the_same_id_is_refused(
        self, storage: TupliStorage, change: dict[str, object]
    ) -> None:
        query = a_benchmark().model_copy(update={"id": new_id()})
        header = storage.store_benchmark(query)

        with pytest.raises(ConflictError):
            storage.store_benchmark(query.model_copy(update=change))

        assert storage.load_benchmark(header.id).serialized == query.serialized

    @pytest.mark.parametrize("uri", ["household", "household@2", "cartpole@1"])
    def test_a_name_or_a_version_stands_for_the_benchmark(self, storage: TupliStorage, uri: str) -> None:
        stored = {
            f"{name}@{version}": storage.store_benchmark(a_benchmark(name, version=version))
            for name, version in (("cartpole", "1"), ("cartpole", "2"), ("household", "2"))
        }

        loaded = storage.load_benchmark(uri)

        assert loaded.id == stored[uri if "@" in uri else "household@2"].id

    def test_a_name_that_several_have_is_refused_and_lists_them(self, storage: TupliStorage) -> None:
        ids = {storage.store_benchmark(a_benchmark("cartpole", version=version)).id for version in ("1", "2")}

        with pytest.raises(AmbiguousReferenceError) as refusal:
            storage.load_benchmark("cartpole")

        assert all(benchmark_id in refusal.value.detail for benchmark_id in ids)

    def test_a_name_of_nothing_is_refused_and_the_nearest_one_suggested(self, storage: TupliStorage) -> None:
        storage.store_benchmark(a_benchmark("ems-household"))

        with pytest.raises(NotFoundError, match="ems-houshold") as refusal:
            storage.load_benchmark("ems-houshold")

        assert "ems-household" in str(refusal.value.hint)

    @pytest.mark.parametrize("uri", HOSTILE_IDS)
    def test_no_id_leads_out_of_the_storage(self, storage: TupliStorage, uri: str) -> None:
        storage.store_benchmark(a_benchmark())

        for call in (storage.load_benchmark, storage.delete_benchmark, storage.publish_benchmark):
            with pytest.raises(NotFoundError):
                call(uri)

    def test_benchmarks_are_found_by_what_is_said_of_them(self, storage: TupliStorage) -> None:
        wanted = storage.store_benchmark(a_benchmark("household", difficulty="hard", extra={"houses": 3}))
        storage.store_benchmark(a_benchmark("cartpole"))

        for key, value in (
            ("name", "household"),
            ("metadata.difficulty", "hard"),
            ("metadata.extra.houses", 3),
            ("hash", wanted.hash),
            ("id", wanted.id),
        ):
            assert storage.list_benchmarks(FilterEQ(key=key, value=value)) == [wanted]

    def test_a_deleted_benchmark_is_gone_and_its_environment_can_be_stored_again(self, storage: TupliStorage) -> None:
        query = a_benchmark()
        header = storage.store_benchmark(query)

        storage.delete_benchmark(query.metadata.name)

        assert storage.list_benchmarks() == []
        for call in (storage.load_benchmark, storage.delete_benchmark):
            with pytest.raises(NotFoundError):
                call(header.id)
        assert storage.store_benchmark(query).id != header.id

    def test_a_benchmark_with_episodes_is_kept_until_they_are_deleted(self, storage: TupliStorage) -> None:
        benchmark = storage.store_benchmark(a_benchmark())
        episode = storage.record_episode(an_episode(benchmark.id))

        with pytest.raises(ConflictError):
            storage.delete_benchmark(benchmark.id)
        assert storage.list_benchmarks() == [benchmark]

        storage.delete_episode(episode.id)
        storage.delete_benchmark(benchmark.id)
        assert storage.list_benchmarks() == []
