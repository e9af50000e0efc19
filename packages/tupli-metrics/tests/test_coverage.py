"""State-action coverage: vectors by hand, a set of Python tuples as the oracle, rarefaction by exact combinatorics."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from metric_data import cut, episode, of_states
from tupli_metrics import Reference, StateActionCoverage
from tupli_metrics.coverage import expected_unique
from tupli_metrics.hashing import occurrences, row_hashes
from tupli_schemas.columns import EpisodeData
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.text_column import TextColumn

FEW_NUMBERS = st.sampled_from([0.0, -0.0, 1.0, np.nan, np.inf, -np.inf, 1e-300])
SMALL_ROWS = hnp.arrays(np.float64, st.tuples(st.integers(1, 30), st.integers(1, 3)), elements=FEW_NUMBERS)


def unique(states: object, actions: object = None) -> float:
    return StateActionCoverage().evaluate(of_states(states, actions)).value


def test_equal_pairs_count_once_and_minus_zero_is_zero() -> None:
    states, actions = np.array([0.0, 0.0, 0.0, 1.0, -0.0]), np.array([0, 0, 1, 0, 0])

    assert unique(states, actions) == 3


def test_every_nan_is_the_same() -> None:
    assert unique(np.array([np.nan, -np.nan, np.uint64(0x7FF8000000000001).view(np.float64), np.nan])) == 1


def test_equal_numbers_of_different_width_are_equal() -> None:
    halves = np.array([[0.5, 1.0]])

    assert row_hashes(halves.astype(np.float32)) == row_hashes(halves)
    assert row_hashes(np.array([[3, 4]], np.int8)) == row_hashes(np.array([[3, 4]]))


def test_without_a_reference_it_is_a_count_with_a_name_of_its_own() -> None:
    result = StateActionCoverage().evaluate(of_states(np.array([1, 2, 2])))

    assert (result.name, result.value, result.unit, result.n_used) == ("unique_state_actions", 2, "pairs", 3)


@given(SMALL_ROWS)
def test_distinct_rows_are_those_that_a_set_of_tuples_holds(rows: np.ndarray) -> None:
    canonical = {tuple("nan" if np.isnan(x) else x + 0.0 for x in row) for row in rows.tolist()}

    assert unique(rows) == len(canonical)


@given(hnp.arrays(np.int8, st.tuples(st.integers(1, 30), st.integers(1, 80)), elements=st.integers(0, 1)))
def test_rows_of_small_integers_are_compared_exactly_however_wide(rows: np.ndarray) -> None:
    assert len(occurrences(row_hashes(rows))) == len(np.unique(rows, axis=0))


def test_images_dicts_and_texts_are_counted_as_they_are() -> None:
    images = np.zeros((4, 8, 8, 3), np.uint8)
    images[3, 7, 7, 2] = 1
    words = TextColumn.from_strings(["", "go", "go", "go"])

    observations = {"camera": images, "goal": (words,)}
    data = EpisodeData.from_arrays(
        observations=observations, actions=np.zeros(4, int), rewards=np.zeros(4), terminated=True, truncated=False
    )

    assert StateActionCoverage().evaluate([data, data]).value == 3


@given(SMALL_ROWS, st.integers(1, 6))
def test_cutting_into_episodes_and_reordering_change_nothing(rows: np.ndarray, pieces: int) -> None:
    assert StateActionCoverage().evaluate(cut(rows[::-1], pieces=pieces)).value == unique(rows)


@given(st.lists(st.integers(1, 6), min_size=1, max_size=8), st.data())
def test_the_expected_number_of_distinct_rows_is_that_of_all_draws(counts: list[int], data: st.DataObject) -> None:
    total = sum(counts)
    n = data.draw(st.integers(1, total))

    exact = sum(1 - comb(total - c, n) / comb(total, n) for c in counts)
    assert expected_unique(np.array(counts), n) == pytest.approx(exact)


def test_data_covers_itself_completely() -> None:
    data = of_states(np.random.default_rng(0).normal(size=(500, 3)))

    result = StateActionCoverage().evaluate(data, reference=Reference.from_data(data, id="itself"))

    assert result.value == 1
    assert result.reference == "itself"


def test_cells_are_those_of_the_reference() -> None:
    rng = np.random.default_rng(0)
    reference_states, states = rng.normal(size=(300, 2)), 2 * rng.normal(size=(300, 2))
    actions = rng.integers(0, 3, 300)

    result = StateActionCoverage().evaluate(
        of_states(states, actions), reference=Reference.from_data(of_states(reference_states, actions))
    )

    edges = [np.linspace(column.min(), column.max(), 100) for column in reference_states.T]
    here, there = (
        len(
            {
                (*(int(np.digitize(x, e)) for x, e in zip(row, edges, strict=True)), a)
                for row, a in zip(some, actions, strict=True)
            }
        )
        for some in (states, reference_states)
    )
    assert result.value == here / there


def test_sizes_are_matched_by_the_expectation_over_all_draws() -> None:
    rng = np.random.default_rng(0)
    many, few = rng.integers(0, 50, 1000), rng.integers(0, 50, 60)
    reference = Reference.from_data(of_states(few))

    result = StateActionCoverage().evaluate(of_states(many), reference=reference)

    draws = [len(np.unique(rng.choice(many, 60, replace=False))) for _ in range(2000)]
    assert result.n_used == 60
    assert result.value == pytest.approx(np.mean(draws) / len(np.unique(few)), abs=0.01)


def test_a_large_reference_is_matched_to_small_data() -> None:
    rng = np.random.default_rng(1)
    many, few = rng.integers(0, 50, 1000), rng.integers(0, 50, 60)

    result = StateActionCoverage().evaluate(of_states(few), reference=Reference.from_data(of_states(many)))

    draws = [len(np.unique(rng.choice(many, 60, replace=False))) for _ in range(2000)]
    assert result.value == pytest.approx(len(np.unique(few)) / np.mean(draws), abs=0.01)


def test_unequal_sizes_are_compared_only_with_a_warning() -> None:
    reference = Reference.from_data(of_states(np.arange(4)))

    result = StateActionCoverage(match_size=False).evaluate(of_states(np.arange(8)), reference=reference)

    assert result.value == 2
    assert "8 steps are compared with 4" in result.warnings[0]


def test_a_reference_that_counted_nothing_leaves_a_count() -> None:
    result = StateActionCoverage().evaluate(of_states(np.arange(4)), reference=Reference(return_max=1))

    assert (result.name, result.value) == ("unique_state_actions", 4)
    assert "Without pairs of a reference" in result.warnings[0]


def test_a_reference_that_counted_cells_cannot_be_compared_with_exact_rows() -> None:
    data = of_states(np.random.default_rng(0).normal(size=(50, 1)))

    with pytest.raises(InvalidDataError, match="cells"):
        StateActionCoverage(binning=None).evaluate(data, reference=Reference.from_data(data))
    exact = StateActionCoverage(binning=None).evaluate(data, reference=Reference.from_data(data, cells=None))
    assert exact.value == 1


def test_features_are_counted_in_place_of_observations() -> None:
    data = [episode([0, 0, 0], np.array([[1, 10], [1, 20], [2, 30]]))]

    assert StateActionCoverage(features=lambda batch: batch[:, :1]).evaluate(data).value == 2
