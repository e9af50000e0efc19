"""What a dataset holds once it is loaded, and how it is read, narrowed and selected from."""

# ruff: noqa: A002 - `filter` is the published name of this argument

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tupli_client.buffers.notices import Notices
from tupli_client.masks import reaches
from tupli_client.selections.episode import SelectedEpisode, TupleFilter
from tupli_client.selections.finding import find_headers, warn_of_key
from tupli_client.selections.query import Query, description
from tupli_client.storage import TupliStorage
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.filters import EVERYTHING, BaseFilter, comparisons
from tupli_schemas.keys import known_keys
from tupli_schemas.matching import matches
from tupli_schemas.tuples import RLTuple


@dataclass(frozen=True, slots=True)
class Content:
    """The episodes that a query found, with all their steps, whatever it says of tuples."""

    query: Query
    benchmarks: tuple[BenchmarkHeader, ...]
    headers: tuple[EpisodeHeader, ...]
    episodes: tuple[SelectedEpisode, ...]

    @classmethod
    def read(cls, storage: TupliStorage, query: Query) -> "Content":
        """What ``query`` finds in a storage."""
        benchmarks, headers = find_headers(storage, query)
        return cls(query, tuple(benchmarks), tuple(headers), tuple(stream(storage, headers)))

    def narrowed(self, query: Query) -> "Content":
        """What ``query``, which implies the one of this content, finds: the same data, found without a storage."""
        benchmarks, headers = find_headers(self, query)
        ids = {header.id for header in headers}
        pairs = [pair for pair in zip(self.headers, self.episodes, strict=True) if pair[0].id in ids]
        return Content(query, tuple(benchmarks), tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs))

    def list_benchmarks(self, filter: BaseFilter = EVERYTHING, *, limit: int | None = None) -> list[BenchmarkHeader]:
        """Those of the loaded benchmarks that satisfy a filter."""
        return [header for header in self.benchmarks if matches(filter, header)][:limit]

    def list_episodes(self, filter: BaseFilter = EVERYTHING, *, limit: int | None = None) -> list[EpisodeHeader]:
        """Those of the loaded episodes that satisfy a filter."""
        return [header for header in self.headers if matches(filter, header)][:limit]


def stream(storage: TupliStorage, headers: Sequence[EpisodeHeader]) -> Iterator[SelectedEpisode]:
    """The episodes of these headers, one after another; no more than a few are held at a time."""
    for header, episode in zip(headers, storage.load_episodes(headers), strict=True):
        yield SelectedEpisode(episode.data, header)


def select(episodes: Iterable[SelectedEpisode], tuples: TupleFilter | None) -> Iterator[SelectedEpisode]:
    """The episodes with those of their steps that satisfy ``tuples``; the ones without any are left out.

    Warns, in the end, if the filter left nothing or speaks of a key that no step has.
    """
    if tuples is None:
        yield from episodes
        return
    tally = _Tally(tuples)
    for episode in episodes:
        narrowed = episode.narrowed(tuples)
        tally.count(episode, len(narrowed))
        if len(narrowed):
            yield narrowed
    tally.warn()


class _Tally:
    """Counts what a filter on tuples sees and what it leaves."""

    def __init__(self, tuples: TupleFilter) -> None:
        self._filter = tuples
        self._missing = {one.key for one in comparisons(tuples)} if isinstance(tuples, BaseFilter) else set()
        self._info_keys: set[str] = set()
        self._seen = self._left = 0

    def count(self, episode: SelectedEpisode, left: int) -> None:
        self._missing = {key for key in self._missing if not reaches(key, episode.data)}
        self._info_keys |= episode.data.infos.keys()
        self._seen += len(episode)
        self._left += left

    def warn(self) -> None:
        if not self._seen:
            return  # there is nothing that could have had the keys, and whoever found nothing has said so
        notices = Notices()
        for key in sorted(self._missing):
            warn_of_key(key, "tuple", known_keys(RLTuple) | self._info_keys, notices)
        if not self._left:
            why = f"none of {self._seen} tuples satisfies {description(self._filter)}"
            notices.once("empty", f"the dataset is empty: {why}")
