"""A benchmark together with what belongs to it: the artifacts that it needs, and its episodes."""

import warnings
from typing import Any

from tupli_client.storage import TupliStorage
from tupli_schemas.benchmarks import BenchmarkHeader, BenchmarkQuery
from tupli_schemas.errors import ConflictError, InvalidDataError, NotFoundError
from tupli_schemas.filters import FilterEQ

_ARTIFACTS = "artifacts"
"""The key in a benchmark's ``metadata.extra`` under which the ids of its artifacts are."""


def with_artifacts(extra: dict[str, Any], artifacts: list[str]) -> dict[str, Any]:
    """What a user says of a benchmark, together with which artifacts it needs.

    Raises:
        InvalidDataError: The user's own words take the place of that.
    """
    if not artifacts:
        return extra
    if _ARTIFACTS in extra:
        raise InvalidDataError(
            f"the metadata of a benchmark with artifacts keep their ids under {_ARTIFACTS!r}; use another key"
        )
    return {**extra, _ARTIFACTS: artifacts}


def store_or_find(storage: TupliStorage, query: BenchmarkQuery, *, exist_ok: bool) -> BenchmarkHeader:
    """Store a benchmark; with ``exist_ok``, an equal one that you have stored before is as good.

    Raises:
        ConflictError: There is one, and ``exist_ok`` is false.
    """
    try:
        return storage.store_benchmark(query)
    except ConflictError as conflict:
        # Others may have stored equal ones too; the message names yours.
        equal = storage.list_benchmarks(FilterEQ(key="hash", value=query.hash)) if exist_ok else []
        there = next((header for header in equal if header.id in conflict.detail), None)
        if there is None:
            raise
    if there.metadata != query.metadata:
        warnings.warn(
            f"this environment is stored already, as benchmark {there.id} ({there.metadata.name!r}); what was said of it then stays",
            stacklevel=3,
        )
    return there


def publish(storage: TupliStorage, benchmark_id: str, publish_in: str) -> None:
    """Publish a benchmark, after the artifacts that nobody could load it without.

    One that the group has already is left as it is: it may be an equal one of somebody else's, which storing found.
    """
    header = _header(storage, benchmark_id)
    if publish_in in header.published_in:
        return
    for artifact in _artifacts_of(header):
        storage.publish_artifact(artifact, publish_in)
    storage.publish_benchmark(benchmark_id, publish_in)


def unpublish(storage: TupliStorage, benchmark_id: str, unpublish_from: str) -> None:
    """Take a publication back, except that of artifacts which other benchmarks need."""
    header = _header(storage, benchmark_id)
    storage.unpublish_benchmark(benchmark_id, unpublish_from)
    for artifact in _own_artifacts(storage, header):
        storage.unpublish_artifact(artifact, unpublish_from)


def delete(storage: TupliStorage, benchmark_id: str, *, delete_artifacts: bool, delete_episodes: bool) -> None:
    """Delete a benchmark, and on request its episodes and the artifacts that no other benchmark needs.

    Raises:
        ConflictError: It has episodes, and these are not to be deleted.
    """
    header = _header(storage, benchmark_id)
    if delete_episodes:
        for episode in storage.list_episodes(FilterEQ(key="benchmark_id", value=benchmark_id)):
            storage.delete_episode(episode.id)
    own_artifacts = _own_artifacts(storage, header) if delete_artifacts else []
    storage.delete_benchmark(benchmark_id)
    for artifact in own_artifacts:
        storage.delete_artifact(artifact)


def _header(storage: TupliStorage, benchmark_id: str) -> BenchmarkHeader:
    found = storage.list_benchmarks(FilterEQ(key="id", value=benchmark_id))
    if not found:
        raise NotFoundError(f"there is no benchmark {benchmark_id}")
    return found[0]


def _artifacts_of(header: BenchmarkHeader) -> list[str]:
    named = header.metadata.extra.get(_ARTIFACTS, [])
    return [str(artifact) for artifact in named] if isinstance(named, list) else []


def _own_artifacts(storage: TupliStorage, header: BenchmarkHeader) -> list[str]:
    """Those of its artifacts that no other benchmark names: equal content is one artifact, so several may."""

    def is_shared(artifact: str) -> bool:
        users = storage.list_benchmarks(FilterEQ(key=f"metadata.extra.{_ARTIFACTS}", value=artifact), limit=2)
        return any(user.id != header.id for user in users)

    return [artifact for artifact in _artifacts_of(header) if not is_shared(artifact)]
