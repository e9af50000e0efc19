"""The written semantics of a filter, on one object."""

from typing import Any

import numpy as np
import pytest

from tupli_schemas.base import new_id, now
from tupli_schemas.benchmarks import BenchmarkHeader, BenchmarkMetadata
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.filters import (
    EVERYTHING,
    NOTHING,
    BaseFilter,
    FilterEQ,
    FilterGEQ,
    FilterGT,
    FilterIN,
    FilterLEQ,
    FilterLT,
    FilterNE,
)
from tupli_schemas.keys import known_keys, nearest
from tupli_schemas.matching import matches
from tupli_schemas.tuples import RLTuple


def a_header(**metadata: Any) -> EpisodeHeader:
    return EpisodeHeader(
        id=new_id(),
        created_by="someone",
        created_at=now(),
        benchmark_id="b1",
        metadata=metadata,
        n_tuples=3,
        terminated=True,
        truncated=False,
        return_=5.0,
    )


HEADER = a_header(
    month="May",
    year=2024,
    share=0.5,
    final=True,
    empty=None,
    runs=[{"score": 1}, {"score": 3}],
    tags=["a", None, 7],
    nested={"n": [[1, 2], 3]},
)


@pytest.mark.parametrize(
    "true_filter",
    [
        EVERYTHING,
        ~NOTHING,
        FilterEQ("month", "May"),
        FilterEQ("metadata.month", "May"),
        FilterGT("return", 4),
        FilterGT("return", 4.5) & FilterLEQ("n_tuples", 3),
        FilterGEQ("length", 3),
        FilterEQ("timeout", False),
        FilterEQ("year", 2024.0),
        FilterLT("month", "Mayo"),
        FilterIN("month", ["April", "May"]),
        FilterEQ("tags", "a"),
        FilterEQ("tags", 7),
        FilterEQ("tags.2", 7),
        FilterNE("tags", "b"),
        FilterEQ("runs.score", 3),
        FilterEQ("runs.1.score", 3),
        FilterEQ("nested.n.0", 2),
        FilterGT("created_at", "2020-01-01"),
        FilterLT("created_at", "2999-01-01T00:00:00+02:00"),
        FilterGT("final", False),
    ],
    ids=repr,
)
def test_a_filter_that_holds(true_filter: BaseFilter) -> None:
    assert matches(true_filter, HEADER)
    assert not matches(~true_filter, HEADER)


@pytest.mark.parametrize(
    "false_filter",
    [
        NOTHING,
        FilterEQ("absent", 1),
        FilterNE("absent", 1),
        FilterNE("empty", 1),
        FilterEQ("year", "2024"),
        FilterEQ("final", 1),
        FilterEQ("n_tuples", True),
        FilterGT("month", 0),
        FilterNE("tags", "a"),
        FilterEQ("tags.0", 7),
        FilterEQ("nested.n", 1),
        FilterEQ("nested", "n"),
        FilterIN("month", []),
        FilterGT("created_at", "no time at all"),
        FilterEQ("metadata", "May"),
        FilterEQ("checksum", "x"),
    ],
    ids=repr,
)
def test_a_filter_that_does_not_hold(false_filter: BaseFilter) -> None:
    assert not matches(false_filter, HEADER)


def test_a_benchmark_is_found_by_its_name_without_saying_where_it_stands() -> None:
    header = BenchmarkHeader(
        id="b1",
        created_by="someone",
        created_at=now(),
        hash="h",
        metadata=BenchmarkMetadata(name="house", extra={"kw": 3}),
    )

    assert matches(FilterEQ("name", "house") & FilterEQ("metadata.name", "house") & FilterEQ("extra.kw", 3), header)


def test_a_filter_reads_arrays_and_infos_of_a_tuple() -> None:
    step = RLTuple(
        observation={"pos": np.array([0.0, 2.0], np.float32)}, action=np.int64(1), reward=1.0, info={"lap": 3}
    )

    assert matches(FilterEQ("observation.pos.1", 2) & FilterEQ("action", 1) & FilterEQ("lap", 3), step)
    assert matches(FilterEQ("state.pos", 2), step)


def test_a_mapping_is_matched_by_its_own_keys() -> None:
    assert matches(FilterEQ("a.b", 1), {"a": {"b": 1}})


def test_a_misspelt_key_has_a_nearest_known_one() -> None:
    assert nearest("mnth", known_keys(EpisodeHeader, [HEADER.metadata])) == "month"
    assert nearest("metadata.yeer", known_keys(EpisodeHeader, [HEADER.metadata])) == "year"
    assert nearest("qqqqqq", known_keys(EpisodeHeader)) is None
