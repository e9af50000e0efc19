"""One value of a step's info as JSON text and back, exactly: the same types, the same bits.

What JSON has is written as it is. Everything else is an object with one key that begins with ``$`` and names its kind, as
``{"$tuple": [1, 2]}``; a dict of the user's that would look like one is written as ``{"$dict": [[key, value], ...]}``.
"""

import base64
import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from tupli_schemas.arrays import is_portable
from tupli_schemas.base import MAX_INT, MIN_INT
from tupli_schemas.dtypes import check_values, from_token, to_token
from tupli_schemas.errors import InvalidDataError

MAX_DEPTH = 64
"""How deep values may nest."""


def to_json(value: Any, name: str) -> str:
    """The text of ``value``; ``name`` says in an error where it was found.

    Raises:
        InvalidDataError: It holds something that has no portable form; the message gives the path.
    """
    return _ENCODER.encode(_plain(value, name, MAX_DEPTH))


def from_json(text: str) -> Any:
    """The value of a text that ``to_json`` made.

    Raises:
        InvalidDataError: It is not such a text.
    """
    try:
        return _DECODER.decode(text)
    except (ValueError, TypeError, KeyError, OverflowError, MemoryError, RecursionError) as error:
        raise InvalidDataError(f"an info is not in the form that infos are written in: {error}") from None


def _plain(value: Any, name: str, depth: int) -> Any:
    """``value`` in the types of JSON."""
    kind = type(value)
    if depth < 0:
        raise InvalidDataError(f"{name} is nested more than {MAX_DEPTH} deep")
    if kind is str or kind is bool or value is None:
        return value
    if kind is list:
        return [_plain(item, f"{name}[{index}]", depth - 1) for index, item in enumerate(value)]
    if kind is tuple:
        return {"$tuple": [_plain(item, f"{name}[{index}]", depth - 1) for index, item in enumerate(value)]}
    if isinstance(value, dict):  # dicts of a subclass (OrderedDict, defaultdict) come back as dicts
        return _plain_dict(value, name, depth - 1)
    return _plain_scalar(value, name)


def _plain_dict(value: dict[Any, Any], name: str, depth: int) -> dict[str, Any]:
    items = [(key, _plain(item, f"{name}.{key}", depth)) for key, item in value.items()]
    looks_like_a_tag = len(items) == 1 and isinstance(items[0][0], str) and items[0][0].startswith("$")
    if not looks_like_a_tag and all(type(key) is str for key, _ in items):
        return dict(items)
    return {"$dict": [[_plain(key, f"the key {key!r} of {name}", depth), item] for key, item in items]}


def _plain_scalar(value: Any, name: str) -> Any:
    kind = type(value)
    if kind in _PLAIN:
        return _PLAIN[kind](value)
    if isinstance(value, np.generic) and is_portable(value.dtype):
        return {"$scalar": [to_token(value.dtype), _base64(value.tobytes())]}
    if kind is np.ndarray and is_portable(value.dtype):
        return {"$array": [to_token(value.dtype), list(value.shape), _base64(value.tobytes())]}
    raise InvalidDataError(
        f"{name} is {_described(value)}, which has no portable form",
        hint="infos hold None, booleans, numbers, strings, bytes, lists, tuples, dicts and numpy values",
    )


def _described(value: Any) -> str:
    kind = type(value).__qualname__
    return f"{kind} of dtype {value.dtype}" if isinstance(value, np.ndarray | np.generic) else kind


def _plain_int(value: int) -> Any:
    if MIN_INT <= value <= MAX_INT:
        return value
    return {"$int": hex(value)}  # reading the decimal digits of a long int is slow, and refused beyond 4300


def _plain_float(value: float) -> Any:
    return value if math.isfinite(value) else {"$float": _base64(np.float64(value).tobytes())}


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _array(parts: list[Any]) -> Any:
    token, shape, bits = parts
    if not all(type(size) is int and size >= 0 for size in shape):
        raise ValueError(f"{shape} is no shape")
    array = np.frombuffer(_bytes(bits), from_token(token)).reshape(shape)
    check_values(array, "an info")
    return array


def _scalar(parts: list[Any]) -> Any:
    token, bits = parts
    return _array([token, [], bits])[()]


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


_PLAIN: dict[type, Callable[[Any], Any]] = {
    int: _plain_int,
    float: _plain_float,
    complex: lambda value: {"$complex": _base64(np.complex128(value).tobytes())},
    bytes: lambda value: {"$bytes": _base64(value)},
    # str(value) would cut zeros at the end
    np.str_: lambda value: {"$str_": str.__str__(value)},
    np.bytes_: lambda value: {"$bytes_": _base64(bytes(value))},
}

_TAGS: dict[str, Callable[[Any], Any]] = {
    "$tuple": tuple,
    "$dict": dict,
    "$int": lambda text: int(text, 16),
    "$float": lambda bits: _scalar(["<f8", bits]).item(),
    "$complex": lambda bits: _scalar(["<c16", bits]).item(),
    "$bytes": _bytes,
    "$str_": np.str_,
    "$bytes_": lambda text: np.bytes_(_bytes(text)),
    "$scalar": _scalar,
    "$array": _array,
}


def _revived(pairs: list[tuple[str, Any]]) -> Any:
    if len(pairs) == 1 and pairs[0][0].startswith("$"):
        tag, content = pairs[0]
        return _TAGS[tag](content)
    value = dict(pairs)
    if len(value) != len(pairs):
        raise ValueError("an object has a key twice")
    return value


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_ENCODER = json.JSONEncoder(allow_nan=False, check_circular=False, separators=(",", ":"))
_DECODER = json.JSONDecoder(object_pairs_hook=_revived, parse_constant=_refuse_constant)
