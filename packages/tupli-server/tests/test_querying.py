"""A filter as a MongoDB query. That it means the same as in Python is proved against a real MongoDB in tests-integration."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import InvalidFilterError
from tupli_schemas.filters import EVERYTHING, NOTHING, BaseFilter, FilterEQ, FilterGT, FilterIN, FilterNE, parse_filter
from tupli_server.querying import field_of, to_query

MOMENT = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "field"),
    [
        ("id", "_id"),
        ("created_by", "created_by"),
        ("return", "return"),
        ("length", "n_tuples"),
        ("timeout", "truncated"),
        ("month", "metadata.month"),
        ("metadata.month", "metadata.month"),
        ("metadata.return", "metadata.return"),
        ("weather.sun", "metadata.weather.sun"),
        ("recording.seed", "recording.seed"),
        ("payload_id", "metadata.payload_id"),  # what the header does not show, no filter can name
    ],
)
def test_a_key_names_a_field_of_the_header_first_and_else_its_metadata(key: str, field: str) -> None:
    assert field_of(key, EpisodeHeader) == field


@pytest.mark.parametrize(
    ("wanted", "query"),
    [
        (EVERYTHING, {}),
        (NOTHING, {"$nor": [{}]}),
        (~EVERYTHING, {"$nor": [{}]}),
        (FilterEQ(key="benchmark_id", value="b"), {"benchmark_id": {"$eq": "b"}}),
        (FilterGT(key="return", value=100), {"return": {"$gt": 100}}),
        (FilterIN(key="id", value=("a", "b")), {"_id": {"$in": ["a", "b"]}}),
        (
            FilterEQ(key="id", value="a") & FilterEQ(key="month", value="May"),
            {"$and": [{"_id": {"$eq": "a"}}, {"metadata.month": {"$eq": "May"}}]},
        ),
        (FilterEQ(key="created_at", value=MOMENT.isoformat()), {"created_at": {"$eq": MOMENT}}),
        (FilterEQ(key="created_at", value=5), {"$nor": [{}]}),
    ],
)
def test_simple_filters_become_simple_queries_that_an_index_can_answer(
    wanted: BaseFilter, query: dict[str, Any]
) -> None:
    assert to_query(wanted, EpisodeHeader) == query


def test_a_value_is_always_under_an_operator_of_ours() -> None:
    query = to_query(FilterEQ(key="month", value="$where"), EpisodeHeader)

    assert query == {"metadata.month": {"$eq": "$where"}}


@pytest.mark.parametrize(
    "raw",
    [
        {"type": "EQ", "key": "$where", "value": "1"},
        {"type": "EQ", "key": "a.$gt", "value": "1"},
        {"type": "EQ", "key": "a..b", "value": "1"},
        {"type": "EQ", "key": "a", "value": {"$gt": ""}},
        {"type": "IN", "key": "a", "value": [{"$gt": ""}]},
        {"type": "WHERE", "key": "a", "value": "1"},
        {"$where": "1"},
    ],
)
def test_nothing_of_mongodbs_language_passes(raw: Any) -> None:
    with pytest.raises(InvalidFilterError):
        parse_filter(raw)


def test_a_moment_between_two_milliseconds_compares_as_it_would_in_python() -> None:
    between = MOMENT.replace(microsecond=500).isoformat()

    assert to_query(FilterGT(key="created_at", value=between), EpisodeHeader) == {"created_at": {"$gt": MOMENT}}
    assert to_query(FilterEQ(key="created_at", value=between), EpisodeHeader) == {"$nor": [{}]}
    assert to_query(FilterNE(key="created_at", value=between), EpisodeHeader)["$and"][1] == {"$nor": [{"$nor": [{}]}]}
