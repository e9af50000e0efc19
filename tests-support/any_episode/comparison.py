"""Equality that knows every type and every bit, written without the product's own."""

import struct
from typing import Any

import numpy as np
import numpy.typing as npt

from tupli_schemas.columns import EpisodeData
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Tree, leaves


def same(left: Any, right: Any) -> bool:
    """Whether two values are of the same types and hold the same bits, all the way down."""
    if isinstance(left, np.generic) and isinstance(right, np.generic):
        return _same_memory(left, right)  # numpy has two scalar types for one dtype, such as longlong and int64
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return left.keys() == right.keys() and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list | tuple):
        return len(left) == len(right) and all(map(same, left, right))
    return _same_memory(left, right) if isinstance(left, np.ndarray) else _bits(left) == _bits(right)


def _same_memory(left: Any, right: Any) -> bool:
    return (left.dtype, left.shape, _memory(left)) == (right.dtype, right.shape, _memory(right))


def _memory(value: Any) -> bytes:
    memory: bytes = value.tobytes()
    if value.dtype.char not in "gG" or np.finfo(np.longdouble).nmant != 63:
        return memory
    size = np.dtype(np.longdouble).itemsize  # of which 10 bytes are the number, and the rest is left to chance
    return b"".join(memory[start : start + 10] for start in range(0, len(memory), size))


def _bits(value: Any) -> Any:
    if isinstance(value, float):
        return struct.pack("<d", value)
    return struct.pack("<dd", value.real, value.imag) if isinstance(value, complex) else value


def same_steps(left: EpisodeData, right: EpisodeData) -> bool:
    """Whether two episodes give the same tuples, in every field."""
    return len(left) == len(right) and all(same(dict(a), dict(b)) for a, b in zip(left, right, strict=True))


def arrays_of(data: EpisodeData) -> list[npt.NDArray[Any]]:
    """The arrays that an episode is made of."""
    columns: Tree = (
        data.all_observations,
        data.actions,
        data.rewards,
        data.terminated,
        *(c.values for c in data.infos.values()),
    )
    return [leaf.data if isinstance(leaf, TextColumn) else leaf for _, leaf in leaves(columns)]
