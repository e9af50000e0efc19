"""Many short episodes as few long batches, so that array code is not called for a handful of rows."""

from collections.abc import Callable, Sequence

import numpy as np

from tupli_schemas.errors import InvalidDataError
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Leaf, Tree, n_rows, nbytes, take, tree_map

BATCH_ROWS = 4096
BATCH_BYTES = 16 << 20


class Batches:
    """Collects rows and hands them on in batches of about 4096 rows, or 16 MB where rows are large."""

    def __init__(self, consume: Callable[[Tree], None]) -> None:
        self._consume = consume
        self._waiting: list[Tree] = []
        self._rows = self._bytes = 0

    def add(self, rows: Tree) -> None:
        n, size = n_rows(rows), nbytes(rows)
        step = max(1, min(BATCH_ROWS, n * BATCH_BYTES // max(size, 1)))
        for start in range(0, n, step) if n > step else (0,):
            self._add(
                take(rows, slice(start, start + step)) if n > step else rows, min(step, n - start), size // max(n, 1)
            )

    def flush(self) -> None:
        """Hand on what is waiting."""
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            self._rows = self._bytes = 0
            self._consume(waiting[0] if len(waiting) == 1 else concatenate(waiting))

    def _add(self, rows: Tree, n: int, bytes_per_row: int) -> None:
        if self._rows + n > BATCH_ROWS or self._bytes + n * bytes_per_row > BATCH_BYTES:
            self.flush()
        self._waiting.append(rows)
        self._rows += n
        self._bytes += n * bytes_per_row


def concatenate(trees: Sequence[Tree]) -> Tree:
    """The rows of all trees behind one another.

    Raises:
        InvalidDataError: They differ in form or in the shape of a row.
    """
    try:
        return tree_map(_concatenate, *trees)  # type: ignore[no-any-return]
    except (ValueError, TypeError) as error:
        raise InvalidDataError(
            f"the episodes differ in form: {error}",
            hint="episodes of one benchmark have one space; Integrity() says which do not",
        ) from None


def _concatenate(*leaves: Leaf) -> Leaf:
    arrays = [leaf for leaf in leaves if isinstance(leaf, np.ndarray)]
    if len(arrays) == len(leaves):
        return np.concatenate(arrays)
    texts = [leaf.compact() for leaf in leaves if isinstance(leaf, TextColumn)]
    if len(texts) < len(leaves):
        raise TypeError("text in one episode, numbers in another")
    shifts = np.cumsum([0] + [len(text.data) for text in texts])
    offsets = [text.offsets[1:] + shift for text, shift in zip(texts, shifts[:-1], strict=True)]
    return TextColumn(np.concatenate([text.data for text in texts]), np.concatenate([np.zeros(1, np.int64), *offsets]))
