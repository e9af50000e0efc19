"""Filters as text: what each form means, that text and tree are the same, and what is said about a text that cannot be read."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tupli_client.where import explain, where
from tupli_schemas.errors import InvalidFilterError
from tupli_schemas.filters import (
    EVERYTHING,
    NOTHING,
    BaseFilter,
    FilterAND,
    FilterEQ,
    FilterGEQ,
    FilterGT,
    FilterIN,
    FilterLEQ,
    FilterLT,
    FilterNE,
    FilterNOT,
    FilterOR,
)

A, B, C = (FilterEQ(key=name, value=True) for name in "abc")


def eq(key: str, value: bool | float | str) -> FilterEQ:
    return FilterEQ(key=key, value=value)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("return > 0", FilterGT(key="return", value=0)),
        ("return >= -1.5e3", FilterGEQ(key="return", value=-1500.0)),
        ("n_tuples<10", FilterLT(key="n_tuples", value=10)),
        ("n_tuples <= +10", FilterLEQ(key="n_tuples", value=10)),
        ("month = 'June'", eq("month", "June")),
        ('month == "June"', eq("month", "June")),
        ("month != 'June'", FilterNE(key="month", value="June")),
        ("'June' == month", eq("month", "June")),
        ("0 < return <= 10", FilterAND(filters=(FilterGT(key="return", value=0), FilterLEQ(key="return", value=10)))),
        ("created_at > '2026-01-31T12:00:00Z'", FilterGT(key="created_at", value="2026-01-31T12:00:00Z")),
        ("month in ['June', 'July']", FilterIN(key="month", value=("June", "July"))),
        ("month in ('June',)", FilterIN(key="month", value=("June",))),
        ("month in []", FilterIN(key="month", value=())),
        ("month not in [1, true]", FilterNOT(filters=(FilterIN(key="month", value=(1, True)),))),
        ("'winter' in tags", eq("tags", "winter")),
        ("'winter' not in tags", FilterNOT(filters=(eq("tags", "winter"),))),
        ("abandoned", eq("abandoned", True)),
        ("not abandoned", FilterNOT(filters=(eq("abandoned", True),))),
        ("abandoned == False", eq("abandoned", False)),
        ("observation[2] > 0 and observation.image[0][1] > 0",
         FilterAND(filters=(FilterGT(key="observation.2", value=0), FilterGT(key="observation.image.0.1", value=0)))),
        ("`odd key.x` == 'it\\'s'", eq("odd key.x", "it's")),
        ("`a``b` == 1", eq("a`b", 1)),
        ("`and`", eq("and", True)),
        ("my-key == 'C:\\data'", eq("my-key", "C:\\data")),
        ("größe == 'é\\n\\u00e9'", eq("größe", "é\né")),
        ("a or b and c", FilterOR(filters=(A, FilterAND(filters=(B, C))))),
        ("(a or b) and not c", FilterAND(filters=(FilterOR(filters=(A, B)), FilterNOT(filters=(C,))))),
        ("(a and b) and c", FilterAND(filters=(FilterAND(filters=(A, B)), C))),
        ("a AND b Or c", FilterOR(filters=(FilterAND(filters=(A, B)), C))),
        ("all()", EVERYTHING),
        ("any()", NOTHING),
        ("all(a, b or c)", FilterAND(filters=(A, FilterOR(filters=(B, C))))),
        ("any(a)", FilterOR(filters=(A,))),
        ("all", eq("all", True)),
    ],
)  # fmt: skip
def test_text_means_a_filter(text: str, meaning: BaseFilter) -> None:
    assert where(text) == meaning


@pytest.mark.parametrize(
    ("text", "place", "why"),
    [
        ("", 1, "a key or a value is expected here"),
        ("return >", 9, "a key or a value is expected here"),
        ("return > 0 or", 14, "a key or a value is expected here"),
        ("return > 0 month", 12, "'and', 'or' or the end is expected here"),
        ("month == June", 10, "text stands in quotes"),
        ("month in [June]", 11, "text stands in quotes"),
        ("month in 'June'", 10, "'[' is expected here"),
        ("month in [1 2]", 13, "',' is expected here"),
        ("1 == 2", 6, "one side of a comparison is a key"),
        ("5", 2, "a comparison such as == or < is expected here"),
        ("(a and b", 9, "')' is expected here"),
        ("month == 'June", 10, "this quote is never closed"),
        ("a & b", 3, "'&' is not part of a filter"),
        ("__import__('os')", 11, "'and', 'or' or the end is expected here"),
        ("a and\n(b or)", 12, "a key or a value is expected here"),
        ("1 in 2", 7, "named by a key"),
        ("not " * 60 + "a", 201, "nested more than 50 deep"),
        ("(" * 10_000, 51, "nested more than 50 deep"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused_with_its_place(text: str, place: int, why: str) -> None:
    with pytest.raises(InvalidFilterError, match=f"at character {place}: ") as caught:
        where(text)

    assert why in caught.value.detail
    shown, caret = caught.value.detail.splitlines()[1:]
    assert len(shown) - 4 == len(text)
    assert caret.index("^") - 4 == place - 1


@pytest.mark.parametrize(
    "text", ["a == 99999999999999999999", "a > 1e999", "`$where` == 1", "`a..b` == 1", "a == '\\x00'"]
)
def test_a_value_or_key_that_no_filter_has_is_refused(text: str) -> None:
    with pytest.raises(InvalidFilterError, match="not valid"):
        where(text)


PARTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"], exclude_characters="."), min_size=1, max_size=5)
KEYS = st.lists(PARTS.filter(lambda part: not part.startswith("$")), min_size=1, max_size=3).map(".".join)
VALUES = (
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_characters="\x00"))
)
COMPARISONS = st.sampled_from([FilterEQ, FilterNE, FilterGT, FilterGEQ, FilterLT, FilterLEQ])
FILTERS = st.recursive(
    st.builds(
        lambda kind, key, value: kind(key=key, value=value),
        COMPARISONS,
        KEYS | st.sampled_from(["in", "True", "any"]),
        VALUES,
    )
    | st.builds(lambda key, values: FilterIN(key=key, value=tuple(values)), KEYS, st.lists(VALUES, max_size=3)),
    lambda part: (
        st.builds(
            lambda kind, parts: kind(filters=parts), st.sampled_from([FilterAND, FilterOR]), st.lists(part, max_size=3)
        )
        | part.map(lambda one: FilterNOT(filters=(one,)))
    ),
    max_leaves=6,
)


@settings(max_examples=500, deadline=None)
@given(root=FILTERS)
def test_what_is_explained_is_read_back_as_the_same_filter(root: BaseFilter) -> None:
    again = where(explain(root))

    assert again == root
    assert repr(again) == repr(root)  # 1, 1.0 and True are equal, but not the same


def test_an_explanation_reads_like_a_sentence() -> None:
    text = "month in ['June', 'July'] and return > 0 and (not abandoned or n_tuples >= 100)"

    assert explain(where(text)) == text
