"""Observations and actions as vectors, for everything that measures distances."""

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np

from tupli_schemas.arrays import Array
from tupli_schemas.errors import InvalidDataError, UnsupportedSpaceError
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Tree, leaves, n_rows

Features: TypeAlias = Callable[[Any], Any]
"""A function that turns n observations (an array, or the dict or tuple of arrays of a Dict or Tuple space) into an (n, d) array."""


def featured(observations: Tree, features: Features | None) -> Tree:
    """``observations`` as they are, or what ``features`` makes of them."""
    return observations if features is None else _checked(features(observations), n_rows(observations))


def vectors(rows: Tree, features: Features | None = None, *, what: str = "observations") -> Array:
    """The rows as an (n, d) array of their own numbers; scalars give d = 1.

    Raises:
        UnsupportedSpaceError: They are no vectors (Dict, Tuple, Text, images), and no ``features`` says how to make some.
    """
    if features is not None:
        return _checked(features(rows), n_rows(rows))
    if isinstance(rows, np.ndarray) and rows.ndim <= 2 and rows.dtype.kind in "biuf":
        return rows.reshape(len(rows), -1)
    raise UnsupportedSpaceError(
        f"{what} of the form {_form(rows)} are no vectors, so there is no distance between them",
        hint="give features=, a function of a batch that returns an (n, d) array; tupli_metrics.flatten joins all numbers",
    )


def flatten(rows: Tree) -> Array:
    """All numbers of a Dict, Tuple or image space in one vector per row: the simplest ``features``. Text is refused."""
    parts = []
    for path, leaf in leaves(rows):
        if not isinstance(leaf, np.ndarray) or leaf.dtype.kind not in "biuf":
            raise UnsupportedSpaceError(
                f"the column {'/'.join(map(str, path))} holds no numbers, so it has no features"
            )
        parts.append(leaf.reshape(len(leaf), -1))
    return np.concatenate([np.asarray(part, np.float64) for part in parts], axis=1)


def _checked(made: Any, n: int) -> Array:
    rows: Array = np.asarray(made.detach().cpu() if hasattr(made, "detach") else made)
    if rows.ndim != 2 or len(rows) != n or rows.dtype.kind not in "biuf":
        raise InvalidDataError(
            f"features(batch) returned {rows.dtype} of shape {rows.shape} for a batch of {n}",
            hint=f"it has to return numbers of shape ({n}, d)",
        )
    return rows


def _form(rows: Tree) -> str:
    if isinstance(rows, np.ndarray):
        return f"{rows.dtype}{list(rows.shape[1:])}"
    return "Text" if isinstance(rows, TextColumn) else type(rows).__name__.capitalize()
