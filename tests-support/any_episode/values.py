"""Strategies for single values: dtypes, arrays of any bits, and whatever an info may hold."""

from typing import Any

import numpy as np
import numpy.typing as npt
from hypothesis import strategies as st

NATIVE = [
    "?",
    "b",
    "B",
    "h",
    "H",
    "i",
    "I",
    "q",
    "Q",
    "e",
    "f",
    "d",
    "g",
    "F",
    "D",
    "G",
    "M8[ns]",
    "M8[25s]",
    "M8",
    "m8[D]",
    "m8",
]
OTHERS = [">i2", ">u4", ">f4", ">f8", ">c16", ">M8[us]", ">U3", "S1", "S7", "U1", "U5"]

SHAPES = st.sampled_from([(), (1,), (4,), (0,), (2, 3), (3, 0, 2), (5, 4, 3), (1, 1, 1, 1)])


def dtypes() -> st.SearchStrategy[np.dtype[Any]]:
    """Every kind of dtype that can be stored, in both byte orders."""
    return st.sampled_from([np.dtype(name) for name in NATIVE + OTHERS])


def array_of_bits(seed: int, dtype: np.dtype[Any], shape: tuple[int, ...]) -> npt.NDArray[Any]:
    """An array of pseudo-random bits: NaNs of all sorts, infinities and subnormals among them, rows of zeros too."""
    random = np.random.default_rng(seed)
    array = np.zeros(shape, dtype)
    if dtype.kind == "b":
        array[...] = random.integers(0, 2, shape)
    elif dtype.kind == "U":
        codes = array.reshape(-1).view(np.dtype(np.uint32).newbyteorder(dtype.byteorder))
        codes[:] = random.choice([0, 65, 0x20AC, 0x1F600, 0x10FFFF], codes.shape)
    elif array.size:
        memory = array.reshape(-1).view(np.uint8)
        memory[:] = random.choice([0, 1, 127, 128, 255, int(random.integers(256))], memory.shape)
    return array


def arrays(shapes: st.SearchStrategy[tuple[int, ...]] = SHAPES) -> st.SearchStrategy[npt.NDArray[Any]]:
    """Arrays of any dtype, small shape and bits."""
    return st.builds(array_of_bits, st.integers(0, 2**32), dtypes(), shapes)


def numpy_scalars() -> st.SearchStrategy[Any]:
    """Numpy scalars of any dtype and bits."""
    return arrays(st.just((1,))).map(lambda array: array[0])


def any_info_value() -> st.SearchStrategy[Any]:
    """Whatever an info may hold, nested."""
    keys = st.text(max_size=4) | st.sampled_from(["$", "$tuple", "a/b", "#", "%2F", ""])
    anything = st.text(st.characters(), max_size=5)  # with half surrogate pairs, which JSON can escape
    scalars = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(-(2**70), 2**70),
        st.floats(),
        st.complex_numbers(),
        anything,
        st.binary(max_size=5),
        numpy_scalars(),
        arrays(),
    )
    return st.recursive(
        scalars,
        lambda values: st.one_of(
            st.lists(values, max_size=3),
            st.lists(values, max_size=3).map(tuple),
            st.dictionaries(keys, values, max_size=3),
            st.dictionaries(st.integers() | keys | st.booleans(), values, max_size=2),
        ),
        max_leaves=4,
    )
