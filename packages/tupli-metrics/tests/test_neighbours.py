"""The search for neighbours against all pairs, on data that is easy, clustered, far away, tied or larger than a chunk."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from tupli_metrics.hashing import first_occurrences
from tupli_metrics.neighbours import Nearest, nearest
from tupli_metrics.rows import Rows
from tupli_metrics.search import Points
from tupli_schemas.errors import InvalidDataError

RNG = np.random.default_rng(0)


def search(points: np.ndarray, queries: np.ndarray, k: int, pieces: int = 1) -> Nearest:
    rows = np.arange(len(points))
    chunks = list(zip(np.array_split(rows, pieces), np.array_split(points, pieces), strict=True))
    return nearest(points[queries].astype(float), [c for c in chunks if len(c[0])], k, queries)


def all_pairs(points: np.ndarray, queries: np.ndarray, k: int) -> np.ndarray:
    distances = cdist(points[queries], points)
    distances[np.arange(len(queries)), queries] = np.inf
    return np.sort(distances, axis=1)[:, :k]


def clustered(n: int, d: int) -> np.ndarray:
    """Half of the points in a dense cluster that float32 cannot resolve from where it stands."""
    return np.concatenate((RNG.normal(size=(n // 2, d)) * 1e-5 + 1000, RNG.normal(size=(n - n // 2, d))))


KINDS: dict[str, Callable[[int, int], np.ndarray]] = {
    "normal": lambda n, d: RNG.normal(size=(n, d)),
    "walk": lambda n, d: RNG.normal(size=(n, d)).cumsum(axis=0),
    "clustered": clustered,
    "tied": lambda n, d: RNG.integers(0, 3, (n, d)).astype(float),
    "huge": lambda n, d: RNG.normal(size=(n, d)) * 1e18,
    "constant": lambda n, d: np.ones((n, d)),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("n", "d"), [(700, 2), (700, 5), (6000, 12)])
def test_neighbours_are_those_of_all_pairs(kind: str, n: int, d: int) -> None:
    points = KINDS[kind](n, d)
    queries = np.sort(RNG.choice(n, 300, replace=False))

    found = search(points, queries, 5)

    expected = all_pairs(points, queries, 5)
    # cdist adds the squares in another order, which near 0 is all there is to see.
    assert found.distances == pytest.approx(expected, rel=1e-9, abs=1e-12 * np.abs(points).max())
    assert not (found.index == queries[:, None]).any()


@given(st.integers(2, 40), st.integers(1, 8), st.integers(1, 6), st.integers(1, 7))
def test_few_points_in_any_pieces(n: int, d: int, k: int, pieces: int) -> None:
    points = np.random.default_rng(n).integers(0, 4, (n, d)).astype(float)
    k = min(k, n - 1)

    found = search(points, np.arange(n), k, pieces)

    assert found.distances == pytest.approx(all_pairs(points, np.arange(n), k))
    named = np.linalg.norm(points[found.index] - points[:, None], axis=2)
    assert named == pytest.approx(found.distances)


def test_queries_from_elsewhere_may_equal_a_point() -> None:
    points = RNG.normal(size=(50, 3))

    found = nearest(points[:2], [(np.arange(50), points)], 1)

    assert (found.distances.ravel().tolist(), found.index.ravel().tolist()) == ([0, 0], [0, 1])


def test_fewer_points_than_neighbours_leave_infinities() -> None:
    found = nearest(np.zeros((1, 9)), [(np.arange(2), np.ones((2, 9)))], 3)

    assert found.distances.tolist() == [[3, 3, np.inf]]
    assert found.index.tolist() == [[0, 1, -1]]


def test_rows_beyond_the_memory_limit_come_back_from_a_file_unchanged() -> None:
    blocks = [RNG.normal(size=(n, 3)).astype(np.float32) for n in (5, 1000, 1, 300)]
    rows = Rows(memory_limit=4000)

    for block in blocks:
        rows.append(block)

    whole = np.concatenate(blocks)
    for _ in range(2):
        assert np.array_equal(np.concatenate([chunk for _, chunk in rows.chunks()]), whole)
    assert [start for start, _ in rows.chunks()] == sorted(start for start, _ in rows.chunks())
    index = np.sort(RNG.choice(len(whole), 100, replace=False))
    assert np.array_equal(rows.take(index), whole[index])
    assert rows.take(index).dtype == np.float32


def test_two_readers_of_one_file_do_not_disturb_each_other() -> None:
    rows = Rows(memory_limit=0)
    rows.append(np.arange(800_000.0).reshape(-1, 1))

    for (first, one), (second, other) in zip(rows.chunks(), rows.chunks(), strict=True):
        assert first == second
        assert np.array_equal(one, other)


def test_rows_of_another_width_or_dtype_are_refused() -> None:
    rows = Rows()
    rows.append(np.zeros((2, 3), np.float32))

    with pytest.raises(InvalidDataError, match="3 numbers in one episode and 4"):
        rows.append(np.zeros((2, 4), np.float32))
    with pytest.raises(InvalidDataError, match="float32 in one episode and float64"):
        rows.append(np.zeros((2, 3)))


def test_a_search_reads_files_as_it_reads_memory() -> None:
    points = RNG.normal(size=(3000, 6))
    kept, spilled = Rows(), Rows(memory_limit=1000)
    for rows in (kept, spilled):
        rows.append(points)

    one, other = (
        nearest(p.take(p.sample(100, 0)), p.chunks(), 3, p.sample(100, 0)).distances
        for p in (Points.of(rows, None, unique=True) for rows in (kept, spilled))
    )

    assert np.array_equal(one, other)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.integers(1, 7))
def test_of_equal_rows_the_first_one_counts(values: list[int], size: int) -> None:
    hashes = np.array(values, np.uint64)

    first = first_occurrences(lambda: (hashes[i : i + size] for i in range(0, len(hashes), size)), len(hashes))

    assert first.tolist() == [value not in values[:i] for i, value in enumerate(values)]
