"""What every storage promises of publications, for all kinds of objects alike."""

from collections.abc import Callable
from typing import Any

import pytest

from tupli_client.storage import TupliStorage
from tupli_client.testing.factories import a_benchmark, an_artifact, an_episode
from tupli_schemas.base import Header
from tupli_schemas.datasets import DatasetUpload
from tupli_schemas.errors import InvalidDataError, NotFoundError
from tupli_schemas.filters import FilterEQ, FilterIN

KINDS = ("benchmark", "artifact", "episode", "dataset")


def _stored(storage: TupliStorage, kind: str) -> Header:
    if kind == "artifact":
        return storage.store_artifact(b"content", an_artifact())
    benchmark = storage.store_benchmark(a_benchmark())
    if kind == "benchmark":
        return benchmark
    episode = storage.record_episode(an_episode(benchmark.id))
    return episode if kind == "episode" else storage.store_dataset(DatasetUpload(name="d", episodes=(episode.id,)))


def _groups(storage: TupliStorage, kind: str, header: Header) -> tuple[str, ...]:
    found: list[Header] = getattr(storage, f"list_{kind}s")(FilterEQ(key="id", value=header.id))
    return found[0].published_in


class PublishingContract:
    """Publish objects and take that back."""

    @pytest.fixture(params=KINDS)
    def kind(self, request: pytest.FixtureRequest) -> str:
        """Each kind of object in turn."""
        return str(request.param)

    def test_what_is_stored_is_private(self, storage: TupliStorage, kind: str) -> None:
        assert _stored(storage, kind).published_in == ()

    def test_a_publication_is_made_once_and_taken_back(self, storage: TupliStorage, kind: str, group: str) -> None:
        header = _stored(storage, kind)
        publish: Callable[..., Any] = getattr(storage, f"publish_{kind}")
        unpublish: Callable[..., Any] = getattr(storage, f"unpublish_{kind}")

        publish(header.id)
        publish(header.id, publish_in=group)
        publish(header.id, group)
        assert sorted(_groups(storage, kind, header)) == sorted(["global", group])

        unpublish(header.id)
        unpublish(header.id)
        assert _groups(storage, kind, header) == (group,)

        unpublish(header.id, unpublish_from=group)
        assert _groups(storage, kind, header) == ()

    def test_an_id_alone_says_what_to_publish(self, storage: TupliStorage, kind: str, group: str) -> None:
        header = _stored(storage, kind)

        storage.publish(header.id)
        storage.publish(header.id, publish_in=group)
        storage.unpublish(header.id)

        assert _groups(storage, kind, header) == (group,)

    def test_publishing_changes_nothing_else(self, storage: TupliStorage, kind: str) -> None:
        header = _stored(storage, kind)

        storage.publish(header.id)

        [after] = getattr(storage, f"list_{kind}s")(FilterEQ(key="id", value=header.id))
        assert after == header.model_copy(update={"published_in": ("global",)})

    def test_objects_are_found_by_where_they_are_published(self, storage: TupliStorage, kind: str, group: str) -> None:
        header = _stored(storage, kind)
        list_headers = getattr(storage, f"list_{kind}s")

        assert list_headers(FilterIN(key="published_in", value=("global", group))) == []
        storage.publish(header.id, group)
        assert [found.id for found in list_headers(FilterIN(key="published_in", value=("global", group)))] == [
            header.id
        ]

    def test_what_is_not_there_cannot_be_published(self, storage: TupliStorage, kind: str) -> None:
        header = _stored(storage, kind)
        getattr(storage, f"delete_{kind}")(header.id)

        for call in (storage.publish, storage.unpublish, getattr(storage, f"publish_{kind}")):
            with pytest.raises(NotFoundError):
                call(header.id)

    def test_a_group_has_a_name(self, storage: TupliStorage, kind: str) -> None:
        header = _stored(storage, kind)

        for name in ("", "no spaces", "\x00", "../x", "x" * 100):
            with pytest.raises(InvalidDataError):
                storage.publish(header.id, publish_in=name)
