"""A server as a storage: the same promises as a folder, shared with others."""

# ruff: noqa: A002 - `filter` is the published name of this argument

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, BinaryIO, TypeVar, cast
from urllib.parse import parse_qs, urlsplit

import requests

from tupli_client import api_artifacts, api_transfers, references
from tupli_client.api_accounts import AccountMethods, as_json, read
from tupli_client.items import with_tuples
from tupli_client.questions import check_limit, check_selection, sort_keys
from tupli_client.sources import PIECE_BYTES
from tupli_client.storage import ArtifactSource, Progress, Selection, TupliStorage
from tupli_schemas.artifacts import ArtifactHeader, ArtifactMetadata
from tupli_schemas.base import Header, is_id
from tupli_schemas.benchmarks import Benchmark, BenchmarkHeader, BenchmarkQuery
from tupli_schemas.datasets import Dataset, DatasetHeader, DatasetUpload
from tupli_schemas.episodes import Episode, EpisodeHeader
from tupli_schemas.errors import ChecksumError, InvalidDataError, NotFoundError
from tupli_schemas.filters import EVERYTHING, BaseFilter, FilterEQ, parse_filter
from tupli_schemas.permissions import GLOBAL
from tupli_schemas.searches import MAX_LIMIT

H = TypeVar("H", bound=Header)
Found = TypeVar("Found")


class TupliAPIClient(AccountMethods, TupliStorage):
    """A storage on a server, used by one signed-in user (or by nobody, who sees what is public).

    Args:
        url: The server, with or without ``/`` at the end, and with its path, as in ``https://tupli.example.org/api``.
        token: A personal access token. Without one, ``login`` signs in, or a sign-in that was kept is used.
        profile: Take URL and token from this profile of the settings.
    """

    settles_waiting = True

    # ---------------------------------------------------------------------------------------------------------- benchmarks

    def store_benchmark(self, query: BenchmarkQuery) -> BenchmarkHeader:
        return read(BenchmarkHeader, self._send("POST", "/benchmarks/create", json=as_json(query)))

    def load_benchmark(self, uri: str) -> Benchmark:
        return self._one(BenchmarkHeader, uri, lambda found: read(Benchmark, self._get("benchmark", "load", found)))

    def list_benchmarks(
        self, filter: BaseFilter | None = EVERYTHING, *, sort: Sequence[str] = (), limit: int | None = None
    ) -> list[BenchmarkHeader]:
        return self._list(BenchmarkHeader, filter, sort, limit)

    def delete_benchmark(self, uri: str) -> None:
        self._delete(BenchmarkHeader, uri)

    def publish_benchmark(self, uri: str, publish_in: str = GLOBAL) -> None:
        self._publish(BenchmarkHeader, uri, publish_in)

    def unpublish_benchmark(self, uri: str, unpublish_from: str = GLOBAL) -> None:
        self._unpublish(BenchmarkHeader, uri, unpublish_from)

    # ----------------------------------------------------------------------------------------------------------- artifacts

    def store_artifact(self, artifact: ArtifactSource, metadata: ArtifactMetadata) -> ArtifactHeader:
        with api_artifacts.seekable(artifact) as content:
            upload = api_artifacts.Upload(metadata, content)
            headers = {"Content-Type": api_transfers.MEDIA_TYPE}
            header = read(
                ArtifactHeader, self._send("POST", "/artifacts/upload", data=upload, headers=headers, repeatable=True)
            )
        if header.hash != upload.hash:
            self.delete_artifact(header.id)
            raise ChecksumError("the artifact changed on its way to the server", hint="store it once more")
        return header

    def load_artifact(self, uri: str) -> bytes:
        with self.open_artifact(uri) as stream:
            return stream.read()

    def open_artifact(self, uri: str) -> BinaryIO:
        answer = self._one(ArtifactHeader, uri, lambda found: self._get("artifact", "download", found, stream=True))
        return cast(BinaryIO, io.BufferedReader(api_artifacts.Download(answer, uri), PIECE_BYTES))

    def list_artifacts(
        self, filter: BaseFilter | None = EVERYTHING, *, sort: Sequence[str] = (), limit: int | None = None
    ) -> list[ArtifactHeader]:
        return self._list(ArtifactHeader, filter, sort, limit)

    def delete_artifact(self, uri: str) -> None:
        self._delete(ArtifactHeader, uri)

    def publish_artifact(self, uri: str, publish_in: str = GLOBAL) -> None:
        self._publish(ArtifactHeader, uri, publish_in)

    def unpublish_artifact(self, uri: str, unpublish_from: str = GLOBAL) -> None:
        self._unpublish(ArtifactHeader, uri, unpublish_from)

    # ------------------------------------------------------------------------------------------------------------ episodes

    def record_episode(self, episode: Episode) -> EpisodeHeader:
        return self.record_episodes([episode])[0]

    def record_episodes(self, episodes: Iterable[Episode], *, progress: Progress | None = None) -> list[EpisodeHeader]:
        return api_transfers.upload(self._send, episodes, progress)

    def list_episodes(
        self,
        filter: BaseFilter | None = EVERYTHING,
        include_tuples: bool = False,
        *,
        sort: Sequence[str] = (),
        limit: int | None = None,
    ) -> Any:
        headers = self._list(EpisodeHeader, filter, sort, limit)
        return with_tuples(headers, self.load_episodes(headers)) if include_tuples else headers

    def load_episode(self, uri: str) -> Episode:
        return next(self.load_episodes([uri]))

    def load_episodes(self, selection: Selection = EVERYTHING) -> Iterator[Episode]:
        return api_transfers.download(self._send, check_selection(selection))

    def delete_episode(self, uri: str) -> None:
        self._delete(EpisodeHeader, uri)

    def publish_episode(self, uri: str, publish_in: str = GLOBAL) -> None:
        self._publish(EpisodeHeader, uri, publish_in)

    def unpublish_episode(self, uri: str, unpublish_from: str = GLOBAL) -> None:
        self._unpublish(EpisodeHeader, uri, unpublish_from)

    # ------------------------------------------------------------------------------------------------------------ datasets

    def store_dataset(self, dataset: DatasetUpload) -> DatasetHeader:
        return read(DatasetHeader, self._send("POST", "/datasets/create", json=as_json(dataset)))

    def load_dataset(self, uri: str) -> Dataset:
        return self._one(DatasetHeader, uri, lambda found: read(Dataset, self._get("dataset", "load", found)))

    def list_datasets(
        self, filter: BaseFilter | None = EVERYTHING, *, sort: Sequence[str] = (), limit: int | None = None
    ) -> list[DatasetHeader]:
        return self._list(DatasetHeader, filter, sort, limit)

    def delete_dataset(self, uri: str) -> None:
        self._delete(DatasetHeader, uri)

    def publish_dataset(self, uri: str, publish_in: str = GLOBAL) -> None:
        self._publish(DatasetHeader, uri, publish_in)

    def unpublish_dataset(self, uri: str, unpublish_from: str = GLOBAL) -> None:
        self._unpublish(DatasetHeader, uri, unpublish_from)

    # ---------------------------------------------------------------------------------------------------------- every kind

    def publish(self, uri: str, publish_in: str = GLOBAL) -> None:
        self._change(self._noun_of(uri), "publish", uri, publish_in=publish_in)

    def unpublish(self, uri: str, unpublish_from: str = GLOBAL) -> None:
        self._change(self._noun_of(uri), "unpublish", uri, unpublish_from=unpublish_from)

    # ------------------------------------------------------------------------------------------------------------ requests

    def _get(self, noun: str, verb: str, id: str, **request: Any) -> requests.Response:
        return self._send("GET", f"/{noun}s/{verb}", params={f"{noun}_id": id}, **request)

    def _change(self, noun: str, verb: str, id: str, **params: str) -> None:
        method = "DELETE" if verb == "delete" else "PUT"
        self._send(method, f"/{noun}s/{verb}", params={f"{noun}_id": id, **params})

    def _delete(self, schema: type[H], uri: str) -> None:
        self._one(schema, uri, lambda found: self._change(references.KINDS[schema], "delete", found))

    def _publish(self, schema: type[H], uri: str, group: str) -> None:
        self._one(schema, uri, lambda found: self._change(references.KINDS[schema], "publish", found, publish_in=group))

    def _unpublish(self, schema: type[H], uri: str, group: str) -> None:
        self._one(
            schema, uri, lambda found: self._change(references.KINDS[schema], "unpublish", found, unpublish_from=group)
        )

    def _one(self, schema: type[H], uri: str, act: Callable[[str], Found]) -> Found:
        """Do something with what ``uri`` stands for. An id is the rule, so only what is none costs a second request."""
        try:
            return act(uri)
        except (NotFoundError, InvalidDataError):
            return act(references.find(uri, lambda wanted: self._list(schema, wanted, (), None), schema).id)

    def _noun_of(self, uri: str) -> str:
        """What kind of thing ``uri`` is the id of."""
        for schema, noun in references.KINDS.items():
            if is_id(uri) and self._list(schema, FilterEQ(key="id", value=uri), (), 1):
                return noun
        raise NotFoundError(f"{uri!r} is the id of nothing that you can see")

    def _list(self, schema: type[H], filter: BaseFilter | None, sort: Sequence[str], limit: int | None) -> list[H]:
        """A list, page by page as far as it is wanted."""
        check_limit(limit)
        body, order = as_json(parse_filter(filter)), ",".join(sort_keys(sort)) or None
        headers: list[H] = []
        cursor: str | None = ""
        while cursor is not None and (limit is None or len(headers) < limit):
            wanted = MAX_LIMIT if limit is None else min(limit - len(headers), MAX_LIMIT)
            params = {"limit": wanted, "sort": order, "cursor": cursor or None}
            answer = self._send(
                "POST",
                f"/{references.KINDS[schema]}s/list",
                json=body,
                params=params,
                repeatable=True,
            )
            headers += read(list[schema], answer)  # type: ignore[valid-type]  # pydantic reads the type, not mypy
            following = parse_qs(urlsplit(answer.links.get("next", {}).get("url", "")).query)
            cursor = following.get("cursor", [None])[0]
        return headers
