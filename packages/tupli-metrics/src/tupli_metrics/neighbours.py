"""The k nearest neighbours of some points among many: exact, in chunks, with memory that does not grow with the data."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tupli_schemas.arrays import Array

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TREE_DIMENSIONS = 4
"""Up to here a k-d tree is quicker than comparing all pairs; above, its cells overlap too much."""

TREE_POINTS = 1 << 19
_BLOCK = 1024  # queries that are compared with a chunk at a time: 1024 x 4096 distances are 16 MB
_CHUNK = 4096
_MANY = 4  # with more candidates than so many times k, it pays to look for a narrower bound first
_CROWD = 16  # with more candidates than one in so many pairs, rounding hides what is near: compare exactly


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The neighbours of m queries, nearest first.

    Attributes:
        distances: Euclidean, (m, k), inf where there are fewer than k.
        index: The rows of the neighbours in the data, (m, k), -1 likewise.
    """

    distances: Floats
    index: Integers


def nearest(queries: Floats, chunks: Iterable[tuple[Integers, Array]], k: int, own: Integers | None = None) -> Nearest:
    """The k nearest of all points in ``chunks`` to each query.

    Args:
        queries: (m, d).
        chunks: (row numbers, points) pairs; points are (n, d) and finite.
        k: How many neighbours.
        own: The row number of each query, if queries are among the points: nothing is its own neighbour.

    Euclidean distances, computed in float64 on differences of coordinates, so that neighbours much closer to each other than to
    the origin keep all their digits.
    """
    best = _Best(len(queries), k, np.full(len(queries), -1) if own is None else own)
    if queries.shape[1] <= TREE_DIMENSIONS:
        for rows, points in _merged(chunks, TREE_POINTS):
            _search_tree(queries, rows, points, best)
    else:
        for rows, points in _merged(chunks, _CHUNK):
            _compare(queries, rows, points, best)
    return Nearest(np.sqrt(best.squares), best.index)


class _Best:
    """The nearest k that each query has met so far."""

    def __init__(self, m: int, k: int, own: Integers) -> None:
        self.k = k
        self.own = own
        self.squares = np.full((m, k), np.inf)
        self.index = np.full((m, k), -1, np.int64)

    def meet(self, known: Integers, rows: Integers, squares: Floats) -> None:
        """Each of the queries ``known`` (q) meets c points: their rows and squared distances, (q, c); inf where there is none."""
        squares = np.where(rows == self.own[known, None], np.inf, squares)
        rows, squares = np.hstack((self.index[known], rows)), np.hstack((self.squares[known], squares))
        nearest_k = np.argsort(squares, axis=1, kind="stable")[:, : self.k]  # stable: of equals the earlier row stays
        self.squares[known] = np.take_along_axis(squares, nearest_k, axis=1)
        self.index[known] = np.take_along_axis(rows, nearest_k, axis=1)

    def meet_some(self, query: Integers, row: Integers, square: Floats) -> None:
        """The same for pairs, ascending by query, of which each may have another number."""
        known, starts, counts = np.unique(query, return_index=True, return_counts=True)
        if not len(known):
            return
        rows = np.full((len(known), int(counts.max())), -1)
        squares = np.full(rows.shape, np.inf)
        place = np.repeat(np.arange(len(known)), counts), np.arange(len(query)) - np.repeat(starts, counts)
        rows[place], squares[place] = row, square
        self.meet(known, rows, squares)


def _merged(chunks: Iterable[tuple[Integers, Array]], size: int) -> Iterable[tuple[Integers, Floats]]:
    """The chunks in float64 and in portions of about ``size`` points."""
    rows: list[Integers] = []
    points: list[Array] = []
    for some_rows, some_points in chunks:
        for start in range(0, len(some_rows), size):
            rows.append(some_rows[start : start + size])
            points.append(some_points[start : start + size])
            if sum(map(len, rows)) >= size:
                yield np.concatenate(rows), np.concatenate(points).astype(np.float64)
                rows, points = [], []
    if rows:
        yield np.concatenate(rows), np.concatenate(points).astype(np.float64)


def _search_tree(queries: Floats, rows: Integers, points: Floats, best: _Best) -> None:
    from scipy.spatial import KDTree

    k = min(best.k + 1, len(points))  # one more, as a query may find itself
    tree = KDTree(points, balanced_tree=False, compact_nodes=False)
    for start in range(0, len(queries), _CHUNK):
        _, near = tree.query(queries[start : start + _CHUNK], k=[*range(1, k + 1)])
        known = np.arange(start, start + len(near))
        squares = _squares(queries, np.repeat(known, k), points, near.ravel()).reshape(near.shape)
        best.meet(known, rows[near], squares)


def _compare(queries: Floats, rows: Integers, points: Floats, best: _Best) -> None:
    centre = points.mean(axis=0)
    points = points - centre
    lengths = np.einsum("ij,ij->i", points, points)
    table = np.column_stack((points, lengths)).astype(np.float32, order="C")
    for start in range(0, len(queries), _BLOCK):
        block = queries[start : start + _BLOCK] - centre
        limits = best.squares[start : start + _BLOCK, -1]
        query, near = _sift(block, points, table, limits, best.k)
        best.meet_some(query + start, rows[near], _squares(block, query, points, near))


def _sift(block: Floats, points: Floats, table: Array, limits: Floats, k: int) -> tuple[Integers, Integers]:
    """All pairs (query, point) that are no further apart than the query's limit, among few that are.

    All pairs are compared roughly, by one matrix product in float32: |p|^2 - 2 q p is their squared distance but for |q|^2. What is
    within the bound of its rounding errors stays in, so nothing near is lost.
    """
    lengths = np.einsum("ij,ij->i", block, block)
    reach = (np.sqrt(lengths) + np.sqrt(table[:, -1].max())) ** 2
    if reach.max() > 1e30:  # beyond float32
        return _sift_exactly(block, points, limits, k)
    rough = np.column_stack((-2 * block, np.ones(len(block)))).astype(np.float32) @ table.T
    slack = (block.shape[1] + 6) * np.finfo(np.float32).eps * reach
    bound = limits - lengths + slack
    if np.isinf(limits).any() or len(hits := _within(rough, bound)) > _MANY * k * len(block):
        hits = _within(rough, np.minimum(bound, _kth_at_most(rough, k + 1) + 2 * slack))
    if len(hits) > rough.size // _CROWD:
        return _sift_exactly(block, points, limits, k)
    query, near = np.divmod(hits, len(points))
    return query, near


def _within(rough: Array, bound: Floats) -> Integers:
    return np.flatnonzero(rough <= bound.astype(np.float32)[:, None])


def _kth_at_most(rough: Array, k: int) -> Floats:
    """A bound of the k-th least number of each row: the k-th least among the minima of groups. Ten times quicker than sorting.

    A chunk that is nearer than all before it, as in data along a path, would otherwise be full of candidates.
    """
    groups = max(64, 4 * k)
    if rough.shape[1] < groups:
        return np.full(len(rough), np.inf)
    minima = rough
    while (half := minima.shape[1] // 2) >= groups:
        # Halves, so that neighbours in time are in different groups; an odd number left over only widens the bound.
        minima = np.minimum(minima[:, :half], minima[:, half : 2 * half])
    return np.asarray(np.partition(minima, k - 1, axis=1)[:, k - 1], np.float64)


def _sift_exactly(block: Floats, points: Floats, limits: Floats, k: int) -> tuple[Integers, Integers]:
    from scipy.spatial.distance import cdist

    squares = cdist(block, points, "sqeuclidean")
    # A little more than the bound: `_squares` adds in another order, and may differ in the last digit.
    bound = np.minimum(limits, _kth_at_most(squares, k + 1)) * (1 + 1e-12)
    query, near = np.nonzero(squares <= bound[:, None])
    return query, near


def _squares(queries: Floats, query: Integers, points: Floats, near: Integers) -> Floats:
    """The squared distances of pairs, from the differences of their coordinates."""
    difference = queries[query] - points[near]
    return np.asarray(np.einsum("ij,ij->i", difference, difference))
