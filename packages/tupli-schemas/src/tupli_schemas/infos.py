"""The infos of an episode as columns, one for each key: what `env.step` said beside observation and reward, exactly."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from tupli_schemas.arrays import Array, is_portable
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.info_values import from_json, to_json
from tupli_schemas.text_column import TextColumn, is_unicode
from tupli_schemas.trees import equal, form

Kind: TypeAlias = Literal["array", "python", "json"]

_SMALL_BYTES = 64  # a value of this size may as well have a place in every row, however few rows have it
_MAX_AXES = 31  # numpy 1 has arrays of up to 32 axes, one of which counts the rows
_PYTHON_DTYPES = {bool: np.dtype(np.bool_), int: np.dtype(np.int64), float: np.dtype(np.float64)}


@dataclass(frozen=True, slots=True, eq=False)
class InfoColumn:
    """What every step's info says under one key.

    Attributes:
        values: One row for each step; rows of steps that lack the key are zeros (or empty text) and mean nothing.
        present: Which steps have the key, bool; None if all have it.
        kind: How ``values`` is to be read: ``array``: numpy arrays and scalars; ``python``: Python bools, ints or floats, kept as a
            numpy array; ``json``: anything else, as text in the form of ``info_values``.
    """

    values: Array | TextColumn
    present: Array | None = None
    kind: Kind = "array"

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, row: int) -> Any:
        """The value of one step, as it was given; ``KeyError`` if that step's info lacks the key."""
        if not self.has(row):
            raise KeyError(row)
        value = self.values[row]
        if self.kind == "array":
            return value
        return from_json(value) if isinstance(value, str) else value.item()

    def check(self, name: str) -> None:
        """``InvalidDataError`` unless ``values`` can be read as ``kind`` says; for columns that strangers made."""
        if self.kind == "python" and (self.values.ndim != 1 or self.values.dtype not in _PYTHON_DTYPES.values()):  # type: ignore[union-attr]
            raise InvalidDataError(f"{name} is said to hold Python numbers, but is {form(self.values)}")

    def has(self, row: int) -> bool:
        """Whether the info of this step has the key."""
        return self.present is None or bool(self.present[row])

    def slice(self, start: int, stop: int) -> "InfoColumn":
        """The column of some steps; shares its memory."""
        present = None if self.present is None else self.present[start:stop]
        return InfoColumn(self.values[start:stop], present, self.kind)

    @property
    def nbytes(self) -> int:
        """The memory that the column spans, in bytes."""
        return self.values.nbytes + (0 if self.present is None else self.present.nbytes)

    def equals(self, other: "InfoColumn") -> bool:
        """Whether both have the same values, of the same types and bits, in the same steps."""
        rows = self.rows
        if len(self) != len(other) or not np.array_equal(rows, other.rows):
            return False
        if self.kind == other.kind and equal(self.values[rows], other.values[rows]):
            return True
        return all(to_json(self[row], "") == to_json(other[row], "") for row in rows)

    @property
    def rows(self) -> Array:
        """The steps whose info has the key, ascending."""
        return np.arange(len(self)) if self.present is None else np.flatnonzero(self.present)


def columns_of(infos: Sequence[Mapping[str, Any]]) -> dict[str, InfoColumn]:
    """One column for every key that occurs in ``infos``, the info of each step.

    Raises:
        InvalidDataError: A key is not a str, or a value has no portable form; the message names it.
    """
    if not any(infos):
        return {}
    for row, info in enumerate(infos):
        if not isinstance(info, Mapping):
            raise InvalidDataError(f"infos[{row}] is {type(info).__name__}, not a dict")
    keys = dict.fromkeys(key for info in infos for key in info)
    return {_checked(key): _column(key, infos) for key in keys}


def as_columns(infos: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None, n_rows: int) -> dict[str, InfoColumn]:
    """The infos of ``n_rows`` steps as a user has them: a dict for each step, or a column (array, list, text) for each key."""
    if infos is None:
        return {}
    if isinstance(infos, Mapping):
        return {_checked(key): _as_column(key, column) for key, column in infos.items()}
    if len(infos) != n_rows:
        raise InvalidDataError(f"there are {len(infos)} infos for {n_rows} steps")
    return columns_of(infos)


def _as_column(key: str, column: Any) -> InfoColumn:
    if isinstance(column, InfoColumn):
        return column
    if isinstance(column, np.ndarray) and is_portable(column.dtype):
        return InfoColumn(column)
    if not isinstance(column, Iterable):
        raise InvalidDataError(f"infos/{key} is {type(column).__name__}, not a column with a value for each step")
    return _column(key, [{key: value} for value in column])


def row_of(columns: Mapping[str, InfoColumn], row: int) -> dict[str, Any]:
    """The info of one step, as it was given."""
    return {key: column[row] for key, column in columns.items() if column.has(row)}


def equal_infos(left: Mapping[str, InfoColumn], right: Mapping[str, InfoColumn]) -> bool:
    """Whether both give the same info for every step; a key that no step has does not count."""
    left, right = _used(left), _used(right)
    return left.keys() == right.keys() and all(column.equals(right[key]) for key, column in left.items())


def _used(columns: Mapping[str, InfoColumn]) -> dict[str, InfoColumn]:
    return {key: column for key, column in columns.items() if len(column.rows)}


def _checked(key: Any) -> str:
    if not isinstance(key, str) or not is_unicode(key):
        raise InvalidDataError(f"the info key {key!r} is not a str of valid Unicode")
    return key


def _column(key: str, infos: Sequence[Mapping[str, Any]]) -> InfoColumn:
    rows = [row for row, info in enumerate(infos) if key in info]
    values = [infos[row][key] for row in rows]
    present = _presence(rows, len(infos))
    array = _array(values)
    if array is not None and (present is None or 2 * len(rows) >= len(infos) or array[0].nbytes <= _SMALL_BYTES):
        return InfoColumn(_spread(array, present), present, "python" if type(values[0]) in _PYTHON_DTYPES else "array")
    texts = [""] * len(infos)
    for row, value in zip(rows, values, strict=True):
        texts[row] = to_json(value, f"infos[{row}].{key}")
    return InfoColumn(TextColumn.from_strings(texts), present, "json")


def _presence(rows: list[int], n_rows: int) -> Array | None:
    if len(rows) == n_rows:
        return None
    present = np.zeros(n_rows, np.bool_)
    present[rows] = True
    return present


def _spread(array: Array, present: Array | None) -> Array:
    if present is None:
        return array
    spread = np.zeros((len(present), *array.shape[1:]), array.dtype)
    spread[present] = array
    return spread


def _array(values: list[Any]) -> Array | None:
    """The values as one array from which each comes back as it was; None if there is no such array."""
    kinds = set(map(type, values))
    if len(kinds) != 1:
        return None
    kind = kinds.pop()
    if kind in _PYTHON_DTYPES:
        return _python_array(values, _PYTHON_DTYPES[kind])
    return _numpy_array(values) if kind is np.ndarray or issubclass(kind, np.generic) else None


def _python_array(values: list[Any], dtype: Any) -> Array | None:
    try:
        return np.array(values, dtype)
    except OverflowError:
        return None


def _numpy_array(values: list[Any]) -> Array | None:
    dtype, shape = values[0].dtype, values[0].shape
    if any(value.dtype != dtype or value.shape != shape for value in values) or not _indexable(values[0]):
        return None
    return np.array(values, dtype)


def _indexable(value: Any) -> bool:
    """Whether indexing a column of such values gives them back: of arrays without axes it gives scalars, of text scalars shorter ones."""
    if isinstance(value, np.ndarray):
        return is_portable(value.dtype) and 0 < value.ndim < _MAX_AXES
    return is_portable(value.dtype) and value.dtype.kind not in "SU"
