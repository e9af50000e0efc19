"""One array from the values of many rows, without changing any of them."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from tupli_schemas.base import MAX_INT, MIN_INT
from tupli_schemas.errors import InvalidDataError

Array: TypeAlias = npt.NDArray[Any]
DType: TypeAlias = np.dtype[Any]

_PORTABLE_KINDS = frozenset("biufcmMSU")
_PYTHON_DTYPES: dict[type, DType] = {bool: np.dtype(np.bool_), int: np.dtype(np.int64), float: np.dtype(np.float64)}
_SCALAR_DTYPES: dict[type, DType] = {
    np.dtype(code).type: np.dtype(code) for code in np.typecodes["AllInteger"] + "?efdgFDG"
}
_X86_MANTISSA = 63  # bits, without the explicit one
_RANK = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}  # a value may move to a kind of its own rank or a higher one


def is_portable(dtype: DType) -> bool:
    """Whether a dtype means the same to everybody: all but Python objects, structured ones, and text without room for any."""
    return dtype.kind in _PORTABLE_KINDS and dtype.itemsize > 0


def as_bytes(array: Array) -> Array:
    """The memory of an array as flat uint8, copied only if the array is not contiguous."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8)


def value_bytes(array: Array) -> Array:
    """The memory of an array as uint8, without what means nothing: the extended floats of x86 are 10 bytes with some more behind."""
    memory = as_bytes(array)
    if array.dtype.kind not in "fc" or np.finfo(array.dtype).nmant != _X86_MANTISSA:
        return memory
    floats = memory.reshape(-1, array.dtype.itemsize // (2 if array.dtype.kind == "c" else 1))
    return floats[:, :10] if array.dtype.isnative else floats[:, -10:]


def check_portable(dtype: DType, name: str) -> None:
    """``InvalidDataError`` for a dtype that cannot be stored: Python objects, structured dtypes, extensions of numpy."""
    if not is_portable(dtype):
        raise InvalidDataError(
            f"{name} has dtype {dtype}, which cannot be stored",
            hint="give numbers, booleans, times, or a list of str for text; convert bfloat16 and the like to float32",
        )


def as_array(value: Any, name: str) -> Array:
    """``value`` (an array or whatever numpy can read) as a plain array, without a copy where possible."""
    if isinstance(value, np.ma.MaskedArray) and np.ma.is_masked(value):
        raise InvalidDataError(f"{name} has masked values, and what is under a mask is not data")
    try:
        array = np.asarray(value)
    except (ValueError, TypeError) as error:
        raise InvalidDataError(f"{name} is not an array: {error}") from None
    check_portable(array.dtype, name)
    return array


def stack_values(rows: Sequence[Any], like: DType | None, name: str) -> Array:
    """One array with a row for each value.

    A value that has a dtype (an array, a numpy scalar) keeps it. Python numbers and lists take the dtype of the other rows, else
    ``like``, as far as it holds them exactly, else numpy's own for them.

    Raises:
        InvalidDataError: The values differ in shape, or no dtype holds all of them exactly.
    """
    dtype = _common_dtype(rows, like)
    return _fitted(rows, like, name) if dtype is None else _stacked(rows, dtype, name)


def _common_dtype(rows: Sequence[Any], like: DType | None) -> DType | None:
    """The dtype of rows that are all alike, found quickly; None if it takes a closer look."""
    kinds = set(map(type, rows))
    kind = kinds.pop()
    if kinds:
        return None
    if kind is np.ndarray:
        dtypes = {row.dtype for row in rows}
        return dtypes.pop() if len(dtypes) == 1 else None
    if kind in _PYTHON_DTYPES:
        dtype = _PYTHON_DTYPES[kind]
        fits = kind is not int or (min(rows) >= MIN_INT and max(rows) <= MAX_INT)
        return dtype if fits and (like is None or like == dtype) else None
    return _SCALAR_DTYPES.get(kind)


def _stacked(rows: Sequence[Any], dtype: DType, name: str) -> Array:
    check_portable(dtype, name)
    try:
        return np.array(rows, dtype=dtype)
    except (ValueError, TypeError, OverflowError) as error:
        shapes = sorted({np.shape(row) for row in rows})
        why = f"its rows differ in shape: {shapes}" if len(shapes) > 1 else str(error)
        raise InvalidDataError(f"{name} is not a column: {why}") from None


def _fitted(rows: Sequence[Any], like: DType | None, name: str) -> Array:
    if bytes in set(map(type, rows)):
        raise InvalidDataError(f"{name} holds bytes, which numpy cuts at trailing zeros; give arrays of uint8")
    arrays = [as_array(row, name) for row in rows]
    given = {array.dtype for array, row in zip(arrays, rows, strict=True) if isinstance(row, np.ndarray | np.generic)}
    for dtype in _candidates(given, {array.dtype for array in arrays}, like):
        with np.errstate(all="ignore"):  # what does not fit is found by comparing
            column = _stacked(arrays, dtype, name)
        if _same(column.tolist(), [array.tolist() for array in arrays]):
            return column
    raise InvalidDataError(
        f"the rows of {name} fit no common dtype exactly: {sorted({str(array.dtype) for array in arrays})}"
    )


def _candidates(given: set[DType], natural: set[DType], like: DType | None) -> Iterable[DType]:
    """The dtypes to try, best first: that of the rows which have one, the wished one, the one that numpy would choose."""
    if given:
        yield from _promoted(given)
    elif like is not None and all(_RANK.get(dtype.kind, 9) <= _RANK.get(like.kind, -1) for dtype in natural):
        yield like
    yield from _promoted(natural)


def _promoted(dtypes: set[DType]) -> Iterable[DType]:
    if len(dtypes) == 1:
        yield from dtypes  # result_type would change its byte order
        return
    try:
        yield np.result_type(*dtypes)
    except TypeError:
        return  # no dtype holds both, for example numbers and times


def _same(left: Any, right: Any) -> bool:
    """Equality of nested lists, in which a NaN equals a NaN."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and (left == right or all(map(_same, left, right)))
    return bool(left == right or (left != left and right != right))  # noqa: PLR0124  # only a NaN differs from itself
