"""Finds what a query asks for, and says so when a filter asks for something that is not there."""

# ruff: noqa: A002 - `filter` is the published name of this argument

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from tupli_client.buffers.notices import Notices
from tupli_client.selections.query import Query, both, description
from tupli_schemas.base import Header
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.filters import EVERYTHING, BaseFilter, FilterEQ, FilterIN, FilterNE, comparisons
from tupli_schemas.keys import fields_of, known_keys, nearest, path_of
from tupli_schemas.matching import matches

_SAMPLE = 1_000
"""So many headers are read to find the key that somebody meant."""

H = TypeVar("H", bound=Header)
Lister = Callable[..., Sequence[H]]


class Source(Protocol):
    """Whatever lists headers: a storage, or what was loaded from one."""

    def list_benchmarks(
        self, filter: BaseFilter = EVERYTHING, *, limit: int | None = None
    ) -> Sequence[BenchmarkHeader]: ...

    def list_episodes(
        self, filter: BaseFilter = EVERYTHING, *, limit: int | None = None
    ) -> Sequence[EpisodeHeader]: ...


def find_headers(source: Source, query: Query) -> tuple[Sequence[BenchmarkHeader], Sequence[EpisodeHeader]]:
    """The benchmarks that a query asks for, and their episodes that it asks for.

    Warns if there are no episodes, with the filter that left none, and of each key that nothing in ``source`` has.
    """
    notices = Notices()
    benchmarks = source.list_benchmarks(query.benchmarks)
    check_keys(query.benchmarks, benchmarks, source.list_benchmarks, BenchmarkHeader, notices)
    if not benchmarks and query.benchmarks != EVERYTHING:
        notices.once("empty", f"the dataset is empty: no benchmark satisfies {description(query.benchmarks)}")
        return [], []
    of_benchmarks = _of(benchmarks) if query.benchmarks != EVERYTHING else EVERYTHING
    within = both(query.membership, of_benchmarks)
    episodes = source.list_episodes(both(within, query.episodes))
    check_keys(query.episodes, episodes, source.list_episodes, EpisodeHeader, notices)
    if not episodes:
        notices.once("empty", f"the dataset is empty: {_why_empty(source, query, within)}")
    return benchmarks, episodes


def _of(benchmarks: Iterable[BenchmarkHeader]) -> BaseFilter:
    return FilterIN(key="benchmark_id", value=tuple(benchmark.id for benchmark in benchmarks))


def _why_empty(source: Source, query: Query, within: BaseFilter) -> str:
    if query.episodes != EVERYTHING and source.list_episodes(within, limit=1):
        return f"no episode satisfies {description(query.episodes)}"
    if query.benchmarks != EVERYTHING:
        return f"there are no episodes of benchmarks that satisfy {description(query.benchmarks)}"
    return "there are no episodes yet"


def check_keys(
    root: BaseFilter, found: Sequence[H], list_headers: Lister[H], schema: type[H], notices: Notices
) -> None:
    """Warn of every key that no header has. What was found mostly shows already that one has it."""
    for key in dict.fromkeys(comparison.key for comparison in comparisons(root)):
        if _is_field(key, schema) or any(matches(_has(key), header) for header in found):
            continue
        if not list_headers(_has(key), limit=1):
            sample = [getattr(header, "metadata", {}) for header in list_headers(limit=_SAMPLE)]
            known = known_keys(schema, [metadata for metadata in sample if isinstance(metadata, dict)])
            warn_of_key(key, schema.__name__.removesuffix("Header").lower(), known, notices)


def _is_field(key: str, schema: type[Header]) -> bool:
    """Whether every header has this key, though perhaps without a value."""
    return key in known_keys(schema) or path_of(key, schema)[0] in fields_of(schema).keys() - {"metadata", "extra"}


def _has(key: str) -> BaseFilter:
    return FilterEQ(key=key, value="") | FilterNE(key=key, value="")


def warn_of_key(key: str, what: str, known: Iterable[str], notices: Notices) -> None:
    """Say that a filter names a key that nothing has, and which of the ``known`` ones may be meant."""
    meant = nearest(key, known)
    suggestion = f"; did you mean {meant!r}?" if meant else ""
    notices.once(f"{what} {key}", f"no {what} has {key!r}, which a filter asks for{suggestion}")
