"""The filter tree: building, combining, parsing and refusing."""

from datetime import UTC, datetime

import numpy as np
import pytest
from pydantic import ValidationError

from tupli_schemas.errors import InvalidFilterError
from tupli_schemas.filter_bounds import MAX_DEPTH
from tupli_schemas.filters import (
    EVERYTHING,
    NOTHING,
    BaseFilter,
    FilterAND,
    FilterEQ,
    FilterGT,
    FilterIN,
    FilterNE,
    FilterNOT,
    FilterOR,
    FilterType,
    comparisons,
    parse_filter,
)


def test_the_base_filter_makes_the_filter_of_its_type() -> None:
    made = BaseFilter(type=FilterType.EQ, key="month", value="May")

    assert made == FilterEQ(key="month", value="May")
    assert isinstance(made, FilterEQ)


def test_a_comparison_can_be_written_without_keywords() -> None:
    assert FilterGT("return", 100) == FilterGT(key="return", value=100)


def test_chains_of_one_operator_stay_flat() -> None:
    first, second, third = (FilterEQ("key", number) for number in range(3))

    assert (first & second & third).filters == (first, second, third)
    assert (first | (second | third)).filters == (first, second, third)


def test_a_long_chain_of_filters_is_no_deep_filter() -> None:
    chain: BaseFilter = NOTHING
    for number in range(500):
        chain = chain | FilterEQ("key", number)

    assert len(list(comparisons(chain))) == 500


def test_negating_twice_gives_the_filter_back() -> None:
    month = FilterEQ("month", "May")

    assert ~month == FilterNOT(filters=(month,))
    assert ~~month == month


def test_everything_is_an_and_of_nothing_and_nothing_is_an_or_of_nothing() -> None:
    assert FilterAND() == EVERYTHING
    assert FilterOR() == NOTHING
    assert parse_filter(None) == parse_filter({}) == EVERYTHING


def test_a_filter_from_a_list_asks_for_any_of_its_items() -> None:
    items = [{"id": "a"}, {"id": "b"}]

    assert FilterOR.from_list(items, on_key="benchmark_id", from_key="id") == FilterEQ("benchmark_id", "a") | FilterEQ(
        "benchmark_id", "b"
    )


@pytest.mark.parametrize("value", [True, 1, 1.0, "1"], ids=repr)
def test_a_value_keeps_its_kind_on_the_wire(value: bool | float | str) -> None:
    travelled = parse_filter(FilterEQ("key", value).model_dump(mode="json"))

    assert type(travelled.value) is type(value)  # type: ignore[union-attr]


def test_numpy_scalars_and_times_become_plain_values() -> None:
    assert FilterEQ("key", np.float32(0.5)).value == 0.5
    assert FilterGT("created_at", datetime(2026, 1, 31, tzinfo=UTC)).value == "2026-01-31T00:00:00+00:00"


def test_the_empty_fields_that_older_clients_send_are_accepted() -> None:
    assert parse_filter({"type": "EQ", "key": "id", "value": "x", "filters": []}) == FilterEQ("id", "x")
    assert parse_filter({"type": "OR", "key": None, "value": None, "filters": []}) == NOTHING


def _nested(depth: int) -> object:
    raw: object = {"type": "EQ", "key": "a", "value": 1}
    for _ in range(depth):
        raw = {"type": "AND", "filters": [raw]}
    return raw


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"type": "XX"}, "XX"),
        ({"key": "a", "value": 1}, "type"),
        ({"type": "EQ", "key": "a"}, "required"),
        ({"type": "EQ", "key": "$where", "value": 1}, "pattern"),
        ({"type": "EQ", "key": "a..b", "value": 1}, "pattern"),
        ({"type": "EQ", "key": "a.$gt", "value": 1}, "pattern"),
        ({"type": "EQ", "key": "a", "value": {"$gt": ""}}, "not with dict"),
        ({"type": "EQ", "key": "a", "value": None}, "not with NoneType"),
        ({"type": "EQ", "key": "a", "value": 2**63}, "64 bits"),
        ({"type": "EQ", "key": "a", "value": "\x00"}, "NUL"),
        ({"type": "EQ", "key": "a", "value": 1, "other": 2}, "Extra"),
        ({"type": "IN", "key": "a", "value": [[1]]}, "not with list"),
        ({"type": "NOT", "filters": []}, "at least 1"),
        ([], "no list"),
        ("a == 1", "write where"),
        (_nested(MAX_DEPTH), "deep"),
        (_nested(10_000), "deep"),
        ({"type": "AND", "filters": [{"type": "EQ", "key": "a", "value": 1}] * 20_000}, "parts"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_is_no_filter_is_refused_with_the_reason(raw: object, reason: str) -> None:
    with pytest.raises(InvalidFilterError, match=reason):
        parse_filter(raw)


def test_a_comparison_loses_none_of_its_values() -> None:
    with pytest.raises(InvalidFilterError, match="FilterIN a key and a list"):
        FilterEQ("a", 1, 2)  # type: ignore[call-arg]


def test_a_filter_combines_with_filters_only() -> None:
    with pytest.raises(InvalidFilterError, match="int"):
        FilterEQ("a", 1) & 3  # type: ignore[operator]


def test_nothing_compares_with_nan() -> None:
    with pytest.raises(ValidationError, match="nothing compares with nan"):
        FilterEQ("a", float("nan"))


def test_a_filter_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        FilterNE("a", 1).key = "b"  # type: ignore[misc]


def test_an_in_filter_keeps_each_value_as_it_is() -> None:
    assert FilterIN("key", [1, True, "x"]).value == (1, True, "x")
    assert [type(value) for value in FilterIN("key", [1, True, 1.0]).value] == [int, bool, float]
