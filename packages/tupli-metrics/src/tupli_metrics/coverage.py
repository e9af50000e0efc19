"""State-action coverage: how many different things the data shows, compared with a reference."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from tupli_metrics.base import Metric, MetricResult
from tupli_metrics.features import Features
from tupli_metrics.hashing import RowHashes, occurrences
from tupli_metrics.passes import Facts, Need
from tupli_metrics.reference import Reference
from tupli_schemas.errors import InvalidDataError

Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class StateActionCoverage(Metric):
    """Distinct state-action pairs, as a share of those in the reference data (Schweighofer et al., 2022, arXiv 2111.04714).

    SACo = u(D) / u(D_ref), where u counts the distinct pairs (s, a) and D_ref is the replay data of online training. Numbers that
    are not whole are put into cells first: each dimension is cut at 100 evenly spaced places between the least and the greatest
    value in the reference. -0.0 equals 0.0, and a NaN equals any other.

    u grows with the number of steps, so both sides are taken at the same one, n = min(N, N_ref): of the larger data set the expected
    u of n steps drawn without replacement, which its counts give in closed form (rarefaction; Hurlbert, 1971). No draw, no noise.

    Without a reference that has counted its pairs there is no share, only a count: the result is called ``unique_state_actions``, and
    continuous numbers are compared exactly.

    Unit: none (pairs for the count). Range: 0 to infinity, as other data may show more than the reference.

    Attributes:
        binning: ``reference`` counts as the reference does; None compares exact rows, and needs a reference that does so too
            (``Reference.from_data(..., cells=None)``).
        match_size: Compare at equal n; without it unequal sizes are compared as they are, with a warning.
        features: A function of a batch of observations whose result is counted in their place; the reference needs the same one.

    Raises:
        InvalidDataError: The reference counted cells, and exact rows are asked for.
    """

    name: ClassVar[str] = "coverage"

    binning: Literal["reference"] | None = "reference"
    match_size: bool = True
    features: Features | None = None

    def needs(self, reference: Reference | None) -> tuple[Need[Any], ...]:
        return (self._hashes(reference),)

    def measure(self, facts: Facts, reference: Reference | None) -> MetricResult:
        counts = occurrences(facts[self._hashes(reference)])
        steps, unique = int(counts.sum()), len(counts)
        details = {"unique_state_actions": unique, "steps": steps, "unique_share": unique / steps}
        if reference is None or not reference.pair_counts:
            return MetricResult(
                name="unique_state_actions",
                value=float(unique),
                unit="pairs",
                range=(1.0, np.inf),
                n_used=steps,
                params=self.params(),
                details=details,
                warnings=("Without pairs of a reference this is a count, which grows with the number of steps.",),
            )
        n = min(steps, reference.n) if self.match_size else steps
        here, there = expected_unique(counts, n), expected_unique(_reference_counts(reference), min(n, reference.n))
        unequal = not self.match_size and steps != reference.n
        return MetricResult(
            name=self.name,
            value=here / there,
            range=(0.0, np.inf),
            n_used=n,
            params=self.params() | {"cells": reference.cells},
            details=details | {"unique_at_n": here, "reference_unique_at_n": there, "reference_steps": reference.n},
            warnings=(f"{steps:,} steps are compared with {reference.n:,}: more steps show more pairs.",) * unequal,
            reference=reference.id,
        )

    def _hashes(self, reference: Reference | None) -> RowHashes:
        if reference is not None and self.binning is None and reference.cells is not None:
            raise InvalidDataError(
                f"the reference counted cells ({reference.cells} in each dimension), not exact rows",
                hint="Reference.from_data(..., cells=None) counts exact rows",
            )
        return RowHashes("pairs", reference.binning if reference else None, self.features)


def expected_unique(counts: Integers, n: int) -> float:
    """How many distinct rows are expected among n of the sum(counts) rows, drawn without replacement.

    The sum over rows of 1 - C(N - c, n) / C(N, n), where c is how often a row occurs and N the number of all (Hurlbert, 1971).
    """
    from scipy.special import gammaln

    total = int(counts.sum())
    if n >= total:
        return float(len(counts))
    values, times = np.unique(counts, return_counts=True)
    left = total - values
    possible = left >= n  # else some copy is always drawn
    log_missed = (
        gammaln(left[possible] + 1) - gammaln(left[possible] - n + 1) - gammaln(total + 1) + gammaln(total - n + 1)
    )
    missed = np.zeros(len(values))
    missed[possible] = np.exp(log_missed)
    return float((times * (1 - missed)).sum())


def rarefaction(counts: Integers, points: int = 40) -> tuple[Integers, NDArray[np.float64]]:
    """The expected number of distinct rows against the number of rows drawn: (sizes, expected), evenly spaced."""
    sizes = np.unique(np.linspace(1, int(counts.sum()), points).round().astype(np.int64))
    return sizes, np.array([expected_unique(counts, int(n)) for n in sizes])


def _reference_counts(reference: Reference) -> Integers:
    times, pairs = np.array(reference.pair_counts, np.int64).T
    return np.repeat(times, pairs)
