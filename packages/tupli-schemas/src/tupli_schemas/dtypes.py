"""Numpy dtypes as text that means the same on every machine, and the check that bytes are values of a dtype."""

import re
from functools import lru_cache

import numpy as np

from tupli_schemas.arrays import Array, DType, as_bytes, check_portable
from tupli_schemas.errors import InvalidDataError

# Strict: numpy's own parser reads far more than dtypes that can be stored, and comparing `<M8[0s]` with `<M8` ends the process.
_UNIT = r"\[([1-9]\d{0,8})?([YMWDhms]|[munpfa]s)\]"
_TOKEN = re.compile(rf"[<>|]([biufcSU][1-9]\d{{0,7}}|[mM]8({_UNIT})?)(/[1-9]\d{{0,3}})?")

# Floats of more bytes than this are whatever the machine's C compiler calls `long double`.
_EXTENDED = {"f": 8, "c": 16}


@lru_cache(maxsize=256)
def to_token(dtype: DType) -> str:
    """The dtype as numpy spells it, as ``<f4`` or ``<M8[ns]``; extended floats also say how many bits their mantissa has.

    ``<f16/63`` is the extended precision of x86 and ``<f16/112`` IEEE quadruple: the same size, other bits.

    Raises:
        InvalidDataError: The dtype cannot be stored.
    """
    check_portable(dtype, "a column")
    is_extended = dtype.itemsize > _EXTENDED.get(dtype.kind, dtype.itemsize)
    token = f"{dtype.str}/{np.finfo(dtype).nmant}" if is_extended else dtype.str
    if not _TOKEN.fullmatch(token):
        raise InvalidDataError(f"a column has dtype {dtype}, which cannot be stored")
    return token


@lru_cache(maxsize=256)
def from_token(token: str) -> DType:
    """The dtype that a token names.

    Raises:
        InvalidDataError: It names none, or one that this machine does not have.
    """
    try:
        dtype = np.dtype(token.partition("/")[0]) if _TOKEN.fullmatch(token) else None
    except (TypeError, ValueError, OverflowError):
        dtype = None
    if dtype is None or to_token(dtype) != token:
        raise InvalidDataError(f"{token!r} is no dtype that this machine has")
    return dtype


def check_values(array: Array, name: str) -> None:
    """``InvalidDataError`` unless every value of ``array`` is one of its dtype: not every byte is a bool, not every word a character."""
    if array.dtype.kind == "b" and np.maximum.reduce(array.view(np.uint8), axis=None, initial=0) > 1:
        raise InvalidDataError(f"{name} is boolean, but has bytes that are neither 0 nor 1")
    if array.dtype.kind == "U" and array.size:
        _check_characters(array, name)


def _check_characters(array: Array, name: str) -> None:
    codes = as_bytes(array).view(np.dtype(np.uint32).newbyteorder(array.dtype.byteorder))
    if codes.max(initial=0) > 0x10FFFF:
        raise InvalidDataError(f"{name} is text, but has numbers that are no Unicode characters")
