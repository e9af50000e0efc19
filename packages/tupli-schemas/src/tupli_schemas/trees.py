"""Columns in the form of their Gymnasium space: arrays and text, in the dicts and tuples that Dict and Tuple spaces nest."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np

from tupli_schemas.arrays import Array, DType, as_array, stack_values, value_bytes
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.text_column import TextColumn, is_unicode

Leaf: TypeAlias = Array | TextColumn
Tree: TypeAlias = "Leaf | dict[str, Tree] | tuple[Tree, ...]"
Path: TypeAlias = tuple[str | int, ...]

MAX_DEPTH = 64
"""How deep trees may nest, so that walking one never exhausts the stack."""


def tree_map(function: Callable[..., Any], tree: Tree, *others: Any) -> Any:
    """The tree of ``function(leaf, *leaves at the same place in others)``; dicts keep the order of ``tree``.

    Raises:
        InvalidDataError: The trees do not have the same form.
    """
    if isinstance(tree, dict):
        if not all(isinstance(other, dict) and other.keys() == tree.keys() for other in others):
            raise InvalidDataError(f"a tree has no dict with the keys {list(tree)} where another has one")
        return {key: tree_map(function, child, *(other[key] for other in others)) for key, child in tree.items()}
    if isinstance(tree, tuple):
        if not all(isinstance(other, tuple) and len(other) == len(tree) for other in others):
            raise InvalidDataError(f"a tree has no tuple of {len(tree)} where another has one")
        return tuple(tree_map(function, *children) for children in zip(tree, *others, strict=True))
    if any(isinstance(other, dict | tuple) for other in others):
        raise InvalidDataError("a tree has a column where another has a dict or tuple")
    return function(tree, *others)


def leaves(tree: Tree, path: Path = ()) -> Iterator[tuple[Path, Leaf]]:
    """Every column of ``tree`` with its path: the keys of dicts and indices of tuples that lead to it."""
    if isinstance(tree, dict | tuple):
        if len(path) >= MAX_DEPTH:
            raise InvalidDataError(f"a tree is nested more than {MAX_DEPTH} deep")
        if isinstance(tree, dict):
            _check_keys(tree)
        for key, child in tree.items() if isinstance(tree, dict) else enumerate(tree):
            yield from leaves(child, (*path, key))
    else:
        yield path, tree


def take(tree: Tree, index: Any) -> Any:
    """``tree`` with every column indexed alike: a slice gives columns that share memory, an int one row.

    In a row, text is a str, and the value of a column without further axes a numpy scalar.
    """
    if isinstance(tree, np.ndarray):
        return tree[index]  # by far the most frequent tree
    return tree_map(lambda leaf: leaf[index], tree)


def n_rows(tree: Tree) -> int:
    """How many rows every column of ``tree`` has.

    Raises:
        InvalidDataError: The columns differ, or there are none.
    """
    counts = {column_name("the tree", path): len(leaf) for path, leaf in leaves(tree)}
    if len(set(counts.values())) == 1:
        return next(iter(counts.values()))
    if not counts:
        raise InvalidDataError("there is no column in the tree, so its rows cannot be counted")
    raise InvalidDataError(f"the columns differ in their number of rows: {counts}")


def nbytes(tree: Tree) -> int:
    """The memory that the columns span, in bytes."""
    return sum(leaf.nbytes for _, leaf in leaves(tree))


def equal(left: Tree, right: Tree) -> bool:
    """Whether two trees have the same form and columns that are bit-identical; the order of keys does not matter."""
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(child, right[key]) for key, child in left.items())
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, TextColumn) and isinstance(right, TextColumn):
        left, right = left.compact(), right.compact()
        return np.array_equal(left.offsets, right.offsets) and np.array_equal(left.data, right.data)
    if isinstance(left, np.ndarray) and isinstance(right, np.ndarray):
        same_form = left.dtype == right.dtype and left.shape == right.shape
        return same_form and np.array_equal(value_bytes(left), value_bytes(right))
    return False


def stack(rows: Sequence[Any], like: Any = None, *, name: str = "the tree") -> Tree:
    """The columns of values that are given row by row.

    Args:
        rows: Values of one space: arrays, Python or numpy scalars, lists (as arrays), str, and dicts and tuples of those.
        like: The form to give them, as a tree whose leaves are dtypes, arrays, or ``str`` for text; without it the first row's form.
            A dtype in it is for values that have none of their own; arrays and numpy scalars keep theirs.
        name: What an error calls the columns.

    Raises:
        InvalidDataError: There are no rows, or they do not fit together exactly.
    """
    if not rows:
        raise InvalidDataError(f"{name} has no rows")
    return _stack(rows, like, name, ())


def as_tree(value: Any, name: str, path: Path = ()) -> Tree:
    """Columns as a user has them: arrays stay as they are, lists are stacked, dicts and tuples are walked."""
    if isinstance(value, TextColumn):
        return value
    if isinstance(value, dict):
        return {key: as_tree(child, name, (*path, key)) for key, child in value.items()}
    if isinstance(value, tuple):
        return tuple(as_tree(child, name, (*path, index)) for index, child in enumerate(value))
    where = column_name(name, path)
    column = stack(value, name=where) if isinstance(value, list) else as_array(value, where)
    if isinstance(column, np.ndarray) and not column.ndim:
        raise InvalidDataError(f"{where} is a single value, not a column")
    return column


def with_unknown_row(leaf: Leaf) -> Any:
    """A copy of a column with one more row that is masked, or, as text has no mask, empty."""
    if isinstance(leaf, TextColumn):
        return TextColumn(leaf.data, np.append(leaf.offsets, leaf.offsets[-1]))
    longer = np.ma.zeros((len(leaf) + 1, *leaf.shape[1:]), leaf.dtype)
    longer[:-1] = leaf
    longer[-1] = np.ma.masked
    return longer


def form(tree: Tree) -> str:
    """The dtypes and shapes of one row in a few words, as ``{camera: uint8[84, 84, 3], goal: float32[2]}``."""
    if isinstance(tree, dict):
        return "{" + ", ".join(f"{key}: {form(child)}" for key, child in tree.items()) + "}"
    if isinstance(tree, tuple):
        return "(" + ", ".join(map(form, tree)) + ")"
    if isinstance(tree, TextColumn):
        return "text"
    return f"{tree.dtype}{list(tree.shape[1:]) or ''}"


def column_name(prefix: str, path: Path) -> str:
    """The name of the column at ``path``, as ``observations/camera/0``; ``/``, ``#`` and ``%`` in keys are escaped."""
    return "/".join((prefix, *map(escape, path))) if path else prefix


def column_names(tree: Any, prefix: str, path: Path = ()) -> Any:
    """The same tree with the name of each column in its place."""
    if isinstance(tree, dict):
        return {key: column_names(child, prefix, (*path, key)) for key, child in tree.items()}
    if isinstance(tree, tuple):
        return tuple(column_names(child, prefix, (*path, index)) for index, child in enumerate(tree))
    return column_name(prefix, path)


def escape(key: str | int) -> str:
    """A key as a part of a column's name, in which ``/`` separates and ``#`` marks helper columns."""
    return str(key).replace("%", "%25").replace("/", "%2F").replace("#", "%23")


def _stack(rows: Sequence[Any], like: Any, name: str, path: Path) -> Tree:
    form = rows[0] if like is None else like
    if isinstance(form, dict):
        _require(rows, dict, form.keys(), column_name(name, path))
        return {key: _stack([row[key] for row in rows], _child(like, key), name, (*path, key)) for key in form}
    if isinstance(form, tuple):
        _require(rows, tuple | list | np.ndarray, len(form), column_name(name, path))
        children = range(len(form))
        return tuple(_stack([row[i] for row in rows], _child(like, i), name, (*path, i)) for i in children)
    if form is str or isinstance(form, str | TextColumn):
        _require(rows, str, None, column_name(name, path))
        return TextColumn.from_strings(rows)
    return stack_values(rows, _dtype(like), column_name(name, path))


def _child(like: Any, key: Any) -> Any:
    return None if like is None else like[key]


def _dtype(like: Any) -> DType | None:
    return like if like is None or isinstance(like, np.dtype) else like.dtype


def _require(rows: Sequence[Any], kind: Any, form: Any, name: str) -> None:
    """Every row is of ``kind`` and has the keys (or the length) of ``form``."""
    for index, row in enumerate(rows):
        if not isinstance(row, kind):
            raise InvalidDataError(
                f"row {index} of {name} is {type(row).__name__}, which does not fit the form of the others"
            )
        if form is not None and (row.keys() if isinstance(row, dict) else len(row)) != form:
            raise InvalidDataError(f"row {index} of {name} has other parts than the others")


def _check_keys(tree: dict[Any, Tree]) -> None:
    for key in tree:
        if not isinstance(key, str) or not is_unicode(key):
            raise InvalidDataError(f"the key {key!r} of a dict is not a str of valid Unicode")
