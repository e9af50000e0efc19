"""Entropies of the rows of a data set: of distances for continuous numbers, of shares for discrete ones, of both where they meet."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from tupli_metrics.entropy_formulas import kozachenko_leonenko, shannon
from tupli_metrics.hashing import Hashes, occurrences, row_hashes
from tupli_metrics.neighbours import nearest
from tupli_metrics.rows import Rows
from tupli_metrics.search import Neighbourhood, Points, Search, too_few_points
from tupli_metrics.wording import several


@dataclass(frozen=True, slots=True)
class Estimate:
    """An entropy in nats and what it rests on.

    Attributes:
        value: The entropy.
        std_error: Its standard error; None for a single query.
        kind: ``continuous``, ``discrete`` or ``mixed``.
        n: The number of distinct points (of rows, if discrete).
        m: How many of them were asked.
        d: The number of continuous dimensions.
        duplicate_share: The share of rows equal to an earlier one.
        not_finite: Rows with NaN or infinities, which were left out.
        left_out: The share of points with too few others of their kind around.
    """

    value: float
    std_error: float | None
    kind: str
    n: int
    m: int
    d: int
    duplicate_share: float = 0.0
    not_finite: int = 0
    left_out: float = 0.0

    def details(self) -> dict[str, Any]:
        """All but the number itself."""
        return {key: value for key, value in asdict(self).items() if key not in {"value", "std_error"}}

    def warnings(self) -> Iterator[str]:
        """What a reader has to know."""
        if self.not_finite:
            yield f"Left out: {several(self.not_finite, 'row')} with NaN or infinite numbers."
        if self.left_out:
            yield f"Left out: {self.left_out:.1%} of the points, which have too few others with the same discrete part."


def of_distances(hood: Neighbourhood, k: int) -> Estimate:
    """Kozachenko and Leonenko's estimate."""
    points = hood.points
    value, error = kozachenko_leonenko(hood.distances, len(points), k, points.d)
    m = len(hood.queries)
    return Estimate(value, error, "continuous", len(points), m, points.d, points.duplicate_share, points.not_finite)


def of_shares(rows: Rows) -> Estimate:
    """The entropy of the shares of distinct rows."""
    counts = occurrences(hashes_of(rows))
    value, error = shannon(counts)
    return Estimate(value, error, "discrete", rows.n, rows.n, 0, 1 - len(counts) / rows.n)


def of_groups(rows: Rows, labels: Hashes, d: int, search: Search) -> Estimate:
    """The entropy of rows with a discrete part: H(label) + sum over labels of share times H(row given the label).

    Args:
        rows: The points, in which the discrete part is the same throughout a group, so that it adds nothing to distances.
        labels: The discrete part of each row, as a number.
        d: How many numbers of a row are continuous.
        search: How neighbours are searched in each group.
    """
    points = Points.of(rows, search.scale, unique=search.unique).limited(search.n, search.seed)
    numbers = points.numbers
    _, member, counts = np.unique(labels[numbers], return_inverse=True, return_counts=True)
    value, variance, used, m = shannon(counts)[0], 0.0, 0, 0
    for kind in np.flatnonzero(counts > search.k):
        group = points.only(numbers[member == kind])
        share = len(group) / len(points)
        queries = group.sample(int(np.ceil(search.queries * share)), search.seed + 1)
        found = nearest(group.take(queries), group.chunks(), search.k, queries)
        part, error = kozachenko_leonenko(found.distances[:, -1], len(group), search.k, d)
        value, variance = value + share * part, variance + (share * (error or 0.0)) ** 2
        used, m = used + len(group), m + len(queries)
    if not used:
        raise too_few_points(int(counts.max(initial=0)), search.k)
    left_out = 1 - used / len(points)
    return Estimate(
        value, variance**0.5, "mixed", len(points), m, d, points.duplicate_share, points.not_finite, left_out
    )


def hashes_of(rows: Rows) -> Hashes:
    """One number for each row, equal for equal rows."""
    return np.concatenate([row_hashes(chunk) for _, chunk in rows.chunks()])
