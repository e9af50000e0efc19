"""numpy's arrays, scalars and dtypes, byte for byte."""

import math
import re
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from tupli_client.serialization.handlers.base import Handler
from tupli_client.serialization.handlers.fields import Fields
from tupli_schemas.errors import RefusedEnvironmentError
from tupli_schemas.inspection.json_text import shown

AnyArray = npt.NDArray[Any]
DTypeText = str | list[Any]

_SIMPLE = re.compile(r"[<>|=]?[biufcSUV]\d{1,7}|[<>]?[mM]8(\[\d{0,6}(as|fs|ps|ns|us|ms|s|m|h|D|W|M|Y)\])?|\|?O")
MAX_DIMENSIONS = 32
MAX_EMPTY = 1_000_000  # elements that take no bytes
OBJECTS = "|O"


def dtype_text(dtype: np.dtype[Any]) -> DTypeText:
    """A dtype as JSON: its short name, or the name, dtype and shape of each of its fields.

    Raises:
        RefusedEnvironmentError: It has none that would bring it back exactly.
    """
    text: DTypeText = dtype.str
    if dtype.names is not None:
        text = [[name, dtype_text(dtype[name].base), list(dtype[name].shape)] for name in dtype.names]
    if read_dtype(text) != dtype:
        raise RefusedEnvironmentError(f"numpy's {dtype!r} cannot be stored exactly")
    return text


def read_dtype(text: Any) -> np.dtype[Any]:
    """The dtype that ``dtype_text`` wrote. Text from elsewhere must have the same few forms, so nothing is evaluated."""
    if type(text) is list and text:
        return _structured(text)
    if type(text) is not str or not _SIMPLE.fullmatch(text):
        raise RefusedEnvironmentError(f"{shown(text) if type(text) is str else 'an object'} is not a dtype")
    try:
        return np.dtype(text)
    except (TypeError, ValueError):
        raise RefusedEnvironmentError(f"{text} is not a dtype of this machine's numpy") from None


def _structured(fields: list[Any]) -> np.dtype[Any]:
    for field in fields:
        match field:
            case [str(), str() | list(), list(shape)] if _is_shape(shape):
                continue
        raise RefusedEnvironmentError("the fields of a dtype are not valid")
    try:
        dtype: np.dtype[Any] = np.dtype([(name, read_dtype(text), tuple(shape)) for name, text, shape in fields])
    except (TypeError, ValueError):
        raise RefusedEnvironmentError("the fields of a dtype are not valid") from None
    if dtype.hasobject:
        raise RefusedEnvironmentError("the fields of a dtype hold objects")
    return dtype


def _is_shape(shape: list[Any] | tuple[Any, ...]) -> bool:
    return len(shape) <= MAX_DIMENSIONS and all(type(n) is int and 0 <= n < 2**31 for n in shape)


def _write_array(array: AnyArray) -> dict[str, Any]:
    order: Literal["C", "F"] = "C" if array.flags.c_contiguous or not array.flags.f_contiguous else "F"
    fields: dict[str, Any] = {
        "dtype": OBJECTS if array.dtype == object else dtype_text(array.dtype),
        "shape": array.shape,
    }
    if order == "F":
        fields["order"] = order
    if not array.flags.writeable:
        fields["writeable"] = False
    if array.dtype == object:
        return fields | {"items": list(array.ravel(order))}
    return fields | {"data": array.tobytes(order)}


def read_array(fields: Fields) -> AnyArray:
    """An array of its dtype, shape, order and bytes (or items)."""
    dtype, shape = read_dtype(fields.any("dtype")), fields.get("shape", tuple)
    if not _is_shape(shape):
        raise fields.wrong("its shape is not one")
    flat = _objects(fields, math.prod(shape)) if dtype.hasobject else from_bytes(fields, dtype, math.prod(shape))
    array = flat.reshape(shape, order="F" if fields.get("order", str, "C") == "F" else "C")
    array.flags.writeable = fields.get("writeable", bool, default=True)
    return array


def _objects(fields: Fields, n: int) -> AnyArray:
    items = fields.get("items", list)
    if len(items) != n:
        raise fields.wrong("its shape does not fit its items")
    array = np.empty(n, dtype=object)
    for i, item in enumerate(items):  # one by one: numpy would look into items that are sequences
        array[i] = item
    return array


def from_bytes(fields: Fields, dtype: np.dtype[Any], n: int) -> AnyArray:
    """``n`` elements, writeable. The bytes have to be there: a shape alone allocates nothing."""
    data = fields.get("data", bytes)
    if len(data) != n * dtype.itemsize or (not dtype.itemsize and n > MAX_EMPTY):
        raise fields.wrong(f"{len(data)} bytes are not {n} elements")
    return np.frombuffer(bytearray(data), dtype) if data else np.zeros(n, dtype)


def _write_scalar(value: np.generic) -> dict[str, Any]:
    array = np.asarray(value)  # an empty text has no length of its own, and one byte as an array
    return {"dtype": dtype_text(array.dtype), "data": array.tobytes()}


def _read_scalar(fields: Fields) -> Any:
    dtype = read_dtype(fields.any("dtype"))
    if dtype.hasobject:
        raise fields.wrong("it is an object")
    return from_bytes(fields, dtype, 1)[0]


NUMPY = (
    Handler("numpy.ndarray", (np.ndarray,), _write_array, read_array),
    Handler("numpy.generic", (np.generic,), _write_scalar, _read_scalar, subclasses=True),
    Handler(
        "numpy.dtype",
        (np.dtype,),
        lambda v: {"dtype": dtype_text(v)},
        lambda f: read_dtype(f.any("dtype")),
        subclasses=True,
    ),
)
"""The handlers of this file."""
