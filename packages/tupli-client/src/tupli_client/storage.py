"""What every place that keeps benchmarks, artifacts, episodes and datasets promises: a folder, a server, or one of your own.

``tupli_client.testing.StorageContract`` tests these promises; subclass it to find out whether a storage keeps them.
"""

# ruff: noqa: A002 - `filter` is the published name of this argument

from collections.abc import Callable, Iterable, Iterator, Sequence
from os import PathLike
from types import TracebackType
from typing import BinaryIO, Literal, Protocol, Self, TypeAlias, overload

from tupli_schemas.artifacts import ArtifactHeader, ArtifactMetadata
from tupli_schemas.benchmarks import Benchmark, BenchmarkHeader, BenchmarkQuery
from tupli_schemas.datasets import Dataset, DatasetHeader, DatasetUpload
from tupli_schemas.episodes import Episode, EpisodeHeader, EpisodeItem
from tupli_schemas.filters import EVERYTHING, BaseFilter
from tupli_schemas.permissions import GLOBAL

ArtifactSource: TypeAlias = bytes | bytearray | memoryview | PathLike[str] | BinaryIO
"""The content of an artifact: its bytes, the path of a file, or a binary stream, which is read from where it stands to its end."""

Progress: TypeAlias = Callable[[int, int], object]
"""Is called with how many episodes and how many payload bytes are stored so far."""

Selection: TypeAlias = BaseFilter | Iterable[EpisodeHeader | str]
"""Which episodes: those that satisfy a filter, or these, by header or id."""


class TupliStorage(Protocol):
    """A place that keeps benchmarks, artifacts, episodes and datasets.

    All methods keep these promises:

    - What a call has returned is stored for good: it survives the end of this process and of the machine, and every list that begins
      afterwards shows it. What a call could not finish is not there at all, or is whole.
    - What is read is what was written, bit for bit.
    - A ``uri`` is an id. For benchmarks and datasets it may also be ``name`` or ``name@version``, for artifacts ``name``: a name that
      several have is refused with ``AmbiguousReferenceError``, which lists them. A ``uri`` of nothing is refused with
      ``NotFoundError``, which names the nearest name there is.
    - Lists hold headers, never payloads, in the order of ``sort``, and of ids where that leaves a choice. Ids made by Tupli ascend with
      time. ``sort`` holds keys as in a filter; ``-`` before one puts the largest first. Missing keys and null sort below numbers,
      numbers below strings, strings below booleans. ``limit`` cuts the list after that many.
    - What is stored again under an id that exists is compared: the same content gives the header that is there and changes nothing,
      other content is refused with ``ConflictError``.
    - Input that could not be stored exactly is refused with ``InvalidDataError`` (or pydantic's ``ValidationError``, where a schema is
      made), a storage without room with ``StorageFullError``, a broken or read-only one with ``StorageError``; earlier data stays.
    """

    # ---------------------------------------------------------------------------------------------------------- benchmarks

    def store_benchmark(self, query: BenchmarkQuery) -> BenchmarkHeader:
        """Store a benchmark.

        Raises:
            ConflictError: You have stored this environment (an equal hash) already; the message names its id.
        """

    def load_benchmark(self, uri: str) -> Benchmark:
        """A benchmark with the text that its environment is rebuilt from."""

    def list_benchmarks(
        self, filter: BaseFilter = EVERYTHING, *, sort: Sequence[str] = (), limit: int | None = None
    ) -> list[BenchmarkHeader]:
        """The benchmarks that satisfy a filter."""

    def delete_benchmark(self, uri: str) -> None:
        """Delete a benchmark for good.

        Raises:
            ConflictError: There are episodes of it; delete those first.
        """

    def publish_benchmark(self, uri: str, publish_in: str = GLOBAL) -> None:
        """Let a group, or with ``global`` everybody, read it. Doing so again changes nothing."""

    def unpublish_benchmark(self, uri: str, unpublish_from: str = GLOBAL) -> None:
        """Take a publication back. Where there is none, nothing changes."""

    # ----------------------------------------------------------------------------------------------------------- artifacts

    def store_artifact(self, artifact: ArtifactSource, metadata: ArtifactMetadata) -> ArtifactHeader:
        """Store bytes. Content that you have stored before is the artifact that is there: its header comes back, unchanged."""

    def load_artifact(self, uri: str) -> bytes:
        """All bytes of an artifact.

        Raises:
            ChecksumError: They are not those that were stored.
        """

    def open_artifact(self, uri: str) -> BinaryIO:
        """The bytes of an artifact as a stream, read as they are asked for; close it, or use it in a ``with`` statement.

        The read that reaches the end of a stream that was read in order raises ``ChecksumError`` if the bytes are not those that
        were stored.
        """

    def list_artifacts(
        self, filter: BaseFilter = EVERYTHING, *, sort: Sequence[str] = (), limit: int | None = None
    ) -> list[ArtifactHeader]:
        """The artifacts that satisfy a filter."""

    def delete_artifact(self, uri: str) -> None:
        """Delete an artifact for good."""

    def publish_artifact(self, uri: str, publish_in: str = GLOBAL) -> None:
        """Let a group, or with ``global`` everybody, read it. Doing so again changes nothing."""

    def unpublish_artifact(self, uri: str, unpublish_from: str = GLOBAL) -> None:
        """Take a publication back. Where there is none, nothing changes."""

    # ------------------------------------------------------------------------------------------------------------ episodes

    def record(self, episode: Episode) -> EpisodeHeader:
        """The shorter name of ``record_episode``."""
        return self.record_episode(episode)

    def record_episode(self, episode: Episode) -> EpisodeHeader:
        """Store an episode. Without an id of its own it gets one.

        Raises:
            NotFoundError: There is no such benchmark.
        """

    def record_episodes(self, episodes: Iterable[Episode], *, progress: Progress | None = None) -> list[EpisodeHeader]:
        """Store many episodes, read from ``episodes`` as they are needed; their headers come in the same order.

        This is the fast way for small episodes: many share one acknowledgement. After an error those before the one that was refused
        may be stored; with ids of their own they can all be sent again.

        Raises:
            NotFoundError: There is no such benchmark.
        """

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
        """The episodes that satisfy a filter; with ``include_tuples`` each with its steps (``load_episodes`` is the fast way)."""

    def load_episode(self, uri: str) -> Episode:
        """An episode with its steps, as columns.

        Raises:
            ChecksumError: Its bytes are not those that were stored.
        """

    def load_episodes(self, selection: Selection = EVERYTHING) -> Iterator[Episode]:
        """Episodes with their steps, in the order of ``selection`` (of a filter: of ids), each read when it is asked for.

        Nothing is read before the first one is asked for, and no more than a few are held at a time. A damaged episode raises
        ``ChecksumError``, one that is no longer there ``NotFoundError``, each naming it; the iterator may be asked on for those
        that follow.
        """

    def delete_episode(self, uri: str) -> None:
        """Delete an episode for good. Datasets that hold it keep its name and checksum."""

    def publish_episode(self, uri: str, publish_in: str = GLOBAL) -> None:
        """Let a group, or with ``global`` everybody, read it. Doing so again changes nothing."""

    def unpublish_episode(self, uri: str, unpublish_from: str = GLOBAL) -> None:
        """Take a publication back. Where there is none, nothing changes."""

    # ------------------------------------------------------------------------------------------------------------ datasets

    def store_dataset(self, dataset: DatasetUpload) -> DatasetHeader:
        """Freeze a list of episodes under a name and a version, each with the checksum that it has now.

        Raises:
            NotFoundError: One of the episodes is not there.
            ConflictError: You have another dataset of this name and version. An equal one is left as it is.
        """

    def load_dataset(self, uri: str) -> Dataset:
        """A dataset with the list of its episodes."""

    def list_datasets(
        self, filter: BaseFilter = EVERYTHING, *, sort: Sequence[str] = (), limit: int | None = None
    ) -> list[DatasetHeader]:
        """The datasets that satisfy a filter."""

    def delete_dataset(self, uri: str) -> None:
        """Delete a dataset for good; its episodes stay."""

    def publish_dataset(self, uri: str, publish_in: str = GLOBAL) -> None:
        """Let a group, or with ``global`` everybody, read the list; the episodes are published by themselves."""

    def unpublish_dataset(self, uri: str, unpublish_from: str = GLOBAL) -> None:
        """Take a publication back. Where there is none, nothing changes."""

    # ---------------------------------------------------------------------------------------------------------- every kind

    def publish(self, uri: str, publish_in: str = GLOBAL) -> None:
        """Publish whatever ``uri`` is the id of: a benchmark, an artifact, an episode or a dataset."""

    def unpublish(self, uri: str, unpublish_from: str = GLOBAL) -> None:
        """Take a publication back, whatever ``uri`` is the id of."""

    def close(self) -> None:
        """Let go of files and connections. Doing so again changes nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
