"""Episodes of which a tuple filter may have kept some steps only: the data as it is, and a mask beside it."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from tupli_client.comparing import Mask
from tupli_client.masks import mask
from tupli_client.selections.rows import Rows
from tupli_schemas.arrays import Array
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.filters import BaseFilter
from tupli_schemas.tuples import RLTuple

TupleFilter: TypeAlias = BaseFilter | Callable[[RLTuple], Any]
"""Which steps: a filter, or a function of one step; the filter is far faster."""


@dataclass(frozen=True, eq=False)
class SelectedEpisode:
    """One episode of a dataset, and which of its steps are selected.

    What its header says can be read here too: ``episode.id``, ``episode.metadata``, ``episode.return_``; it speaks of the whole episode.

    Attributes:
        data: All steps of the episode.
        header: What the storage says about it; None for data that comes from no storage.
        mask: The selected steps, bool, shape (T,); None if all are.
    """

    data: EpisodeData
    header: EpisodeHeader | None = None
    mask: Mask | None = None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or self.header is None:
            raise AttributeError(f"an episode has no attribute {name!r}", name=name, obj=self)
        return getattr(self.header, name)

    def __len__(self) -> int:
        return len(self.data) if self.mask is None else int(np.count_nonzero(self.mask))

    def __repr__(self) -> str:
        selected = f", {len(self)} selected" if self.mask is not None else ""
        return f"<{self.name}: {len(self.data)} tuples{selected}, return {self.data.return_:g}>"

    @property
    def name(self) -> str:
        """What errors call it."""
        return "an episode of no storage" if self.header is None else f"episode {self.header.id}"

    @cached_property
    def rows(self) -> Array:
        """The selected steps, by number, ascending."""
        return np.arange(len(self.data)) if self.mask is None else np.flatnonzero(self.mask)

    @property
    def tuples(self) -> Sequence[RLTuple]:
        """The selected steps, each made when it is asked for."""
        return Rows([self], EpisodeData.__getitem__)

    @property
    def terminals(self) -> Mask:
        """For each selected step whether the episode terminated there."""
        return self.data.terminated[self.rows]

    @property
    def timeouts(self) -> Mask:
        """For each selected step whether the run of steps ends there without having terminated.

        That is so where the episode was truncated, where a piece of an episode or its record ends, and where the next step is not
        selected: after each true in ``terminals`` or ``timeouts``, and nowhere else, the row that follows is not the next step.
        """
        is_end: Mask = np.diff(self.rows, append=-1) != 1
        return is_end & ~self.terminals

    def narrowed(self, tuples: TupleFilter) -> "SelectedEpisode":
        """The same episode with those of the selected steps that satisfy ``tuples``."""
        found = mask(tuples, self.data) if isinstance(tuples, BaseFilter) else _mask_of_calls(tuples, self.data)
        found = found if self.mask is None else found & self.mask
        return SelectedEpisode(self.data, self.header, None if found.all() else found)

    @property
    def n_runs(self) -> int:
        """How many pieces of consecutive steps are selected."""
        return 1 if self.mask is None else int(np.count_nonzero(self.terminals | self.timeouts))

    def runs(self) -> Iterator[EpisodeData]:
        """The selected steps as pieces of consecutive ones, sharing memory: the whole episode, or parts with ``is_partial``."""
        return iter([self.data]) if self.mask is None else self.data.runs(self.mask)


def _mask_of_calls(function: Callable[[RLTuple], Any], data: EpisodeData) -> Mask:
    return np.fromiter((bool(function(step)) for step in data), np.bool_, len(data))


def selected(episodes: Iterable[SelectedEpisode | EpisodeData]) -> list[SelectedEpisode]:
    """Episodes of either form, as converters need them; those of which nothing is selected are left out."""
    found = [SelectedEpisode(one) if isinstance(one, EpisodeData) else one for one in episodes]
    return [episode for episode in found if len(episode)]
