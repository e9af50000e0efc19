"""Columns in the form of their space: walking, stacking and comparing them changes nothing."""

from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from any_episode import any_tree, same
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Tree, column_name, equal, form, leaves, n_rows, nbytes, stack, take, tree_map

CAMERA = np.zeros((3, 2, 2), np.uint8)
TREE: Tree = {"camera": CAMERA, "pose": (np.arange(3.0), TextColumn.from_strings(["a", "b", "c"]))}


def plain(tree: Tree) -> Any:
    """The tree with texts as lists, for comparison by ``same``."""
    return tree_map(lambda leaf: list(leaf) if isinstance(leaf, TextColumn) else leaf, tree)


@given(st.integers(1, 4).flatmap(lambda rows: any_tree(rows).map(lambda tree: (rows, tree))))
def test_stacking_the_rows_of_any_tree_gives_the_tree(case: tuple[int, Tree]) -> None:
    rows, tree = case

    again = stack([take(tree, row) for row in range(rows)])

    assert n_rows(again) == rows
    assert equal(again, tree) or not_native(tree)


def not_native(tree: Tree) -> bool:
    """Scalars of numpy are always of the machine's byte order, and its text scalars of their own length: a row forgets them."""
    return any(
        isinstance(leaf, np.ndarray) and leaf.ndim == 1 and (leaf.dtype.kind in "SU" or not leaf.dtype.isnative)
        for _, leaf in leaves(tree)
    )


def test_leaves_come_with_the_path_that_leads_to_them() -> None:
    assert [path for path, _ in leaves(TREE)] == [("camera",), ("pose", 0), ("pose", 1)]
    assert [column_name("x", path) for path, _ in leaves(TREE)] == ["x/camera", "x/pose/0", "x/pose/1"]


def test_keys_with_separators_stay_apart_in_names() -> None:
    keys = ["a/b", "a#off", "a%2Fb", "a", "", "%", "b"]
    trees: list[Tree] = [dict.fromkeys(keys, CAMERA), {"a": {"b": CAMERA, "": CAMERA}}]

    names = [column_name("x", path) for path, _ in leaves(trees[0])] + [
        column_name("x", path) for path, _ in leaves(trees[1])
    ]

    assert len(set(names)) == len(names)
    assert not any("#" in name for name in names)


def test_taking_rows_shares_memory_and_one_row_has_no_columns() -> None:
    some = take(TREE, slice(1, 3))

    assert np.shares_memory(some["camera"], CAMERA)
    assert same(take(TREE, 1), {"camera": CAMERA[1], "pose": (np.float64(1), "b")})
    assert n_rows(some) == 2
    assert same(plain(take(TREE, np.array([True, False, True])))["pose"], (np.array([0.0, 2.0]), ["a", "c"]))


def test_mapping_several_trees_goes_by_place_and_keeps_the_first_order() -> None:
    other = dict(reversed(list(TREE.items()))) if isinstance(TREE, dict) else TREE

    pairs = tree_map(lambda left, right: left is right, TREE, other)

    assert list(pairs) == ["camera", "pose"]
    assert pairs == {"camera": True, "pose": (True, True)}


@pytest.mark.parametrize(
    "other",
    [CAMERA, {"camera": CAMERA}, (CAMERA,), {"camera": CAMERA, "pose": (CAMERA,)}, {"camera": (), "pose": ((), ())}],
)
def test_trees_of_different_forms_cannot_be_mapped_together(other: Tree) -> None:
    with pytest.raises(InvalidDataError, match="where another has"):
        tree_map(lambda left, right: None, TREE, other)


@pytest.mark.parametrize(
    ("tree", "problem"),
    [
        ({"a": np.zeros(3), "b": np.zeros(4)}, r"differ in their number of rows: \{'the tree/a': 3, 'the tree/b': 4\}"),
        ({}, "no column"),
        ({"a": ()}, "no column"),
        ({1: np.zeros(3)}, "the key 1 of a dict is not a str"),
        ({"\ud800": np.zeros(3)}, "not a str of valid Unicode"),
    ],
)
def test_rows_are_counted_only_where_all_columns_agree(tree: Tree, problem: str) -> None:
    with pytest.raises(InvalidDataError, match=problem):
        n_rows(tree)


def test_a_tree_that_contains_itself_is_refused() -> None:
    tree: dict[str, Any] = {}
    tree["again"] = tree

    with pytest.raises(InvalidDataError, match="nested more than 64 deep"):
        n_rows(tree)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (np.zeros(2), np.zeros(2, np.float32)),
        (np.zeros(2), -np.zeros(2)),
        (np.zeros(2, "<i4"), np.zeros(2, ">i4")),
        (np.zeros(2), np.zeros((2, 1))),
        (np.zeros(0), np.zeros((0, 3))),
        ({"a": CAMERA}, {"b": CAMERA}),
        ((CAMERA,), (CAMERA, CAMERA)),
        ({"0": CAMERA}, (CAMERA,)),
        (CAMERA, {"0": CAMERA}),
        (TextColumn.from_strings(["a"]), np.array(["a"])),
        (TextColumn.from_strings(["ab", ""]), TextColumn.from_strings(["a", "b"])),
    ],
)
def test_equality_sees_bits_dtypes_and_forms(left: Tree, right: Tree) -> None:
    assert not equal(left, right)
    assert equal(left, left)
    assert equal(right, right)


def test_equality_holds_for_the_same_nan_other_key_orders_and_views() -> None:
    assert equal({"a": np.array([np.nan]), "b": CAMERA}, {"b": CAMERA.copy(), "a": np.array([np.nan])})
    assert equal(np.arange(6)[::2], np.array([0, 2, 4]))
    assert equal(TextColumn.from_strings(["a", "b"])[1:], TextColumn.from_strings(["b"]))


def test_a_form_is_said_in_a_few_words() -> None:
    assert form(TREE) == "{camera: uint8[2, 2], pose: (float64, text)}"
    assert nbytes(TREE) == 12 + 24 + 3 + 32


class TestStack:
    @pytest.mark.parametrize(
        ("rows", "like", "expected"),
        [
            ([1, 2], None, np.array([1, 2], np.int64)),
            ([1, 2], np.dtype(np.uint8), np.array([1, 2], np.uint8)),
            ([1, 300], np.dtype(np.uint8), np.array([1, 300], np.int64)),
            ([1, 2], np.zeros(5, np.int8), np.array([1, 2], np.int8)),
            ([True, False], None, np.array([True, False])),
            ([0, 1], np.dtype(np.bool_), np.array([0, 1])),
            ([0.5, 2], None, np.array([0.5, 2.0])),
            ([0.5, float("nan")], np.dtype(np.float32), np.array([0.5, np.nan], np.float32)),
            ([0.1, 0.5], np.dtype(np.float32), np.array([0.1, 0.5])),
            ([1e300], np.dtype(np.float32), np.array([1e300])),
            ([2.0, 1], np.dtype(np.int64), np.array([2.0, 1.0])),
            ([np.int64(3), 4], None, np.array([3, 4], np.int64)),
            ([np.int8(3), 400], None, np.array([3, 400], np.int64)),
            ([np.float32(0.1), np.float64(0.1)], None, np.array([np.float32(0.1), 0.1], np.float64)),
            ([np.float32(0.1)], np.dtype(np.float64), np.array([0.1], np.float32)),
            ([2**63, 2**64 - 1], None, np.array([2**63, 2**64 - 1], np.uint64)),
            ([[1, 2], [3, 4]], None, np.array([[1, 2], [3, 4]])),
            ([1j, 2.0], None, np.array([1j, 2.0])),
        ],
    )
    def test_values_keep_their_dtype_and_python_numbers_take_the_wished_one_where_it_is_exact(
        self, rows: list[Any], like: Any, expected: np.ndarray
    ) -> None:
        assert same(stack(rows, like), expected)

    @pytest.mark.parametrize(
        ("rows", "problem"),
        [
            ([], "the tree has no rows"),
            ([np.zeros(3), np.zeros(4)], r"its rows differ in shape: \[\(3,\), \(4,\)\]"),
            ([np.zeros(3), 1.0], r"its rows differ in shape: \[\(\), \(3,\)\]"),
            ([[1], [1, 2]], r"differ in shape"),
            ([[1, [2]]], "is not an array"),
            ([np.int64(2**53 + 1), np.float64(0.5)], r"fit no common dtype exactly: \['float64', 'int64'\]"),
            ([2**64, 1], "dtype object, which cannot be stored"),
            ([None, None], "dtype object, which cannot be stored"),
            ([object()], "dtype object, which cannot be stored"),
            ([1, "a"], "fit no common dtype exactly"),
            ([b"a\0"], "bytes, which numpy cuts at trailing zeros"),
            ([np.datetime64(1, "s"), 1.5], "fit no common dtype exactly"),
            (["a", 1], "row 1 of the tree is int"),
            ([{"a": 1}, {"b": 1}], "row 1 of the tree has other parts"),
            ([{"a": 1}, 3], "row 1 of the tree is int"),
            ([(1, 2), (1,)], "row 1 of the tree has other parts"),
            ([{"a": (1, np.zeros(2))}, {"a": (1, np.zeros(3))}], "the tree/a/1 is not a column"),
            ([np.ma.masked_array([1, 2], [False, True])], "masked values"),
            ([np.zeros(2, [("x", "f4")])] * 2, "cannot be stored"),
        ],
    )
    def test_rows_that_do_not_fit_together_exactly_are_refused(self, rows: list[Any], problem: str) -> None:
        with pytest.raises(InvalidDataError, match=problem):
            stack(rows)

    def test_the_wished_form_decides_what_lists_and_dicts_are(self) -> None:
        like = {"text": str, "pair": (np.dtype(np.int8), np.dtype(np.float32))}

        columns = stack([OrderedDict(pair=[1, 0.5], text="x"), {"text": "y", "pair": (2, 1.5)}], like)

        assert same(
            plain(columns),
            {"text": ["x", "y"], "pair": (np.array([1, 2], np.int8), np.array([0.5, 1.5], np.float32))},
        )

    def test_rows_in_another_byte_order_keep_it(self) -> None:
        rows = [np.array([1.5, 2.5], ">f4")] * 3

        assert same(stack(rows), np.array(rows, ">f4"))
