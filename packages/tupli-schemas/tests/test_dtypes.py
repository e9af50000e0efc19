"""Dtypes as text: the same on every machine, and nothing but dtypes."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given

from any_episode import dtypes
from tupli_schemas.dtypes import from_token, to_token
from tupli_schemas.errors import InvalidDataError


@given(dtypes())
def test_every_dtype_comes_back_from_its_text(dtype: np.dtype[Any]) -> None:
    assert from_token(to_token(dtype)) == dtype
    assert to_token(from_token(to_token(dtype))) == to_token(dtype)


@pytest.mark.parametrize(
    ("dtype", "token"),
    [("?", "|b1"), ("f", "<f4"), (">f4", ">f4"), ("M8[25s]", "<M8[25s]"), ("m8", "<m8"), ("U7", "<U7"), ("S7", "|S7")],
)
def test_the_text_is_how_numpy_spells_it(dtype: str, token: str) -> None:
    assert to_token(np.dtype(dtype)) == token


@pytest.mark.parametrize(
    "token",
    [
        "", "f4", "=f4", "<f3", "<f4 ", "<f4,<f4", "(2,)<f4", "|O8", "|V8", "<S3", "|S0", "<U0", "<b1", "|i4", "<f04",
        "|S9999999999", "<U999999999", "<M8[]", "<M8[0s]", "<M8[00s]", "<M8[-1s]", "<M8[9999999999s]", "<M8[generic]",
        "<M8[parsec]", "<M4[s]", "<m16[s]", "<f4[s]", "<f8/52", "<f16/1", "<f16", "float64", "\x00", "<f4\n",
    ],
)  # fmt: skip
def test_any_other_text_is_refused(token: str) -> None:
    with pytest.raises(InvalidDataError, match="is no dtype that this machine has"):
        from_token(token)


@pytest.mark.parametrize("dtype", ["O", "V3", "i4,i4", "(2,)f4", "S0", "U0", "S100000000"])
def test_dtypes_that_cannot_be_stored_have_no_text(dtype: str) -> None:
    with pytest.raises(InvalidDataError, match="cannot be stored"):
        to_token(np.dtype(dtype))
