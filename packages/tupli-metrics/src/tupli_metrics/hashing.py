"""Rows as 64-bit numbers: equal rows have equal numbers, so distinct rows can be counted without keeping them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tupli_metrics.batches import Batches
from tupli_metrics.features import Features, featured
from tupli_metrics.passes import Collector
from tupli_schemas.arrays import Array
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Leaf, Tree, leaves

Hashes = NDArray[np.uint64]
Part = Literal["observations", "actions", "pairs"]

_WIDE = 64  # from this many bytes on, rows of small integers (images) are hashed as bytes, not number by number


@dataclass(frozen=True, slots=True)
class Binning:
    """Cells for continuous numbers: each dimension is cut at ``cells`` evenly spaced places from ``low`` to ``high``.

    A number is in the cell 0 below ``low``, in the cell ``cells`` from ``high`` on. The limits are those of all floating-point
    numbers of a row in order: first the observation's, then the action's.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    cells: int = 100

    def check(self, dimensions: int) -> None:
        """``InvalidDataError`` unless a row has as many floating-point numbers as there are limits."""
        if dimensions != len(self.low):
            raise InvalidDataError(
                f"rows have {dimensions} continuous numbers, the reference {len(self.low)}",
                hint="a reference and the data have to come from one benchmark, with the same features",
            )

    def cell(self, column: Array, dimension: int) -> Array:
        """The cells of one dimension's numbers."""
        edges = np.linspace(self.low[dimension], self.high[dimension], self.cells)
        return np.searchsorted(edges, column, side="right")


@dataclass(frozen=True, slots=True)
class RowHashes:
    """Need: a 64-bit hash of each row, 8 bytes per step. Two different rows share one with a probability below 1e-18.

    Numbers are compared as numbers: -0.0 is 0.0, every NaN is the same, float32 and float64 of one value are equal.
    """

    part: Part = "pairs"
    binning: Binning | None = None
    features: Features | None = None

    def collector(self) -> Collector[Hashes]:
        return _HashCollector(self)


class _HashCollector:
    def __init__(self, need: RowHashes) -> None:
        self._need = need
        self._hashes: list[Hashes] = []
        self._batches = Batches(lambda rows: self._hashes.append(row_hashes(rows, need.binning)))

    def add(self, episode: EpisodeData) -> None:
        need = self._need
        if need.part == "actions":
            self._batches.add(episode.actions)
            return
        observations = featured(episode.observations, need.features)
        self._batches.add(observations if need.part == "observations" else (observations, episode.actions))

    def finish(self) -> Hashes:
        self._batches.flush()
        return np.concatenate(self._hashes)


def row_hashes(rows: Tree, binning: Binning | None = None) -> Hashes:
    """One uint64 for each row of ``rows``.

    Each 32-bit word of a row is multiplied with a random 64-bit number, and the upper halves of two such sums are the hash: a
    multilinear hash, whose probability of a collision is proven for any data (Lemire and Kaser, 2014).
    """
    if binning is not None:
        binning.check(sum(_floats(leaf) for _, leaf in leaves(rows)))
    sums, dimension = None, 0
    for place, (_, leaf) in enumerate(leaves(rows)):
        words, dimension = _words(leaf, binning, dimension)
        weights = _weights(place, words.shape[1])
        part = words @ weights[1:] + weights[0]
        sums = part if sums is None else sums + part
    if sums is None:
        raise ValueError("rows have at least one column")
    upper = np.uint64(0xFFFFFFFF00000000)
    return np.asarray(sums[:, 0] & upper | sums[:, 1] >> np.uint64(32))


@lru_cache(maxsize=64)
def _weights(place: int, n_words: int) -> Hashes:
    return np.random.default_rng([place, n_words]).integers(0, 2**64, (n_words + 1, 2), dtype=np.uint64)


def _words(leaf: Leaf, binning: Binning | None, dimension: int) -> tuple[Hashes, int]:
    """The rows of a column as 32-bit words (in uint64, where they are multiplied), and the number of dimensions so far."""
    if isinstance(leaf, TextColumn):
        digests = b"".join(blake2b(text.encode(), digest_size=8).digest() for text in leaf)
        return np.frombuffer(digests, np.uint32).reshape(len(leaf), 2).astype(np.uint64), dimension
    flat = leaf.reshape(len(leaf), -1)
    if flat.dtype.kind == "f":
        width = flat.shape[1]
        if binning is not None:
            cells = np.stack([binning.cell(flat[:, j], dimension + j) for j in range(width)], axis=1)
            return cells.astype(np.uint64), dimension + width
        return _float_words(flat), dimension + width
    if flat.dtype.kind in "biu" and flat.dtype.itemsize * flat.shape[1] < _WIDE:
        return _split(flat.astype(np.int64)), dimension
    return _byte_words(flat), dimension


def _floats(leaf: Leaf) -> int:
    is_float = isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f"
    return int(np.prod(leaf.shape[1:])) if is_float else 0  # type: ignore[union-attr]


def _float_words(flat: Array) -> Hashes:
    numbers = flat.astype(np.float64) + 0.0  # + 0.0 makes 0.0 of -0.0
    numbers[np.isnan(numbers)] = np.nan
    return _split(numbers)


def _split(flat: Array) -> Hashes:
    return np.ascontiguousarray(flat).view(np.uint32).astype(np.uint64)


def _byte_words(flat: Array) -> Hashes:
    raw = np.ascontiguousarray(flat).view(np.uint8).reshape(len(flat), -1)
    if missing := -raw.shape[1] % 4:
        raw = np.pad(raw, ((0, 0), (0, missing)))
    return raw.view(np.uint32).astype(np.uint64)


def occurrences(hashes: Hashes) -> NDArray[np.int64]:
    """How often each distinct row occurs, in no particular order."""
    ordered = np.sort(hashes)
    firsts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    return np.diff(firsts, append=len(ordered))


def first_occurrences(chunks: Callable[[], Iterable[Hashes]], n: int) -> NDArray[np.bool_]:
    """For each of n rows, whether no earlier row is equal to it.

    Args:
        chunks: Hands out the hashes of all rows in order, each time it is called. Sorting keeps 8 bytes per row; that order is needed
            again only where there are repetitions, so it is read again rather than kept.
        n: The number of rows.
    """
    ordered, filled = np.empty(n, np.uint64), 0
    for some in chunks():
        ordered[filled : filled + len(some)] = some
        filled += len(some)
    ordered.sort()
    repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    del ordered
    first = np.ones(n, np.bool_)
    return first if not len(repeated) else _without_repetitions(first, chunks(), repeated)


def _without_repetitions(first: NDArray[np.bool_], chunks: Iterable[Hashes], repeated: Hashes) -> NDArray[np.bool_]:
    """``first`` without the rows whose hash is ``repeated`` and has been there before."""
    seen, start = np.zeros(len(repeated), np.bool_), 0
    for some in chunks:
        place = np.minimum(np.searchsorted(repeated, some), len(repeated) - 1)
        rows = np.flatnonzero(repeated[place] == some)
        kinds, where = np.unique(place[rows], return_index=True)
        new = ~seen[kinds]
        first[start + rows] = False
        first[start + rows[where[new]]] = True
        seen[kinds] = True
        start += len(some)
    return first
