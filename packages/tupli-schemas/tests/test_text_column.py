"""Text as arrays: every string comes back, and columns that strangers made are checked."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tupli_schemas.errors import InvalidDataError
from tupli_schemas.text_column import TextColumn

TEXTS = ["", "naïve", "日本", "\x00", "🙂 end"]


def int64(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


@given(st.lists(st.text()))
def test_every_text_comes_back(texts: list[str]) -> None:
    column = TextColumn.from_strings(texts)

    column.check("a column")
    assert list(column) == texts
    assert len(column) == len(texts)


@given(st.lists(st.text(max_size=3), min_size=1), st.data())
def test_indexing_is_that_of_a_list_and_of_an_array(texts: list[str], data: st.DataObject) -> None:
    column = TextColumn.from_strings(texts)
    rows = np.array(data.draw(st.lists(st.integers(-len(texts), len(texts) - 1))), np.int64)
    mask = np.array(data.draw(st.lists(st.booleans(), min_size=len(texts), max_size=len(texts))))
    cut = slice(*data.draw(st.tuples(st.integers(-9, 9), st.integers(-9, 9), st.sampled_from([None, 1, 2, -1]))))

    assert column[-1] == texts[-1]
    assert list(column[cut]) == texts[cut]
    assert list(column[rows]) == [texts[row] for row in rows]
    assert list(column[mask]) == [text for text, chosen in zip(texts, mask, strict=True) if chosen]


def test_a_slice_shares_memory_and_becomes_compact_on_demand() -> None:
    column = TextColumn.from_strings(TEXTS)

    part = column[1:3]

    assert np.shares_memory(part.data, column.data)
    assert list(part.compact()) == TEXTS[1:3]
    assert part.compact().offsets[0] == 0
    assert part.nbytes == part.compact().nbytes < column.nbytes
    assert column.compact() is column


def test_an_index_beyond_the_end_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        TextColumn.from_strings(TEXTS)[len(TEXTS)]


def test_half_a_surrogate_pair_is_refused_with_its_reason() -> None:
    with pytest.raises(InvalidDataError, match="not valid Unicode: surrogates not allowed"):
        TextColumn.from_strings(["fine", "\ud800"])


@pytest.mark.parametrize(
    ("text", "offsets", "problem"),
    [
        (b"abc", int64(0, 4), "do not span its 3 bytes"),
        (b"abc", int64(1, 3), "do not span its 3 bytes"),
        (b"abc", int64(), "do not span its 3 bytes"),
        (b"abc", int64(0, 2, 1, 3), "do not ascend"),
        (b"abc", int64(0, -5, 3), "do not ascend"),
        (b"abc", int64(0, 2**62, 3), "do not ascend"),
        (b"ab\xff", int64(0, 3), "not valid UTF-8: invalid start byte"),
        (b"ab\xc3", int64(0, 3), "not valid UTF-8: unexpected end of data"),
        (b"\xed\xa0\x80", int64(0, 3), "not valid UTF-8"),
        ("é".encode(), int64(0, 1, 2), "into the middle of a character"),
    ],
)
def test_a_column_that_a_stranger_made_wrong_is_refused(text: bytes, offsets: np.ndarray, problem: str) -> None:
    with pytest.raises(InvalidDataError, match=problem):
        TextColumn(np.frombuffer(text, np.uint8), offsets).check("a column")


def test_a_character_may_lie_across_two_pieces_of_the_check() -> None:
    text = "x" * ((1 << 20) - 1) + "é" + "y" * (1 << 20)
    column = TextColumn.from_strings([text])

    column.check("a column")

    assert column[0] == text
