"""Which points of a data set are searched for whose neighbours: distinct ones, a seeded sample of queries, on a common scale."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tupli_metrics.hashing import first_occurrences, row_hashes
from tupli_metrics.neighbours import Nearest, nearest
from tupli_metrics.passes import Facts
from tupli_metrics.rows import Matrix, Rows
from tupli_metrics.wording import several
from tupli_schemas.arrays import Array
from tupli_schemas.errors import InvalidDataError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]

Scale = tuple[float, ...]

LARGEST = np.float64(1e150)
"""Beyond this, squares of distances overflow; such numbers count as infinite."""

QUERIES = 10_000
"""So many points are asked for their neighbours; all points are searched."""


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """The rows among which neighbours are searched.

    Attributes:
        rows: All rows, as they are.
        mask: Which of them count; one byte each, as there may be many.
        n: How many count.
        scale: What each of the d numbers of a row is divided by.
        duplicate_share: The share of rows that are equal to an earlier one; 0 where duplicates count.
        not_finite: How many rows hold NaN or infinities and were left out.
    """

    rows: Rows
    mask: Flags
    n: int
    scale: Floats
    duplicate_share: float
    not_finite: int

    @classmethod
    def of(cls, rows: Rows, scale: Scale | None, *, unique: bool) -> Self:
        """The finite rows, without repetitions if ``unique``."""
        finite = np.concatenate([(np.abs(chunk) <= LARGEST).all(axis=1) for _, chunk in rows.chunks()])
        counted = finite.copy()
        if unique:
            counted &= first_occurrences(lambda: (row_hashes(chunk) for _, chunk in rows.chunks()), rows.n)
        n_finite = int(finite.sum())
        duplicates = 1 - int(counted.sum()) / n_finite if n_finite else 0.0
        return cls(rows, counted, int(counted.sum()), _scale(scale, rows.d), duplicates, rows.n - n_finite)

    def __len__(self) -> int:
        return self.n

    @property
    def d(self) -> int:
        """How many numbers a point has."""
        return self.rows.d

    @property
    def numbers(self) -> Integers:
        """The row numbers of all points."""
        return np.flatnonzero(self.mask)

    def sample(self, size: int | None, seed: int) -> Integers:
        """``size`` of the points (their row numbers, ascending); all of them if there are no more."""
        if size is None or self.n <= size:
            return self.numbers
        chosen = np.sort(np.random.default_rng(seed).choice(self.n, size, replace=False))
        return chosen if self.n == len(self.mask) else self.numbers[chosen]

    def only(self, numbers: Integers) -> Self:
        """Some of the points as points."""
        mask = np.zeros_like(self.mask)
        mask[numbers] = True
        return replace(self, mask=mask, n=len(numbers))

    def limited(self, size: int | None, seed: int) -> Self:
        """A sample of the points as points."""
        return self if size is None or self.n <= size else self.only(self.sample(size, seed))

    def take(self, index: Integers) -> Floats:
        """The points with these row numbers, scaled."""
        return np.asarray(self.rows.take(index) / self.scale, np.float64)

    def chunks(self) -> Iterator[tuple[Integers, Array]]:
        """(row numbers, points) in order."""
        for start, chunk in self.rows.chunks():
            kept = np.flatnonzero(self.mask[start : start + len(chunk)])
            if len(kept):
                yield start + kept, chunk[kept] / self.scale


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhood:
    """The neighbours of m queries among the points of a data set."""

    points: Points
    queries: Integers
    nearest: Nearest

    @property
    def distances(self) -> Floats:
        """The distance of each query to its k-th neighbour, m."""
        return self.nearest.distances[:, -1]


@dataclass(frozen=True, slots=True)
class Search:
    """The settings of a search; metrics with equal ones share it.

    Attributes:
        matrix: Which rows are the points.
        k: How many neighbours are found; the point itself is none of them.
        scale: What the numbers of a row are divided by; 1 if None.
        unique: Whether equal rows count once.
        queries: At most so many points are queries, drawn with ``seed``.
        n: So many points are drawn first, for comparisons at equal size; all if None.
        seed: The seed of both.
    """

    matrix: Matrix
    k: int = 5
    scale: Scale | None = None
    unique: bool = True
    queries: int = QUERIES
    n: int | None = None
    seed: int = 0

    def run(self, facts: Facts) -> Neighbourhood:
        """Find the neighbours, once for all metrics that ask ``facts`` for them.

        Raises:
            InvalidDataError: There are no more than k points.
        """
        return facts.once(self, lambda: self._run(facts[self.matrix]))

    def _run(self, rows: Rows) -> Neighbourhood:
        points = Points.of(rows, self.scale, unique=self.unique).limited(self.n, self.seed)
        if len(points) <= self.k:
            raise too_few_points(len(points), self.k)
        queries = points.sample(self.queries, self.seed + 1)
        return Neighbourhood(points, queries, nearest(points.take(queries), points.chunks(), self.k, queries))


def first_scale(*candidates: Any) -> Scale | None:
    """The first scale that is given (any sequence of numbers), as a tuple; None if none is."""
    given = (np.asarray(some, np.float64).ravel() for some in candidates if some is not None)
    return next((tuple(some.tolist()) for some in given), None)


def too_few_points(n: int, k: int) -> InvalidDataError:
    """The error for n points that shall have k neighbours each."""
    return InvalidDataError(
        f"{several(n, 'point')}, too few for {k} neighbours of each; equal points may count once",
        hint="give more data" + f", or k below {n}" * (n > 1),
    )


def _scale(scale: Scale | None, d: int) -> Floats:
    if scale is None:
        return np.ones(d)
    if len(scale) != d or not min(scale) > 0:
        raise InvalidDataError(
            f"the scale has {len(scale)} numbers, the least {min(scale, default=0):g}; points have {d}, and a scale is positive",
            hint="a reference and the data have to come from one benchmark, with the same features",
        )
    return np.asarray(scale, np.float64)
