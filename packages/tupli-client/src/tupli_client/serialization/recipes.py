"""Data in Python's reduce form, as jsonpickle writes it without our handlers, for example in benchmarks of PyTupli.

The form says "call this function on these arguments". Nothing here is called: a name stands for a recipe that checks the
arguments and makes the value itself. The list of names is ``tupli_schemas.inspection.known``.
"""

import datetime as dt
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tupli_client.serialization.handlers import Fields, check_keys
from tupli_client.serialization.handlers.numpy_ import from_bytes, read_array, read_dtype
from tupli_client.serialization.handlers.random_ import BIT_GENERATORS, bit_generator, read_random_state


@dataclass(frozen=True, slots=True)
class Call:
    """One value in reduce form, its parts decoded."""

    name: str
    arguments: tuple[Any, ...]
    state: Any = None
    items: tuple[Any, ...] = ()
    pairs: tuple[Any, ...] = ()

    def fields(self, **values: Any) -> Fields:
        """Parts under the names that a handler reads."""
        return Fields(self.name, values)


def _frozenset(call: Call) -> frozenset[Any]:
    (items,) = call.arguments
    check_keys(items)
    return frozenset(items)


def _integers(call: Call, n: int) -> tuple[int, ...]:
    if len(call.arguments) != n or not all(type(item) is int for item in call.arguments):
        raise call.fields().wrong("its arguments are not integers")
    return call.arguments


def _slice(call: Call) -> slice:
    if not all(item is None or type(item) is int for item in call.arguments):
        raise call.fields().wrong("its arguments are not integers")
    return slice(*call.arguments)


def _ordered(call: Call) -> OrderedDict[Any, Any]:
    check_keys(key for key, _ in call.pairs)
    return OrderedDict(call.pairs)


def _deque(call: Call) -> deque[Any]:
    _, *maxlen = call.arguments
    return deque(call.items, *maxlen)


def _moment(kind: type[Any]) -> Callable[[Call], Any]:
    """A date or a time from the bytes of its own pickled form. Those may say the 99th of a month, ISO text may not."""

    def read(call: Call) -> Any:
        data, *zone = call.arguments
        if type(data) is not bytes or not all(type(item) is dt.timezone for item in zone):
            raise call.fields().wrong("it is not made of bytes and a fixed zone")
        moment = kind.fromisoformat(kind(data).isoformat())
        return moment.replace(tzinfo=zone[0]) if zone else moment

    return read


def _timezone(call: Call) -> dt.timezone:
    offset, *_ = call.arguments
    if type(offset) is not dt.timedelta:
        raise call.fields().wrong("its offset is not a time")
    return dt.timezone(offset)


def _dtype(call: Call) -> np.dtype[Any]:
    """A dtype from its short name, its byte order and, of a time, its unit."""
    name, state = call.arguments[0], call.state
    if state[2] is not None or state[3] is not None:
        raise call.fields().wrong("it has fields, which are not read in this form")
    if name == "O8":
        return np.dtype(object)
    units = f"[{state[8][1][1]}{state[8][1][0].decode()}]" if len(state) > 8 else ""
    return read_dtype(f"{state[1]}{name}{units}")


def _array(call: Call) -> Any:
    _, shape, dtype, fortran, content = call.state
    if call.arguments[0] is not np.ndarray or not isinstance(dtype, np.dtype):
        raise call.fields().wrong("it is not a plain array")
    part = {"items": content} if dtype.hasobject else {"data": content}
    return read_array(call.fields(dtype=dtype.str, shape=shape, order="F" if fortran else "C", **part))


def _scalar(call: Call) -> Any:
    dtype, data = call.arguments
    if not isinstance(dtype, np.dtype) or dtype.hasobject:
        raise call.fields().wrong("it has no dtype")
    return from_bytes(call.fields(data=data), dtype, 1)[0]


def _bit_generator(call: Call) -> Any:
    (kind,), state = call.arguments, call.state
    name = kind.rpartition(".")[2] if isinstance(kind, str) else ""
    if name not in BIT_GENERATORS:
        raise call.fields().wrong("its kind is unknown")
    return bit_generator(call.fields(bit_generator=name, state=state[0] if type(state) is tuple else state))


def _generator(call: Call) -> np.random.Generator:
    """From its bit generator (numpy 2), or from the name and the state of one (numpy 1)."""
    bits, *_ = call.arguments
    if type(bits) is str:
        bits = bit_generator(call.fields(bit_generator=bits, state=call.state))
    if not issubclass(type(bits), np.random.BitGenerator):
        raise call.fields().wrong("it has no bit generator")
    return np.random.Generator(bits)


_NUMPY_RECIPES = {
    f"{core}.{name}": recipe
    for core in ("numpy.core.multiarray", "numpy._core.multiarray")
    for name, recipe in (("_reconstruct", _array), ("scalar", _scalar))
}

RECIPES: dict[str, Callable[[Call], Any]] = {
    "builtins.frozenset": _frozenset,
    "builtins.range": lambda call: range(*_integers(call, 3)),
    "builtins.slice": _slice,
    "collections.Counter": lambda call: Counter(call.fields(items=call.arguments[0]).get("items", dict)),
    "collections.OrderedDict": _ordered,
    "collections.deque": _deque,
    "datetime.date": _moment(dt.date),
    "datetime.datetime": _moment(dt.datetime),
    "datetime.time": _moment(dt.time),
    "datetime.timedelta": lambda call: dt.timedelta(*_integers(call, 3)),
    "datetime.timezone": _timezone,
    "numpy.dtype": _dtype,
    "numpy.random._pickle.__bit_generator_ctor": _bit_generator,
    "numpy.random._pickle.__generator_ctor": _generator,
    "numpy.random._pickle.__randomstate_ctor": lambda call: read_random_state(call.fields(state=call.state)),
    "numpy.random.bit_generator.__pyx_unpickle_SeedSequence": lambda _: None,  # the state that it led to follows
    **_NUMPY_RECIPES,
}
"""A recipe for every name that may be called; the tests compare the names with those of the grammar."""
