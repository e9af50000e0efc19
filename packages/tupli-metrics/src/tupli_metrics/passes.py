"""One pass over the episodes, shared by all metrics that ask for facts about them."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any, Protocol, TypeAlias, TypeVar, cast

from tupli_metrics.sources import Data, count_of, episodes_of
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError, TupliError

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Progress: TypeAlias = Callable[[int, int | None], None]
"""Called with (episodes done, episodes in all or None)."""


class Collector(Protocol[T_co]):
    """What is kept of each episode while the data streams by."""

    def add(self, episode: EpisodeData) -> None:
        """Take what is needed of an episode; it may be gone afterwards."""

    def finish(self) -> T_co:
        """The fact, when all episodes have been added."""


class Need(Protocol[T_co]):
    """A fact that a metric needs. A frozen value: two metrics with equal needs share one collector."""

    def collector(self) -> Collector[T_co]: ...


class Facts:
    """The facts that one pass has gathered, and whatever was worked out from them once."""

    def __init__(self, outcomes: "dict[Need[Any], _Outcome]", source: Data, n_episodes: int) -> None:
        self._outcomes = outcomes
        self._derived: dict[Hashable, Any] = {}
        self.source = source
        self.n_episodes = n_episodes

    def __getitem__(self, need: Need[T]) -> T:
        """The fact, or the error that its collector met: other metrics still have theirs."""
        return cast("T", self._outcomes[need].get())

    def once(self, key: Hashable, compute: Callable[[], T]) -> T:
        """``compute()``, but only for the first metric that asks: the neighbours of all entropies are the same."""
        if key not in self._derived:
            self._derived[key] = compute()
        return cast("T", self._derived[key])


class _Outcome:
    """A collector until it has finished or failed."""

    def __init__(self, collector: Collector[Any]) -> None:
        self._collector: Collector[Any] | None = collector
        self._error: TupliError | None = None
        self._fact: Any = None

    def add(self, episode: EpisodeData) -> None:
        if self._error is None and self._collector is not None:
            try:
                self._collector.add(episode)
            except TupliError as error:
                self._error = error

    def get(self) -> Any:
        if self._error is None and self._collector is not None:
            try:
                self._fact = self._collector.finish()
            except TupliError as error:
                self._error = error
            self._collector = None
        if self._error is not None:
            raise self._error
        return self._fact


def gather(data: Data, needs: Iterable[Need[Any]], progress: Progress | None = None) -> Facts:
    """Read ``data`` once and collect every fact that is asked for.

    Raises:
        InvalidDataError: There is no episode.
    """
    outcomes = {need: _Outcome(need.collector()) for need in dict.fromkeys(needs)}
    total, number = count_of(data), 0
    for number, episode in enumerate(episodes_of(data), start=1):
        for outcome in outcomes.values():
            outcome.add(episode)
        if progress is not None:
            progress(number, total)
    if not number:
        raise InvalidDataError("there are no episodes", hint="a filter that matches nothing gives an empty data set")
    return Facts(outcomes, data, number)
