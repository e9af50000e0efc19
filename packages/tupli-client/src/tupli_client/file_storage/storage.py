"""A folder as a storage, without a server: for one researcher, or for several processes on one machine."""

# ruff: noqa: A002 - `filter` is the published name of this argument

import getpass
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Literal, overload

from tupli_client import waiting
from tupli_client.file_storage import artifacts, benchmarks, datasets
from tupli_client.file_storage.blobs import Blobs
from tupli_client.file_storage.compaction import compact
from tupli_client.file_storage.episodes import Loading, load, record, with_tuples
from tupli_client.file_storage.failures import explained
from tupli_client.file_storage.folder import Folder
from tupli_client.file_storage.session import Session
from tupli_client.file_storage.shelf import Shelf
from tupli_client.file_storage.verification import Damage, verify
from tupli_client.storage import ArtifactSource, Progress, Selection, TupliStorage
from tupli_schemas.artifacts import ArtifactHeader, ArtifactMetadata
from tupli_schemas.benchmarks import Benchmark, BenchmarkHeader, BenchmarkQuery
from tupli_schemas.datasets import Dataset, DatasetHeader, DatasetUpload
from tupli_schemas.episodes import Episode, EpisodeHeader, EpisodeItem
from tupli_schemas.errors import NotFoundError
from tupli_schemas.filters import EVERYTHING, BaseFilter
from tupli_schemas.permissions import GLOBAL


class FileStorage(TupliStorage):
    """Benchmarks, artifacts, episodes and datasets in a folder.

    Several processes and threads may use it at once, also across forks; on a network drive only one machine at a time. Nothing is
    made before something is stored. Loaded arrays are read-only views of the files.

    Args:
        storage_base_dir: The folder; made when something is stored. ``StorageError`` if it is something else.
        created_by: Who is named as the author of what is stored; the name of the local user if it is not given.
    """

    settles_waiting = True

    def __init__(
        self, storage_base_dir: str | os.PathLike[str] = "_local_storage", *, created_by: str | None = None
    ) -> None:
        # Absolute, so that it stays the same folder when the process moves to another one.
        self._path = Path(storage_base_dir).expanduser().absolute()
        self._created_by = created_by or _local_user()
        folder = Folder(self._path)
        with explained(self._path, "read"):
            folder.is_storage()
        self._session = Session(folder)
        self._blobs = Blobs(folder.artifacts)
        self._benchmarks = Shelf(self._session, BenchmarkHeader)
        self._artifacts = Shelf(self._session, ArtifactHeader)
        self._episodes = Shelf(self._session, EpisodeHeader)
        self._datasets = Shelf(self._session, DatasetHeader)

    def store_benchmark(self, query: BenchmarkQuery) -> BenchmarkHeader:
        return benchmarks.store(self._benchmarks, query, self._created_by)

    def load_benchmark(self, uri: str) -> Benchmark:
        return benchmarks.load(self._benchmarks, uri)

    def list_benchmarks(
        self, filter: BaseFilter = EVERYTHING, *, sort: Sequence[str] = (), limit: int | None = None
    ) -> list[BenchmarkHeader]:
        return self._benchmarks.headers(filter, sort, limit)

    def delete_benchmark(self, uri: str) -> None:
        benchmarks.delete(self._benchmarks, uri)

    def publish_benchmark(self, uri: str, publish_in: str = GLOBAL) -> None:
        self._benchmarks.publish(uri, publish_in)

    def unpublish_benchmark(self, uri: str, unpublish_from: str = GLOBAL) -> None:
        self._benchmarks.unpublish(uri, unpublish_from)

    def store_artifact(self, artifact: ArtifactSource, metadata: ArtifactMetadata) -> ArtifactHeader:
        return artifacts.store(self._artifacts, self._blobs, artifact, metadata, self._created_by)

    def load_artifact(self, uri: str) -> bytes:
        with self.open_artifact(uri) as stream:
            return stream.read()

    def open_artifact(self, uri: str) -> BinaryIO:
        return artifacts.open_(self._artifacts, self._blobs, uri)

    def list_artifacts(
        self, filter: BaseFilter = EVERYTHING, *, sort: Sequence[str] = (), limit: int | None = None
    ) -> list[ArtifactHeader]:
        return self._artifacts.headers(filter, sort, limit)

    def delete_artifact(self, uri: str) -> None:
        artifacts.delete(self._artifacts, self._blobs, uri)

    def publish_artifact(self, uri: str, publish_in: str = GLOBAL) -> None:
        self._artifacts.publish(uri, publish_in)

    def unpublish_artifact(self, uri: str, unpublish_from: str = GLOBAL) -> None:
        self._artifacts.unpublish(uri, unpublish_from)

    def record_episode(self, episode: Episode) -> EpisodeHeader:
        return self.record_episodes([episode])[0]

    def record_episodes(self, episodes: Iterable[Episode], *, progress: Progress | None = None) -> list[EpisodeHeader]:
        return record(self._episodes, episodes, self._created_by, progress)

    @overload
    def list_episodes(
        self,
        filter: BaseFilter = EVERYTHING,
        include_tuples: Literal[False] = False,
        *,
        sort: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[EpisodeHeader]: ...
    @overload
    def list_episodes(
        self,
        filter: BaseFilter = EVERYTHING,
        *,
        include_tuples: Literal[True],
        sort: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[EpisodeItem]: ...
    def list_episodes(
        self,
        filter: BaseFilter = EVERYTHING,
        include_tuples: bool = False,
        *,
        sort: Sequence[str] = (),
        limit: int | None = None,
    ) -> list[EpisodeHeader] | list[EpisodeItem]:
        headers = self._episodes.headers(filter, sort, limit)
        return [with_tuples(self._episodes, header) for header in headers] if include_tuples else headers

    def load_episode(self, uri: str, *, columns: Collection[str] | None = None) -> Episode:
        return load(self._episodes, uri, columns)

    def load_episodes(
        self, selection: Selection = EVERYTHING, *, columns: Collection[str] | None = None
    ) -> Iterator[Episode]:
        return Loading(self._episodes, selection, columns)

    def delete_episode(self, uri: str) -> None:
        self._episodes.delete(uri)

    def publish_episode(self, uri: str, publish_in: str = GLOBAL) -> None:
        self._episodes.publish(uri, publish_in)

    def unpublish_episode(self, uri: str, unpublish_from: str = GLOBAL) -> None:
        self._episodes.unpublish(uri, unpublish_from)

    def store_dataset(self, dataset: DatasetUpload) -> DatasetHeader:
        return datasets.store(self._datasets, dataset, self._created_by)

    def load_dataset(self, uri: str) -> Dataset:
        return datasets.load(self._datasets, uri)

    def list_datasets(
        self, filter: BaseFilter = EVERYTHING, *, sort: Sequence[str] = (), limit: int | None = None
    ) -> list[DatasetHeader]:
        return self._datasets.headers(filter, sort, limit)

    def delete_dataset(self, uri: str) -> None:
        self._datasets.delete(uri)

    def publish_dataset(self, uri: str, publish_in: str = GLOBAL) -> None:
        self._datasets.publish(uri, publish_in)

    def unpublish_dataset(self, uri: str, unpublish_from: str = GLOBAL) -> None:
        self._datasets.unpublish(uri, unpublish_from)

    def publish(self, uri: str, publish_in: str = GLOBAL) -> None:
        self._shelf_of(uri).publish(uri, publish_in)

    def unpublish(self, uri: str, unpublish_from: str = GLOBAL) -> None:
        self._shelf_of(uri).unpublish(uri, unpublish_from)

    def verify(self) -> list[Damage]:
        """Read everything and compare it with what was stored: the objects that are damaged, none if all is well."""
        return verify(self._session, self._blobs)

    def compact(self) -> int:
        """Give the space of deleted objects back to the disk; how many bytes that is. Needs room for a segment, up to 1 GiB."""
        return compact(self._session, self._blobs)

    def close(self) -> None:
        waiting.settle()
        self._session.close()

    def _shelf_of(self, uri: str) -> Shelf[Any]:
        shelves: tuple[Shelf[Any], ...] = (self._benchmarks, self._artifacts, self._episodes, self._datasets)
        for shelf in shelves:
            if shelf.has(uri):
                return shelf
        raise NotFoundError(f"there is nothing with the id {uri!r}")

    def __reduce__(self) -> tuple[Any, ...]:
        return _reopened, (self._path, self._created_by)

    def __repr__(self) -> str:
        return f"FileStorage({str(self._path)!r})"


def _reopened(path: Path, created_by: str) -> FileStorage:
    return FileStorage(path, created_by=created_by)


def _local_user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # what it raises for a user without a name differs among versions
        return "unknown"
