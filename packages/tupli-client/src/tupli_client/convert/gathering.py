"""One column from the columns of many episodes: allocated once, filled once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from tupli_schemas.arrays import Array, DType
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Leaf, Tree, column_name, form, leaves, tree_map

Index: TypeAlias = "slice | Array"


@dataclass(frozen=True, slots=True)
class Piece:
    """What one episode adds to a column: the rows of ``tree`` that ``index`` names. ``origin`` is what errors call the episode."""

    tree: Tree
    index: Index
    n_rows: int
    origin: str


def gather(name: str, pieces: Sequence[Piece]) -> Any:
    """The rows of all pieces, one after another, in the form of the first.

    Raises:
        InvalidDataError: There are no pieces, or the episodes differ in form or shape.
    """
    columns = [dict(leaves(piece.tree)) for piece in pieces]
    for found, piece in zip(columns, pieces, strict=True):
        if found.keys() != columns[0].keys():
            raise _differ(name, pieces[0], piece)
    gathered = {
        path: _gather(column_name(name, path), [found[path] for found in columns], pieces) for path in columns[0]
    }
    in_order = iter(gathered.values())
    return tree_map(lambda _: next(in_order), pieces[0].tree)


def _gather(name: str, columns: Sequence[Leaf], pieces: Sequence[Piece]) -> Leaf:
    for column, piece in zip(columns, pieces, strict=True):
        if _shape(column) != _shape(columns[0]):
            raise _differ(name, pieces[0], piece)
    if isinstance(columns[0], TextColumn):
        return _joined([column[piece.index] for column, piece in zip(columns, pieces, strict=True)])  # type: ignore[misc]
    return _filled(name, columns, pieces)  # type: ignore[arg-type]


def _filled(name: str, columns: Sequence[Array], pieces: Sequence[Piece]) -> Array:
    total = sum(piece.n_rows for piece in pieces)
    whole = np.empty((total, *columns[0].shape[1:]), _common_dtype(name, columns))
    start = 0
    for column, piece in zip(columns, pieces, strict=True):
        whole[start : start + piece.n_rows] = column[piece.index]
        start += piece.n_rows
    return whole


def _common_dtype(name: str, columns: Sequence[Array]) -> DType:
    """The one dtype of all columns, or the smallest that holds the numbers of each."""
    dtypes = {column.dtype for column in columns}
    if len(dtypes) == 1:
        return dtypes.pop()
    if any(dtype.kind not in "iufc" for dtype in dtypes):
        raise InvalidDataError(f"the {name} of some episodes are {' and '.join(sorted(map(str, dtypes)))}")
    return np.result_type(*dtypes)


def _joined(columns: Sequence[TextColumn]) -> TextColumn:
    compact = [column.compact() for column in columns]
    lengths = np.concatenate([np.diff(column.offsets) for column in compact])
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64, copy=False)
    return TextColumn(np.concatenate([column.data for column in compact]), offsets)


def _shape(column: Leaf) -> Any:
    return "text" if isinstance(column, TextColumn) else column.shape[1:]


def _differ(name: str, one: Piece, other: Piece) -> InvalidDataError:
    return InvalidDataError(
        f"the {name} of {one.origin} are {form(one.tree)}, those of {other.origin} are {form(other.tree)}",
        hint="episodes of different environments have no common arrays; select one benchmark with with_benchmark(...)",
    )
