"""Columns that grow with an episode, in the form of a Gymnasium space.

Every value is copied when it is seen, because environments use their arrays again. A column begins in the dtype of its space and
keeps it as long as it holds every value exactly. A value that does not fit (float64 from a space that says float32) makes the whole
column wider and warns once; nothing is ever rounded.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from gymnasium import spaces

from tupli_client.buffers.notices import Notices
from tupli_schemas.arrays import Array, DType, as_array, value_bytes
from tupli_schemas.errors import InvalidDataError, UnsupportedSpaceError
from tupli_schemas.text_column import TextColumn, is_unicode
from tupli_schemas.trees import Tree, column_name

_FIRST_ROWS = 64
_RANK = {
    "b": 0,
    "u": 1,
    "i": 1,
    "f": 2,
}  # the kinds of numbers; a value may move to a kind of its own rank or a higher one
_PYTHON_TYPES: dict[str, type] = {"float64": float, "int64": int, "bool": bool}
_UNDECIDED: DType = np.dtype(np.void)
"""The dtype of a column that waits for its first value; no value has it."""


class Buffer(Protocol):
    """A column, or a dict or tuple of columns, that grows row by row."""

    def put(self, row: int, value: Any) -> None:
        """Keep a copy of ``value`` as this row; rows are put in order, and one may be put again.

        Raises:
            InvalidDataError: The value has no place in the column.
        """

    def row(self, row: int) -> Any:
        """A copy of one row, in the form of the space."""

    def take(self, n_rows: int) -> Tree:
        """Hand over the first rows and begin anew."""


def buffer_for(space: spaces.Space[Any], name: str, notices: Notices) -> Buffer:
    """An empty buffer for the values of ``space``; ``name`` is what errors and warnings call them.

    Raises:
        UnsupportedSpaceError: Values of this space have no columns.
    """
    if isinstance(space, spaces.Dict):
        return DictBuffer(
            {key: buffer_for(space[key], column_name(name, (key,)), notices) for key in space}, name, notices
        )
    if isinstance(space, spaces.Tuple):
        return TupleBuffer([buffer_for(child, column_name(name, (i,)), notices) for i, child in enumerate(space)], name)
    if isinstance(space, spaces.Text):
        return TextBuffer(name)
    if space.shape is not None and space.dtype is not None and space.dtype.kind in _RANK:
        return ArrayBuffer(name, notices, space.dtype, space.shape)
    raise UnsupportedSpaceError(
        f"{name} of a {type(space).__name__} space cannot be recorded: its values have no columns",
        hint="use Box, Discrete, MultiBinary, MultiDiscrete, Text, Dict or Tuple, or call deactivate_recording()",
    )


class ArrayBuffer:
    """Numbers or arrays of them.

    Args:
        name: What errors and warnings call the column.
        notices: Where it says that values differ from the space.
        dtype: As the space says; None for a column without a space, which takes that of its first value.
        shape: Of one row.
    """

    def __init__(self, name: str, notices: Notices, dtype: DType | None = None, shape: tuple[int, ...] = ()) -> None:
        self._name, self._notices = name, notices
        self._declared = dtype
        self._shape = shape
        self._begin(dtype or _UNDECIDED, _FIRST_ROWS)

    def put(self, row: int, value: Any) -> None:
        kind = type(value)
        if kind is np.ndarray:
            if value.dtype != self._dtype or value.shape != self._shape:
                value = self._fitted(row, value)
        elif kind not in self._plain_types:
            value = self._fitted(row, value)
        if row >= len(self._rows):
            self._resize(row + row // 2 + _FIRST_ROWS)
        try:
            self._rows[row] = value
        except OverflowError:
            raise InvalidDataError(f"{self._name} hold no number as large as {value:.6e} at step {row}") from None

    def row(self, row: int) -> Any:
        return self._rows[row].copy()

    def take(self, n_rows: int) -> Array:
        self._resize(n_rows)
        rows = self._rows
        self._begin(self._dtype, max(n_rows, _FIRST_ROWS))
        return rows

    def _begin(self, dtype: DType, n_rows: int) -> None:
        self._dtype = dtype
        self._rows = np.empty((n_rows, *self._shape), dtype)
        # The types of scalars that need no second look.
        self._plain_types = () if self._shape else (dtype.type, _PYTHON_TYPES.get(dtype.name, dtype.type))

    def _resize(self, n_rows: int) -> None:
        # In place, so that a long episode is never in memory twice. Nobody has a view: `row` copies and `take` forgets.
        if not self._rows.flags.owndata:  # as after unpickling
            self._rows = self._rows.copy()
        self._rows.resize((n_rows, *self._shape), refcheck=False)

    def _fitted(self, row: int, value: Any) -> Array:
        """``value`` as an array that the column holds exactly, after making the column wide enough for it."""
        array = as_array(value, self._name)
        if array.dtype.kind not in _RANK:
            raise InvalidDataError(f"{self._name} are real numbers, but step {row} has {value!r:.80}")
        array = self._reshaped(row, array)
        if self._dtype is _UNDECIDED:
            self._begin(array.dtype, _FIRST_ROWS)
        elif array.dtype != self._dtype and not _holds(self._dtype, array):
            self._widen(row, array)
        return array

    def _reshaped(self, row: int, array: Array) -> Array:
        """The value in the column's shape: axes of length 1 come and go; another shape than that of the space begins with the first row."""
        if array.shape == self._shape:
            return array
        if _without_ones(array.shape) == _without_ones(self._shape):
            return array.reshape(self._shape)
        if row or self._declared is None:
            raise InvalidDataError(f"{self._name} have shape {self._shape}, but step {row} has shape {array.shape}")
        self._notices.once(
            f"shape of {self._name}",
            f"{self._name} have shape {array.shape}, but their space says {self._shape}; they are recorded as they are",
        )
        self._shape = array.shape
        self._begin(self._dtype, len(self._rows))
        return array

    def _widen(self, row: int, array: Array) -> None:
        wide = np.promote_types(self._dtype, array.dtype)
        rows = self._rows[:row]
        if not (_holds(wide, rows) and _holds(wide, array)):
            raise InvalidDataError(
                f"no dtype holds all {self._name} exactly: {self._dtype} before, {array.dtype} at step {row}"
            )
        if self._declared is not None:
            self._notices.once(
                f"dtype of {self._name}",
                f"{self._name} are {array.dtype}, but their space says {self._declared}; they are recorded as {wide}, exactly",
            )
        self._begin(wide, len(self._rows))
        self._rows[:row] = rows


class TextBuffer:
    """Strings of any length."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._texts: list[str] = []

    def put(self, row: int, value: Any) -> None:
        if not isinstance(value, str) or not is_unicode(value):
            raise InvalidDataError(f"{self._name} are valid text, but step {row} has {value!r:.80}")
        self._texts[row:] = [str(value)]

    def row(self, row: int) -> str:
        return self._texts[row]

    def take(self, n_rows: int) -> TextColumn:
        texts, self._texts = self._texts[:n_rows], []
        return TextColumn.from_strings(texts)


class DictBuffer:
    """The values of a Dict space, in the order of its keys."""

    def __init__(self, children: Mapping[str, Buffer], name: str, notices: Notices) -> None:
        self._children, self._name, self._notices = dict(children), name, notices

    def put(self, row: int, value: Any) -> None:
        if not isinstance(value, Mapping) or not self._children.keys() <= value.keys():
            raise InvalidDataError(
                f"{self._name} are dicts of {list(self._children)}, but step {row} has {value!r:.80}"
            )
        if len(value) > len(self._children):
            extra = sorted(map(str, value.keys() - self._children.keys()))
            self._notices.once(
                f"keys of {self._name}",
                f"{self._name} have keys that their space lacks: {extra}; these are not recorded",
            )
        for key, child in self._children.items():
            child.put(row, value[key])

    def row(self, row: int) -> dict[str, Any]:
        return {key: child.row(row) for key, child in self._children.items()}

    def take(self, n_rows: int) -> Tree:
        return {key: child.take(n_rows) for key, child in self._children.items()}


class TupleBuffer:
    """The values of a Tuple space."""

    def __init__(self, children: Sequence[Buffer], name: str) -> None:
        self._children, self._name = tuple(children), name

    def put(self, row: int, value: Any) -> None:
        if not isinstance(value, tuple | list | np.ndarray) or len(value) != len(self._children):
            raise InvalidDataError(f"{self._name} are {len(self._children)} values, but step {row} has {value!r:.80}")
        for child, part in zip(self._children, value, strict=True):
            child.put(row, part)

    def row(self, row: int) -> tuple[Any, ...]:
        return tuple(child.row(row) for child in self._children)

    def take(self, n_rows: int) -> Tree:
        return tuple(child.take(n_rows) for child in self._children)


def _holds(dtype: DType, array: Array) -> bool:
    """Whether ``dtype`` holds every value of ``array`` exactly, and is no lesser kind of number."""
    if _RANK[array.dtype.kind] > _RANK[dtype.kind]:
        return False
    with np.errstate(all="ignore"):  # an overflow is an answer here
        cast = array.astype(dtype)
        back = cast.astype(array.dtype)
    if not np.array_equal(value_bytes(back), value_bytes(array)):
        return False
    return array.dtype.kind not in "iu" or dtype.kind not in "iu" or bool(((cast < 0) == (array < 0)).all())


def _without_ones(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(length for length in shape if length != 1)
