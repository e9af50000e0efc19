"""How much of one data set lies where another one is."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from tupli_metrics.base import MetricResult, params_of
from tupli_metrics.features import Features
from tupli_metrics.hashing import Hashes, RowHashes
from tupli_metrics.moments import Spread
from tupli_metrics.neighbours import nearest
from tupli_metrics.passes import Facts, Progress, gather
from tupli_metrics.reference import Reference
from tupli_metrics.rows import Matrix
from tupli_metrics.search import Points, Scale, first_scale, too_few_points
from tupli_metrics.sources import Data
from tupli_schemas.errors import InvalidDataError


@dataclass(frozen=True, slots=True)
class Overlap:
    """The share of the other data set's states that lie as near to this one's as its own states do to each other.

    A state of B counts if its distance to its k-th neighbour in A is at most r, the distance within which 95 % of A's states have
    their own k-th neighbour. Both sides are taken at the same number of distinct states. Two samples of one distribution reach about
    the 95 % by definition; disjoint ones 0. ``details`` has the reverse (A's states within B) and the exact matches: the shares of
    each side's distinct state-action pairs that the other one has, too.

    States of whole numbers count if the very same state occurs.

    Unit: none. Range: 0 to 1.

    Attributes:
        k: Which neighbour.
        within: The 95 %.
        scale: What each number of a state is divided by; from the reference, else the spread of both data sets together.
        features: A function of a batch of observations that returns (n, d) numbers.
        queries: At most so many states of each side are asked, drawn with ``seed``.
        seed: Of the draws.
    """

    name: ClassVar[str] = "overlap"

    k: int = 5
    within: float = 0.95
    scale: Scale | None = None
    features: Features | None = None
    queries: int = 5_000
    seed: int = 0

    def evaluate(
        self, data: Data, other: Data, *, reference: Reference | None = None, progress: Progress | None = None
    ) -> MetricResult:
        """The share of ``other`` that lies within ``data``.

        Raises:
            InvalidDataError: One of them has no more than k distinct states, or they differ in form.
            UnsupportedSpaceError: States are no vectors, and there are no ``features``.
        """
        ours, theirs = (gather(some, self.needs(), progress) for some in (data, other))
        return self.measure(ours, theirs, reference)

    def needs(self) -> tuple[Matrix, RowHashes, RowHashes]:
        """The facts that ``measure`` reads of each data set."""
        return Matrix(features=self.features), RowHashes("observations"), RowHashes("pairs")

    def measure(self, ours: Facts, theirs: Facts, reference: Reference | None = None) -> MetricResult:
        """The share of the second data set that lies within the first, from facts about both."""
        states, _, pairs = self.needs()
        scale = first_scale(self.scale, reference.observation_scale if reference else None)
        discrete = ours[states].discrete and theirs[states].discrete
        forward, backward, n = self._of_rows(ours, theirs) if discrete else self._of_distances(ours, theirs, scale)
        return MetricResult(
            name=self.name,
            value=forward,
            range=(0.0, 1.0),
            std_error=float(np.sqrt(forward * (1 - forward) / n)),
            n_used=n,
            params=params_of(self),
            details={"reverse": backward, **_exact(ours[pairs], theirs[pairs])},
            reference=reference.id if reference else None,
        )

    def _of_rows(self, a: Facts, b: Facts) -> tuple[float, float, int]:
        here, there = a[RowHashes("observations")], b[RowHashes("observations")]
        return float(np.isin(there, here).mean()), float(np.isin(here, there).mean()), len(there)

    def _of_distances(self, a: Facts, b: Facts, scale: Scale | None) -> tuple[float, float, int]:
        matrix = Matrix(features=self.features)
        check_widths(a[matrix].d, b[matrix].d)
        scale = scale or Spread.of(a[matrix], b[matrix]).scale
        here, there = (Points.of(facts[matrix], scale, unique=True) for facts in (a, b))
        n = min(len(here), len(there))
        if n <= self.k:
            raise too_few_points(n, self.k)
        here, there = here.limited(n, self.seed), there.limited(n, self.seed)
        return self._share(there, here), self._share(here, there), min(n, self.queries)

    def _share(self, visitors: Points, hosts: Points) -> float:
        """The share of the visitors that are at home with the hosts."""
        own = hosts.sample(self.queries, self.seed + 1)
        home = nearest(hosts.take(own), hosts.chunks(), self.k, own).distances[:, -1]
        guests = visitors.take(visitors.sample(self.queries, self.seed + 2))
        away = nearest(guests, hosts.chunks(), self.k).distances[:, -1]
        return float((away <= np.quantile(home, self.within)).mean())


def check_widths(*widths: int) -> None:
    """``InvalidDataError`` unless the rows of all data sets have as many numbers."""
    if len(set(widths)) > 1:
        raise InvalidDataError(
            f"the data sets have rows of {' and '.join(map(str, widths))} numbers",
            hint="compare data sets of one benchmark",
        )


def _exact(a: Hashes, b: Hashes) -> dict[str, Any]:
    ours, theirs = np.unique(a), np.unique(b)
    shared = len(np.intersect1d(ours, theirs, assume_unique=True))
    return {"shared_pairs": shared, "shared_of_data": shared / len(ours), "shared_of_other": shared / len(theirs)}
