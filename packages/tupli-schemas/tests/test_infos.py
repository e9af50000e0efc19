"""Infos come back exactly as they were given: the same keys, types and bits."""

import json
from collections import OrderedDict
from contextlib import suppress
from enum import IntEnum
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from any_episode import any_info_value, same
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.info_values import from_json, to_json
from tupli_schemas.infos import InfoColumn, as_columns, columns_of, equal_infos, row_of
from tupli_schemas.text_column import TextColumn


class Colour(IntEnum):
    RED = 1


@given(any_info_value())
def test_any_value_comes_back_from_its_text(value: Any) -> None:
    text = to_json(value, "an info")

    assert text.isascii()
    assert same(from_json(text), value)


@given(st.lists(st.dictionaries(st.text(max_size=2), any_info_value(), max_size=3), min_size=1, max_size=5))
def test_any_infos_come_back_from_their_columns(infos: list[dict[str, Any]]) -> None:
    columns = columns_of(infos)

    assert same([row_of(columns, row) for row in range(len(infos))], infos)
    assert all(len(column) == len(infos) for column in columns.values())


@pytest.mark.parametrize(
    ("values", "kind", "dtype"),
    [
        ([1, -(2**63)], "python", "int64"),
        ([0.5, float("nan")], "python", "float64"),
        ([True, False], "python", "bool"),
        ([np.float32(1), np.float32(2)], "array", "float32"),
        ([np.datetime64(1, "ns")] * 2, "array", "datetime64[ns]"),
        ([np.zeros((2, 3), ">i2")] * 2, "array", ">i2"),
        ([np.array(["ab", "c"])] * 2, "array", "<U2"),
    ],
)
def test_values_of_one_type_and_shape_are_an_array(values: list[Any], kind: str, dtype: str) -> None:
    column = columns_of([{"x": value} for value in values])["x"]

    assert column.kind == kind
    assert isinstance(column.values, np.ndarray)
    assert column.values.dtype == dtype
    assert same([column[row] for row in range(2)], values)


@pytest.mark.parametrize(
    "values",
    [
        [1, 2.0],
        [1, True],
        [1, 2**63],
        [1, np.int64(2)],
        [np.float32(1), np.float64(1)],
        [np.zeros(2), np.zeros(3)],
        [np.array(1.0), np.array(2.0)],
        [np.str_("ab\0"), np.str_("ab\0")],
        [np.bytes_(b"a\0"), np.bytes_(b"a\0")],
        ["text", "text"],
        [None, None],
        [(1, [2, {"a": b"b"}]), ()],
        [{1: 2, "1": 3}, {"$tuple": [1]}],
    ],
)
def test_everything_else_is_text_and_still_exact(values: list[Any]) -> None:
    column = columns_of([{"x": value} for value in values])["x"]

    assert column.kind == "json"
    assert same([column[row] for row in range(2)], values)


def test_a_missing_key_stays_missing() -> None:
    infos: list[dict[str, Any]] = [{"a": 1}, {}, {"a": 3, "b": None}]

    columns = columns_of(infos)

    assert [row_of(columns, row) for row in range(3)] == infos
    assert columns["a"].rows.tolist() == [0, 2]
    assert not columns["b"].has(0)
    with pytest.raises(KeyError):
        columns["a"][1]


def test_large_values_in_few_steps_take_no_place_in_the_others() -> None:
    image = np.ones((100, 100), np.uint8)
    infos: list[dict[str, Any]] = [{} for _ in range(1000)]
    infos[-1] = {"final": image, "score": 1.5}

    columns = columns_of(infos)

    assert sum(column.nbytes for column in columns.values()) < 50_000
    assert same(columns["final"][999], image)
    assert columns["score"].kind == "python"


def test_steps_without_infos_have_no_columns() -> None:
    assert columns_of([{}, {}]) == {}
    assert as_columns(None, 5) == {}


def test_columns_of_a_user_are_taken_as_they_are() -> None:
    given: dict[str, Any] = {
        "speed": np.arange(2.0),
        "name": ["a", "b"],
        "text": TextColumn.from_strings(["x", "y"]),
        "column": InfoColumn(np.zeros(2)),
    }

    columns = as_columns(given, 2)

    assert columns["speed"].values is given["speed"]
    assert columns["column"] is given["column"]
    assert same(row_of(columns, 1), {"speed": np.float64(1), "name": "b", "text": "y", "column": np.float64(0)})


@pytest.mark.parametrize(
    ("info", "problem"),
    [
        ({"a": {"b": [1, object()]}}, r"infos\[1\]\.a\.b\[1\] is object, which has no portable form"),
        ({"a": Colour.RED}, r"infos\[1\]\.a is Colour"),
        ({"a": np.array([None])}, r"infos\[1\]\.a is ndarray of dtype object"),
        ({"a": np.zeros(1, [("x", "i4")])[0]}, r"infos\[1\]\.a is void of dtype"),
        ({"a": {object(): 1}}, r"the key <object .*> of infos\[1\]\.a is object"),
        ({"a": {1, 2}}, r"infos\[1\]\.a is set"),
        ({3: 1}, "info key 3 is not a str"),
        ({"\ud800": 1}, "is not a str of valid Unicode"),
    ],
)
def test_a_value_without_portable_form_is_refused_with_its_path(info: dict[Any, Any], problem: str) -> None:
    with pytest.raises(InvalidDataError, match=problem):
        columns_of([{}, info])


def test_a_value_that_contains_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)

    with pytest.raises(InvalidDataError, match="nested more than 64 deep"):
        columns_of([{"a": endless}])


def test_dicts_of_other_classes_come_back_as_dicts() -> None:
    assert same(from_json(to_json(OrderedDict(b=1, a=2), "")), {"b": 1, "a": 2})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "NaN",
        "[1,]",
        '{"a":1,"a":2}',
        '{"$unknown":1}',
        '{"$tuple":3}',
        '{"$int":"0xg"}',
        '{"$int":5}',
        '{"$dict":[[[],1]]}',
        '{"$dict":[1]}',
        '{"$bytes":"*"}',
        '{"$bytes":"é"}',
        '{"$str_":"a","b":1}{',
        '{"$float":"AAAA"}',
        '{"$array":["<f4",[2],"AAAA"]}',
        '{"$array":["<f4",[-1],"AAAAAA=="]}',
        '{"$array":["<f4",[1152921504606846976,1152921504606846976],""]}',
        '{"$array":["|O8",[1],"AAAAAAAAAAA="]}',
        '{"$array":["|b1",[1],"Ag=="]}',
        '{"$array":["<U1",[1],"/////w=="]}',
        '{"$array":["<f4",1.5,"AAAAAA=="]}',
        '{"$array":[["<f4"],[1],"AAAAAA=="]}',
        '{"$array":7}',
        '{"$scalar":["<f4","AAAAAAAAAAA="]}',
        "[" * 100_000,
        "9" * 5000,
    ],
)
def test_text_that_no_value_has_is_refused(text: str) -> None:
    with pytest.raises(InvalidDataError):
        from_json(text)


@given(
    st.recursive(
        st.none() | st.text(max_size=3) | st.floats(allow_nan=False) | st.integers(), lambda v: st.lists(v, max_size=3)
    ),
    st.data(),
)
def test_any_content_of_a_tag_is_read_or_refused(content: Any, data: st.DataObject) -> None:
    tag = data.draw(
        st.sampled_from(["tuple", "dict", "int", "float", "complex", "bytes", "str_", "bytes_", "scalar", "array"])
    )
    dtype = data.draw(
        st.sampled_from(
            ["<f4", "|S0", "<M8[ns]", "<f16", "<f16/63", ">U2", "O", "i4,i4", "(2,)f4", "|V4", "<c999999999"]
        )
    )
    for text in (json.dumps({f"${tag}": content}), json.dumps({f"${tag}": [dtype, content, "AAAA"]})):
        with suppress(InvalidDataError):
            from_json(text)


class TestEquality:
    def test_infos_are_equal_however_their_columns_came_about(self) -> None:
        rows = columns_of([{"a": 1}, {"a": 2, "b": "x"}, {}])
        longer = columns_of([{"a": 1}, {"a": 2, "b": "x"}, {}, {"a": None, "c": 1}])

        assert equal_infos(rows, {key: column.slice(0, 3) for key, column in longer.items()})

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ([{"a": 1}], [{"a": 1.0}]),
            ([{"a": 1}], [{"a": np.int64(1)}]),
            ([{"a": 1}], [{}]),
            ([{"a": None}], [{}]),
            ([{"a": 0.0}], [{"a": -0.0}]),
            ([{"a": 1}, {}], [{}, {"a": 1}]),
            ([{"a": np.zeros(1)}], [{"a": np.zeros((1, 1))}]),
            ([{"a": 1}], [{"a": 1}, {}]),
            ([{"a": [1]}], [{"a": (1,)}]),
        ],
    )
    def test_infos_that_differ_in_anything_are_not_equal(
        self, left: list[dict[str, Any]], right: list[dict[str, Any]]
    ) -> None:
        assert equal_infos(columns_of(left), columns_of(left))
        assert not equal_infos(columns_of(left), columns_of(right))
        assert not equal_infos(columns_of(right), columns_of(left))
