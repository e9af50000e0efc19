"""What a user may write to name an object: its id, its name, or its name and version as ``name@version``."""

from collections.abc import Callable, Iterable
from typing import TypeVar

from tupli_schemas.artifacts import ArtifactHeader
from tupli_schemas.base import Header
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.datasets import DatasetHeader
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import AmbiguousReferenceError, NotFoundError
from tupli_schemas.filters import EVERYTHING, BaseFilter, FilterEQ, FilterGEQ, FilterLT
from tupli_schemas.keys import nearest

KINDS: dict[type[Header], str] = {
    BenchmarkHeader: "benchmark",
    ArtifactHeader: "artifact",
    EpisodeHeader: "episode",
    DatasetHeader: "dataset",
}
"""The word for what each kind of header describes."""

MIN_PREFIX = 6
"""So many characters of an id may stand for it, where prefixes are allowed and only one id begins so."""

_NAME_KEYS = {BenchmarkHeader: "metadata.name", ArtifactHeader: "name", DatasetHeader: "name"}
_AFTER_EVERY_ID_CHARACTER = "~"

H = TypeVar("H", bound=Header)


def find(uri: str, list_headers: Callable[[BaseFilter], Iterable[H]], schema: type[H], *, prefixes: bool = False) -> H:
    """The one object that ``uri`` stands for. An id goes before a name, and a name before the beginning of an id.

    Args:
        uri: An id, a name, ``name@version``, or, with ``prefixes``, the first 6 or more characters of an id.
        list_headers: Lists the headers that satisfy a filter, such as ``storage.list_benchmarks``.
        schema: Of those headers.
        prefixes: Whether the beginning of an id will do.

    Raises:
        AmbiguousReferenceError: It stands for several; the message lists them.
        NotFoundError: It stands for none; the hint gives the nearest name there is.
    """
    candidates = list(list_headers(_candidates(uri, schema, prefixes))) if uri.isprintable() else []
    found = (
        [header for header in candidates if header.id == uri]
        or [header for header in candidates if uri in names(header)]
        or candidates
    )
    if not found:
        raise not_found(uri, list_headers(EVERYTHING) if schema in _NAME_KEYS else (), schema)
    if len(found) > 1:
        raise AmbiguousReferenceError(
            f"{uri!r} stands for {len(found)} {KINDS[schema]}s: {', '.join(map(_described, found))}",
            hint="give the id, or name@version where that is unique",
        )
    return found[0]


def not_found(uri: str, headers: Iterable[Header], schema: type[Header]) -> NotFoundError:
    """The error that says that ``uri`` stands for nothing, with the nearest name of ``headers``."""
    meant = nearest(uri, {name for header in headers for name in names(header)})
    return NotFoundError(f"{KINDS[schema]} {uri!r} not found", hint=f"did you mean {meant!r}?" if meant else None)


def _candidates(uri: str, schema: type[Header], prefixes: bool) -> BaseFilter:
    """What ``uri`` could stand for, as a filter, so that a storage need not list everything it has."""
    candidates: BaseFilter = FilterEQ(key="id", value=uri)
    if key := _NAME_KEYS.get(schema):
        name, _, version = uri.rpartition("@")
        version_key = key.removesuffix("name") + "version"
        candidates |= FilterEQ(key=key, value=uri)
        if name and schema is not ArtifactHeader:
            candidates |= FilterEQ(key=key, value=name) & FilterEQ(key=version_key, value=version)
    if prefixes and len(uri) >= MIN_PREFIX:
        candidates |= FilterGEQ(key="id", value=uri) & FilterLT(key="id", value=uri + _AFTER_EVERY_ID_CHARACTER)
    return candidates


def names(header: Header) -> tuple[str, ...]:
    """What people call an object, the most exact last; nothing for what has only an id."""
    described = header.metadata if isinstance(header, BenchmarkHeader) else header
    name, version = getattr(described, "name", None), getattr(described, "version", None)
    if name is None:
        return ()
    return (name,) if version is None else (name, f"{name}@{version}")


def _described(header: Header) -> str:
    known = names(header)
    return f"{header.id} ({known[-1]})" if known else header.id
