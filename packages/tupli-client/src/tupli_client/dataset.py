"""Datasets: the episodes that filters find in a storage, ready to train on."""

# ruff: noqa: A002 - `filter` is the published name of this argument

from collections.abc import Iterable, Iterator
from dataclasses import replace

import numpy as np

from tupli_client import display
from tupli_client.convert.batches import Batch
from tupli_client.convert.methods import Conversions
from tupli_client.frozen import headers_of
from tupli_client.references import find
from tupli_client.selections.content import Content, select, stream
from tupli_client.selections.episode import SelectedEpisode, TupleFilter
from tupli_client.selections.finding import find_headers
from tupli_client.selections.query import Query, as_filter, as_tuple_filter, both
from tupli_client.storage import TupliStorage
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.filters import BaseFilter, FilterEQ


class TupliDataset(Conversions):
    """The episodes of a storage that satisfy filters on three levels: benchmarks, episodes and tuples.

    A dataset is a question until ``load`` asks it; whatever needs the steps loads them. The ``with_*`` methods leave it as it was and
    give a new one that shares what is loaded already, so they cost nothing. A filter may be written as text (see ``where``).

    Iterating gives an ``EpisodeData`` for each episode or, after a filter on tuples, for each run of consecutive steps that it left
    (these have ``is_partial``). A dataset that is not loaded reads them one after another, in bounded memory, and keeps none.

    A loaded dataset stays as it is: what is recorded later is seen by the next one.

    Example:
        >>> dataset = TupliDataset(storage).with_benchmark("cartpole").where("month == 'June' and return > 0").load()
        >>> observations, actions, rewards, terminals, timeouts = dataset.convert_to_numpy()
    """

    def __init__(self, storage: TupliStorage) -> None:
        self._storage = storage
        self._query = Query()
        self._content: Content | None = None  # what this dataset has loaded, or one that holds all of its episodes
        self._selected: list[SelectedEpisode] | None = None
        self._seed: int | None = None
        self._random = np.random.default_rng()

    # ------------------------------------------------------------------------------------------------------------ filters

    def with_benchmark_filter(self, filter: BaseFilter | str) -> "TupliDataset":
        """The episodes of those benchmarks that satisfy ``filter``, which replaces an earlier filter on benchmarks."""
        return self._asking(replace(self._query, benchmarks=as_filter(filter)))

    def with_benchmark(self, reference: str) -> "TupliDataset":
        """The episodes of one benchmark, by its id, ``name`` or ``name@version``.

        Raises:
            NotFoundError: There is no such benchmark.
            AmbiguousReferenceError: There are several.
        """
        header = find(reference, self._storage.list_benchmarks, BenchmarkHeader)
        return self.with_benchmark_filter(FilterEQ(key="id", value=header.id))

    def with_dataset(self, reference: str) -> "TupliDataset":
        """The episodes of one frozen dataset, by its id, ``name`` or ``name@version``; filters narrow it.

        Raises:
            NotFoundError: There is no such dataset, or one of its episodes is no longer there.
            AmbiguousReferenceError: There are several.
            ChecksumError: An episode is not the one that the dataset was frozen with.
        """
        frozen = self._storage.load_dataset(reference)
        headers_of(self._storage, frozen)
        return self._asking(replace(self._query, frozen=frozen))

    def with_episode_filter(self, filter: BaseFilter | str) -> "TupliDataset":
        """The episodes that satisfy ``filter``, which replaces an earlier filter on episodes; ``where`` adds to it."""
        return self._asking(replace(self._query, episodes=as_filter(filter)))

    def where(self, condition: BaseFilter | str) -> "TupliDataset":
        """Those of the episodes that satisfy ``condition`` too."""
        return self.with_episode_filter(both(self._query.episodes, as_filter(condition)))

    def with_tuple_filter(self, filter: TupleFilter | str) -> "TupliDataset":
        """Those steps only that satisfy ``filter``, which replaces an earlier filter on tuples.

        Args:
            filter: A filter, its text such as ``"observation[2] > 0.1 and reward < 0"``, or a function of one ``RLTuple``. A function is
                called for every step and thus a thousand times slower than a filter.
        """
        return self._asking(replace(self._query, tuples=as_tuple_filter(filter)))

    def _asking(self, query: Query) -> "TupliDataset":
        other = TupliDataset(self._storage)
        other._query = query
        other._content = self._content if self._content and query.implies(self._content.query) else None
        return other if self._seed is None else other.set_seed(self._seed)

    # ------------------------------------------------------------------------------------------------------------- reading

    def load(self) -> "TupliDataset":
        """Read the steps of all episodes into memory, and return this dataset.

        Warns:
            UserWarning: There are none, and which filter left none; or a filter names a key that nothing has.

        Raises:
            ChecksumError: The bytes of an episode are not those that were stored.
        """
        self._selection()
        return self

    def _selection(self) -> list[SelectedEpisode]:
        if self._selected is None:
            if self._content is None:
                self._content = Content.read(self._storage, self._query)
            elif self._content.query != self._query:
                self._content = self._content.narrowed(self._query)
            self._selected = list(select(self._content.episodes, self._query.tuples))
        return self._selected

    def preview(self) -> list[EpisodeHeader]:
        """The headers of the episodes, without reading a step; a filter on tuples has no say in it."""
        return list(find_headers(self._content or self._storage, self._query)[1])

    def episodes_data(self) -> Iterator[EpisodeData]:
        """What iterating over the dataset gives."""
        return (run for episode in self._stream() for run in episode.runs())

    def _stream(self) -> Iterable[SelectedEpisode]:
        if self._selected is not None or self._content is not None:
            return self._selection()
        return select(stream(self._storage, self.preview()), self._query.tuples)

    def __iter__(self) -> Iterator[EpisodeData]:
        return self.episodes_data()

    def __len__(self) -> int:
        """How many ``EpisodeData`` iterating gives: episodes or, after a filter on tuples, runs of steps."""
        if self._selected is None and self._query.tuples is None:
            return len(self.preview())
        return sum(episode.n_runs for episode in self._selection())

    @property
    def benchmarks(self) -> list[BenchmarkHeader]:
        """The benchmarks that the filter on benchmarks found."""
        self._selection()
        return list(self._content.benchmarks) if self._content else []

    @property
    def episodes(self) -> list[SelectedEpisode]:
        """The episodes that have selected steps, with what their headers say."""
        return list(self._selection())

    # ------------------------------------------------------------------------------------------------------------ sampling

    def set_seed(self, seed: int) -> "TupliDataset":
        """Begin the dataset's own random numbers anew, and return this dataset; no other generator is touched."""
        self._seed = seed
        self._random = np.random.default_rng(seed)
        return self

    def sample_episodes(self, n_samples: int) -> list[SelectedEpisode]:
        """Some episodes, drawn at random without repetition.

        Raises:
            InvalidDataError: There are fewer.
        """
        episodes = self._selection()
        if not 0 <= n_samples <= len(episodes):
            raise InvalidDataError(f"cannot draw {n_samples} of {len(episodes)} episodes without repetition")
        return [episodes[index] for index in self._random.permutation(len(episodes))[:n_samples]]

    def as_batch_generator(self, batch_size: int, shuffle: bool = False) -> Iterator[Batch]:
        """All steps once, ``batch_size`` at a time (the last batch may be smaller), in order or in random order.

        Raises:
            InvalidDataError: ``batch_size`` is not positive.
        """
        if batch_size < 1:
            raise InvalidDataError(f"a batch has at least one tuple, not {batch_size}")
        tuples = self.tuples
        order = self._random.permutation(len(tuples)) if shuffle else np.arange(len(tuples))
        starts = range(0, len(tuples), batch_size)
        return (Batch(tuples, order[start : start + batch_size], lambda: self._steps) for start in starts)

    # ------------------------------------------------------------------------------------------------------------- display

    def __repr__(self) -> str:
        return display.text(self._shown())

    def _repr_html_(self) -> str:
        return display.html(self._shown())

    def _shown(self) -> display.Shown:
        """What there is to show without reading anything."""
        is_loaded = self._selected is not None
        return display.Shown(self._query, self._own_benchmarks if is_loaded else [], self._selected)
