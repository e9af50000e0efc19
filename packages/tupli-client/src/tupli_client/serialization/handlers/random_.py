"""Random generators with their state, each part of which is checked: some are indices that C code trusts."""

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.random import MT19937, PCG64, PCG64DXSM, SFC64, BitGenerator, Generator, Philox, RandomState

from tupli_client.serialization.handlers.base import Handler
from tupli_client.serialization.handlers.fields import Fields

BIT_GENERATORS: dict[str, type[BitGenerator]] = {
    kind.__name__: kind for kind in (MT19937, PCG64, PCG64DXSM, Philox, SFC64)
}
_LARGEST = {
    "pos": 624,
    "buffer_pos": 4,
    "has_uint32": 1,
    "has_gauss": 1,
    "uinteger": 2**32 - 1,
    "state": 2**128 - 1,
    "inc": 2**128 - 1,
}


def check_state(state: Any, like: Any, fields: Fields, key: str = "state") -> None:
    """Refuse a state that has not the form of ``like``, that of a new generator, or an integer out of its range."""
    if type(state) is not type(like):
        raise fields.wrong(f"{key!r} has another form")
    if isinstance(like, Mapping):
        if state.keys() != like.keys():
            raise fields.wrong(f"{key!r} has other parts")
        for name, part in like.items():
            check_state(state[name], part, fields, name)
    elif isinstance(like, np.ndarray) and (state.dtype != like.dtype or state.shape != like.shape):
        raise fields.wrong(f"{key!r} has another shape")
    elif isinstance(like, str) and state != like:
        raise fields.wrong(f"{key!r} is not {like!r}")
    elif isinstance(like, int) and not 0 <= state <= _LARGEST[key]:
        raise fields.wrong(f"{key!r} is out of range")


def bit_generator(fields: Fields) -> BitGenerator:
    """A bit generator in a stored state."""
    kind = BIT_GENERATORS.get(fields.get("bit_generator", str))
    if kind is None:
        raise fields.wrong("its kind is unknown")
    generator: Any = kind(0)
    state = fields.any("state")
    check_state(state, generator.state, fields)
    generator.state = state
    return generator  # type: ignore[no-any-return]


def _write_bits(generator: Any) -> dict[str, Any]:
    return {"bit_generator": type(generator).__name__, "state": generator.state}


def _write_random_state(generator: RandomState) -> dict[str, Any]:
    return {"state": generator.get_state(legacy=False)}


def read_random_state(fields: Fields) -> RandomState:
    """Numpy's older generator, in a stored state."""
    generator, state = RandomState(0), fields.any("state")
    check_state(state, generator.get_state(legacy=False), fields)
    generator.set_state(state)
    return generator


def _write_python_random(generator: random.Random) -> dict[str, Any]:
    version, numbers, gauss = generator.getstate()
    return {"version": version, "numbers": numbers, "gauss": gauss}


def _read_python_random(fields: Fields) -> random.Random:
    generator = random.Random(0)  # noqa: S311 - an environment's dice, nobody's key
    numbers, gauss = fields.get("numbers", tuple), fields.any("gauss")
    if not all(type(number) is int and 0 <= number < 2**32 for number in numbers) or type(gauss) not in (
        float,
        type(None),
    ):
        raise fields.wrong("its state is not made of numbers")
    try:
        generator.setstate((fields.integer("version", 3, 3), numbers, gauss))
    except ValueError:
        raise fields.wrong("its state is not one") from None
    return generator


RANDOM = (
    Handler(
        "numpy.random.Generator",
        (Generator,),
        lambda v: _write_bits(v.bit_generator),
        lambda f: Generator(bit_generator(f)),
    ),
    Handler("numpy.random.BitGenerator", tuple(BIT_GENERATORS.values()), _write_bits, bit_generator),
    Handler("numpy.random.RandomState", (RandomState,), _write_random_state, read_random_state),
    Handler("random.Random", (random.Random,), _write_python_random, _read_python_random),
)
"""The handlers of this file."""
