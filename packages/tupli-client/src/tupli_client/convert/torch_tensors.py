"""Arrays as torch tensors that share their memory."""

from typing import Any

import numpy as np

from tupli_client.convert.arrays import Steps
from tupli_client.convert.extras import need
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Leaf, column_name, leaves, tree_map


def tensors(steps: Steps) -> Steps:
    """The same steps as torch tensors; no number is copied or changed. Text becomes lists of ``str``.

    Raises:
        InvalidDataError: Torch has no such dtype.
        ImportError: There is no torch.
    """
    return Steps(*(_tensors(name, tree) for name, tree in zip(Steps._fields, steps, strict=True)))


def _tensors(name: str, tree: Any) -> Any:
    made = iter([_tensor(column_name(name, path), leaf) for path, leaf in leaves(tree)])
    return tree_map(lambda _: next(made), tree)


def _tensor(name: str, leaf: Leaf) -> Any:
    torch = need("torch", "torch", "TorchTupleParser")
    if isinstance(leaf, TextColumn):
        return list(leaf)
    native = np.require(leaf, leaf.dtype.newbyteorder("="), ["C", "W"])
    try:
        return torch.from_numpy(native)
    except TypeError as error:
        raise InvalidDataError(f"torch has no dtype for {name}, which are {leaf.dtype}") from error
