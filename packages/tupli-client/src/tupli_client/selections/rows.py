"""The steps of many episodes as one sequence that holds none of them."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from operator import index as to_int
from typing import TYPE_CHECKING, Any, TypeVar, overload

from tupli_schemas.columns import EpisodeData

if TYPE_CHECKING:
    from tupli_client.selections.episode import SelectedEpisode

Row = TypeVar("Row")


class Rows(Sequence[Row]):
    """The selected steps of ``episodes``, one after another; each is made by ``make(data, row)`` when it is asked for."""

    def __init__(self, episodes: "Sequence[SelectedEpisode]", make: Callable[[EpisodeData, int], Row]) -> None:
        self._episodes = episodes
        self._make = make
        self._starts = list(accumulate(map(len, episodes), initial=0))

    def __len__(self) -> int:
        return self._starts[-1]

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: Any) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self[place] for place in range(len(self))[index]]
        place = range(len(self))[to_int(index)]
        which = bisect_right(self._starts, place) - 1
        episode = self._episodes[which]
        return self._make(episode.data, int(episode.rows[place - self._starts[which]]))

    def __iter__(self) -> Iterator[Row]:
        return (self._make(episode.data, int(row)) for episode in self._episodes for row in episode.rows)

    def __repr__(self) -> str:
        return f"<{len(self)} rows of {len(self._episodes)} episodes, made when they are asked for>"
