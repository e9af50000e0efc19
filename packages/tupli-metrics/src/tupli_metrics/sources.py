"""What a metric accepts as data, and how plain arrays become episodes."""

from collections.abc import Iterable, Iterator, Sized
from typing import Any, Protocol, TypeAlias, cast, runtime_checkable

import numpy as np

from tupli_metrics.batches import BATCH_ROWS, concatenate
from tupli_schemas.arrays import Array
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.trees import Leaf, Tree, leaves, n_rows, take


@runtime_checkable
class HasEpisodes(Protocol):
    """A loaded ``TupliDataset``, or whatever else can hand out its episodes as columns, as often as it is asked."""

    def episodes_data(self) -> Iterable[EpisodeData]: ...


Data: TypeAlias = HasEpisodes | Iterable[Any] | EpisodeData
"""Episodes in any form: a data set, an iterable of ``EpisodeData`` (or of ``Episode``), or a single ``EpisodeData``."""


def episodes_of(data: Data) -> Iterator[EpisodeData]:
    """The episodes of ``data``, one after the other; each is read once and not kept."""
    if isinstance(data, EpisodeData):
        data = (data,)
    elif isinstance(data, HasEpisodes):
        data = data.episodes_data()
    for number, item in enumerate(data):
        yield _columns(item, number)


def count_of(data: Data) -> int | None:
    """How many episodes there are, if ``data`` knows without being read."""
    if isinstance(data, EpisodeData):
        return 1
    return len(data) if isinstance(data, Sized) and not isinstance(data, HasEpisodes) else None


def rereadable(data: Data) -> Data:
    """``data`` itself if it can be read twice; an iterator, which cannot, as a list."""
    return list(episodes_of(data)) if isinstance(data, Iterator) else data


def _columns(item: Any, number: int) -> EpisodeData:
    if isinstance(item, EpisodeData):
        return item
    columns = getattr(item, "data", None)  # an Episode
    if isinstance(columns, EpisodeData):
        return columns
    raise InvalidDataError(
        f"item {number} of the data is {type(item).__name__}, not an episode",
        hint="give EpisodeData, Episode or a loaded TupliDataset; flat arrays become episodes with from_arrays(...)",
    )


def from_arrays(
    *,
    observations: Any,
    actions: Any,
    rewards: Any,
    terminated: Any,
    truncated: Any = None,
    next_observations: Any = None,
) -> "FlatArrays":
    """Episodes from flat columns, as D4RL and replay buffers have them; memory maps stay on the disk.

    Args:
        observations: N rows: an array, or a dict or tuple of arrays for Dict and Tuple spaces.
        actions: N rows likewise.
        rewards: N numbers.
        terminated: N booleans: the step ended its episode for good (``terminals``).
        truncated: N booleans: the step was the last one recorded of its episode (``timeouts``); all False without it.
        next_observations: N rows; only the one after each episode's last step is read, the others are the following rows.

    Raises:
        InvalidDataError: The columns differ in their number of rows, or there are none.
    """
    return FlatArrays(observations, actions, rewards, terminated, truncated, next_observations)


class FlatArrays:
    """Flat columns that are read as episodes, as often as one likes, without a copy of what is read."""

    def __init__(
        self,
        observations: Tree,
        actions: Tree,
        rewards: Array,
        terminated: Array,
        truncated: Array | None,
        next_observations: "Tree | None",
    ) -> None:
        self.observations, self.actions, self.next_observations = observations, actions, next_observations
        self.rewards = np.asanyarray(rewards)
        self.terminated = np.asanyarray(terminated).astype(bool, copy=False)
        self.truncated = np.zeros(len(self.rewards), bool) if truncated is None else np.asanyarray(truncated)
        self.truncated = self.truncated.astype(bool, copy=False)
        given = {"observations": observations, "actions": actions, "next_observations": next_observations}
        columns: dict[str, Tree] = {
            **{name: column for name, column in given.items() if column is not None},
            "rewards": self.rewards,
            "terminated": self.terminated,
            "truncated": self.truncated,
        }
        if not n_rows(cast("Tree", columns)):
            raise InvalidDataError("there are no steps", hint="give arrays with at least one row")
        ends = np.flatnonzero(self.terminated | self.truncated) + 1
        last = len(self.rewards)
        self.stops = ends if len(ends) and ends[-1] == last else np.append(ends, last)

    def __len__(self) -> int:
        return len(self.stops)

    def __iter__(self) -> Iterator[EpisodeData]:
        start = 0
        for stop in self.stops.tolist():
            yield self._episode(start, stop)
            start = stop

    def inconsistent_rows(self) -> Array:
        """The rows whose next observation is given, but is not the observation of the row that follows in their episode."""
        if self.next_observations is None:
            return np.empty(0, np.int64)
        inner = np.ones(len(self.rewards), np.bool_)
        inner[self.stops - 1] = False
        differs = np.zeros(len(self.rewards), np.bool_)
        for (_, here), (_, there) in zip(leaves(self.observations), leaves(self.next_observations), strict=True):
            for start in range(0, len(differs) - 1, BATCH_ROWS):
                stop = min(start + BATCH_ROWS, len(differs) - 1)
                differs[start:stop] |= _differ(there[start:stop], here[start + 1 : stop + 1])
        return np.flatnonzero(differs & inner)

    def _episode(self, start: int, stop: int) -> EpisodeData:
        rows = slice(start, stop)
        observations = take(self.observations, rows)
        if self.next_observations is not None:
            final = take(self.next_observations, slice(stop - 1, stop))
            observations = concatenate((observations, final))
        return EpisodeData.from_arrays(
            observations=observations,
            actions=take(self.actions, rows),
            rewards=self.rewards[rows],
            terminated=self.terminated[rows],
            truncated=self.truncated[rows],
        )


def _differ(one: Leaf, other: Leaf) -> Array:
    """For each row, whether the two have different values in it; a NaN equals a NaN."""
    if not isinstance(one, np.ndarray) or not isinstance(other, np.ndarray):
        return np.array([a != b for a, b in zip(one, other, strict=True)], np.bool_)
    unequal = (one != other) & ~((one != one) & (other != other))  # noqa: PLR0124  # only a NaN differs from itself
    return np.asarray(unequal.reshape(len(unequal), -1).any(axis=1))
