"""What data sets are compared with: computed once, stored with the benchmark, used for all of its data sets."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

import numpy as np

from tupli_metrics.features import Features
from tupli_metrics.hashing import Binning, RowHashes, occurrences
from tupli_metrics.moments import Limits, Moments
from tupli_metrics.passes import Facts, Progress, gather
from tupli_metrics.rewards import Rewards, mean_return
from tupli_metrics.rows import Matrix
from tupli_metrics.sources import Data, rereadable
from tupli_metrics.spaces import scale_of
from tupli_schemas.errors import InvalidDataError, UnsupportedSpaceError

METADATA_KEY = "metrics_reference"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The yardstick of a benchmark. Every part is optional; a metric that misses one says which.

    Attributes:
        id: What results quote, for example the id of the data set that it was made from.
        return_min: The mean return of the random policy.
        return_max: The best online return.
        observation_scale: For each number of an observation (or feature), the length that counts as 1 in distances.
        action_scale: The same for actions.
        low: The least value of each floating-point number of (observation, action), for coverage cells.
        high: The greatest one.
        cells: Into how many places the range from low to high is cut; None counts exact rows.
        pair_counts: (times, pairs): how many distinct state-action pairs the reference data has that often.
        n: The steps of the reference data.
    """

    id: str | None = None
    return_min: float | None = None
    return_max: float | None = None
    observation_scale: tuple[float, ...] | None = None
    action_scale: tuple[float, ...] | None = None
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()
    cells: int | None = None
    pair_counts: tuple[tuple[int, int], ...] = ()
    n: int = 0

    @classmethod
    def from_data(
        cls,
        data: Data,
        *,
        id: str | None = None,  # noqa: A002  # the name that every object of Tupli has
        random: Data | None = None,
        return_min: float | None = None,
        return_max: float | None = None,
        cells: int | None = 100,
        features: Features | None = None,
        progress: Progress | None = None,
    ) -> Self:
        """The reference that a data set makes, usually the replay data of online training. It is read twice.

        Args:
            data: The reference data.
            id: What results will quote.
            random: Data of the random policy, whose mean return is ``return_min``.
            return_min: The same as a number.
            return_max: The best online return; without it the greatest return in ``data``.
            cells: The resolution of coverage for continuous numbers; None compares exact rows.
            features: As the metrics will use it; it must be the same function.
            progress: As of every metric.
        """
        data = rereadable(data)
        moments, action_moments, limits = (
            Moments(Matrix(features=features)),
            Moments(Matrix("actions")),
            Limits(features),
        )
        facts = gather(data, (Rewards(), moments, action_moments, limits), progress)
        low, high = facts[limits]
        made = cls(
            id=id,
            return_max=_best_return(facts) if return_max is None else return_max,
            return_min=mean_return(random) if return_min is None and random is not None else return_min,
            observation_scale=_scale(facts, moments),
            action_scale=_scale(facts, action_moments),
            low=low,
            high=high,
            cells=cells if low else None,
        )
        hashes = RowHashes("pairs", made.binning, features)
        times, pairs = np.unique(occurrences(gather(data, (hashes,), progress)[hashes]), return_counts=True)
        counts = tuple(zip(times.tolist(), pairs.tolist(), strict=True))
        return replace(made, pair_counts=counts, n=sum(t * p for t, p in counts))

    @classmethod
    def from_spaces(cls, observation_space: Any, action_space: Any = None, **parts: Any) -> Self:
        """A reference that takes its scales from the limits of Box spaces; ``parts`` are further attributes."""
        return cls(observation_scale=scale_of(observation_space), action_scale=scale_of(action_space), **parts)

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, Any]) -> Self:
        """The reference that ``as_metadata`` has written, or what Minari and D4RL write: ``ref_min_score`` and ``ref_max_score``."""
        stored = dict(metadata.get(METADATA_KEY) or {})
        known = {item.name: _frozen(stored[item.name]) for item in fields(cls) if item.name in stored}
        scores = {"return_min": metadata.get("ref_min_score"), "return_max": metadata.get("ref_max_score")}
        return cls(**{**{name: float(score) for name, score in scores.items() if score is not None}, **known})

    def as_metadata(self) -> dict[str, Any]:
        """Metadata for a benchmark, from which ``from_metadata`` makes the same reference again."""
        scores = {"ref_min_score": self.return_min, "ref_max_score": self.return_max}
        parts = {name: _thawed(value) for name, value in asdict(self).items() if value not in (None, ())}
        return {METADATA_KEY: parts, **{name: score for name, score in scores.items() if score is not None}}

    @property
    def binning(self) -> Binning | None:
        """The cells in which its pairs were counted; None if they were compared exactly."""
        return None if self.cells is None else Binning(self.low, self.high, self.cells)

    @property
    def unique_pairs(self) -> int:
        """How many distinct state-action pairs the reference data has; 0 if it was not counted."""
        return sum(pairs for _, pairs in self.pair_counts)


def _best_return(facts: Facts) -> float | None:
    try:
        return float(facts[Rewards()].finished_returns()[0].max())
    except InvalidDataError:
        return None  # parts of episodes have no return, nor have infinite rewards; but they cover states


def _scale(facts: Facts, moments: Moments) -> tuple[float, ...] | None:
    try:
        return facts[moments].scale
    except UnsupportedSpaceError:
        return None  # images, texts: no distances without features, but pairs can be counted


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list | tuple) else value


def _thawed(value: Any) -> Any:
    return list(map(_thawed, value)) if isinstance(value, tuple) else value
