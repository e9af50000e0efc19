"""Texts of a few characters, or of a few megabytes, that would take forever or fill the memory."""

import base64
import json
from collections.abc import Iterator
from typing import Any

CART_POLE = "gymnasium.envs.classic_control.cartpole.CartPoleEnv"
WRAPPERS = "gymnasium.wrappers"


def _env(value: Any) -> str:
    return json.dumps({"py/object": CART_POLE, "gravity": value})


def _array(dtype: Any, shape: list[int], data: bytes = b"") -> dict[str, Any]:
    encoded = {"py/b64": base64.b64encode(data).decode()}
    return {"py/object": "numpy.ndarray", "dtype": dtype, "shape": {"py/tuple": shape}, "data": encoded}


def _generator(name: str, **state: Any) -> dict[str, Any]:
    return {"py/object": "numpy.random.Generator", "bit_generator": name, "state": {"bit_generator": name, **state}}


def _key(value: Any) -> str:
    return "json://" + json.dumps(value)


def _words(n: int) -> dict[str, Any]:
    return _array("<u8", [n], bytes(8 * n))


def _colliding_integers(n: int) -> Iterator[int]:
    return ((2**61 - 1) * (i + 1) for i in range(n))


def _colliding_floats(n: int) -> Iterator[float]:
    return ((2 * (i % 2_000) + 1) * 2.0 ** (61 * (i // 2_000 % 14)) for i in range(n))


def _laughs(n: int) -> list[Any]:
    """Each list holds the one before it twice, by reference."""
    lists: list[Any] = [[], []]
    return lists + [[{"py/id": i + 1}, {"py/id": i + 1}] for i in range(1, n)]


def _laughing_values(n: int) -> list[Any]:
    """The same with values that look as if they could be told apart by their content alone."""
    values: list[Any] = [{"py/object": "numpy.dtype", "dtype": "<f8"}]
    return values + [{"py/object": "numpy.dtype", "a": {"py/id": i + 2}, "b": {"py/id": i + 2}} for i in range(n)]


def _chain(n: int) -> dict[str, Any]:
    """References that lead from each object to the one before it, so that a recursive walk would go as deep as the text is long."""
    objects: list[Any] = [{"next": None}]
    objects += [{"next": {"py/id": i + 2}} for i in range(n)]
    return {"z": objects, "a": {"py/id": n + 2}}


def _flattened(n: int) -> dict[str, Any]:
    number = {
        "py/object": "numpy.generic",
        "dtype": "<i8",
        "data": {"py/b64": base64.b64encode(n.to_bytes(8, "little")).decode()},
    }
    space = {"py/object": "gymnasium.spaces.discrete.Discrete", "n": number, "start": 0, "_shape": {"py/tuple": []}}
    inner = {"py/object": CART_POLE, "observation_space": space}
    return {"py/object": f"{WRAPPERS}.transform_observation.FlattenObservation", "_saved_kwargs": {}, "env": inner}


def _divided(bins: Any) -> dict[str, Any]:
    low, high = _array("<f4", [100_000], bytes(400_000)), _array("<f4", [100_000], b"\x00\x00\x80\x3f" * 100_000)
    space = {"py/object": "gymnasium.spaces.box.Box", "low": low, "high": high, "_shape": {"py/tuple": [100_000]}}
    inner = {"py/object": CART_POLE, "observation_space": space}
    name = f"{WRAPPERS}.transform_observation.DiscretizeObservation"
    return {"py/object": name, "_saved_kwargs": {"bins": bins, "multidiscrete": True}, "env": inner}


def _categories(n: int) -> dict[str, Any]:
    """Integers that have one hash in pandas' table: their lower and upper halves cancel each other out."""
    numbers = b"".join((i << 33 | i).to_bytes(8, "little") for i in range(n, 0, -1))
    index = {
        "py/object": "pandas.Index",
        "kind": "values",
        "values": _array("<i8", [n], numbers),
        "freq": None,
        "name": None,
    }
    codes = _array("<i4", [1], bytes(4))
    return {"py/object": "pandas.Array", "kind": "category", "codes": codes, "categories": index, "ordered": False}


def _decimal(text: str) -> dict[str, Any]:
    return {"py/object": "decimal.Decimal", "text": text}


_EMPTY_RANGE = {"py/object": "pandas.Index", "kind": "range", "start": 0, "stop": 2**61, "step": 1, "name": None}

BOMBS: dict[str, str] = {
    "deep lists": "[" * 1_000_000 + "]" * 1_000_000,
    "deep lists, not closed": "[" * 1_000_000,
    "deep dicts": '{"a":' * 100_000 + "1" + "}" * 100_000,
    "as deep as json goes": "[" * 900 + "]" * 900,
    "deep tuples": '{"py/tuple":[' * 200 + "]}" * 200,
    "deep spaces": '{"tupli_env":1,"kind":"jsonpickle","payload":1,"observation_space":'
    + '{"type":"Tuple","spaces":[' * 300
    + "]}" * 300
    + "}",
    "a million lists": "[" + "[]," * 2_000_000 + "[]]",
    "a million empty strings": "[" + '"",' * 2_500_000 + '""]',
    "too long": _env("x" * 16_000_000),
    "a number of many digits": '{"a": ' + "9" * 1_000_000 + "}",
    "a huge exponent": _env(1) + "e" + "9" * 100,
    "the same name twice": f'{{"py/object": "{CART_POLE}", "py/object": "os.system"}}',
    "the same key twice, at two depths": f'{{"a": {{"py/object": "{CART_POLE}", "x": 1, "x": 2}}}}',
    "half a surrogate pair": '{"\\ud800": "\\udfff"}',
    "a null character": '{"py/object": "gymnasium\\u0000.core.Env"}',
    "not JSON": "cos\nsystem\n(S'true'\ntR.",
    "nothing": "",
    "a byte order mark": "\ufeff{}",
    "a number": "1",
    "an empty object": "{}",
    "a list that holds itself": json.dumps([{"py/id": 0}]),
    "an environment that holds itself": json.dumps({"py/object": CART_POLE, "env": {"py/id": 0}}),
    "a wrapper around itself": json.dumps(
        {"py/object": f"{WRAPPERS}.transform_action.ClipAction", "_saved_kwargs": {}, "env": {"py/id": 0}}
    ),
    "an array that holds itself": _env({**_array("|O", [1]), "items": [{"py/id": 1}]}),
    "a tuple that refers ahead": _env({"py/tuple": [{"py/id": 5}, [], [], [], [], []]}),
    "a reference below zero": _env({"py/id": -1}),
    "a reference that is true": _env([{"py/id": True}]),
    "a reference that is no number": _env({"py/id": "0"}),
    "a billion laughs": _env(_laughs(60)),
    "a billion laughing values": _env(_laughing_values(60)),
    "a chain of references": _env(_chain(20_000)),
    "a set of references": _env([[0] * 1_000, {"py/set": [{"py/id": 2}] * 30_000}]),
    "colliding keys": _env({_key(i): 0 for i in _colliding_integers(30_000)}),
    "colliding floats": _env({"py/set": sorted(set(_colliding_floats(20_000)))}),
    "a set that collides": _env({"py/set": list(_colliding_integers(30_000))}),
    "a frozenset that collides": _env(
        {"py/object": "builtins.frozenset", "items": {"py/tuple": list(_colliding_integers(30_000))}}
    ),
    "tuples that collide": _env({"py/set": [{"py/tuple": [i]} for i in _colliding_integers(30_000)]}),
    "categories that collide": _env(_categories(200_000)),
    "a decimal with a huge exponent": _env(_decimal("1e999999999")),
    "a decimal near zero": _env(_decimal("1e-999999999")),
    "a decimal of many digits": _env(_decimal("9" * 1_000_000)),
    "a decimal that signals": _env(_decimal("sNaN")),
    "a fraction of nothing": _env({"py/object": "fractions.Fraction", "numerator": 1, "denominator": 0}),
    "a range that never ends": _env({"py/object": "builtins.range", "start": 0, "stop": 10**4_000, "step": 1}),
    "a deque of any length": _env({"py/object": "collections.deque", "items": [], "maxlen": 10**30}),
    "a terabyte of zeros": _env(_array("<f8", [1_000_000, 1_000_000])),
    "a shape that overflows": _env(_array("<f8", [2**31, 2**31, 2**31, 0])),
    "a shape below zero": _env(_array("<f8", [-1])),
    "a shape of many dimensions": _env(_array("<f8", [1] * 1_000, bytes(8))),
    "a shape that is true": _env(_array("<f8", [True], bytes(8))),
    "texts without length": _env(_array("<U0", [2**30])),
    "a huge item": _env(_array("<U999999999", [1], b"x")),
    "a dtype of many fields": _env(_array([["a", "<f8", [2**30, 2**30]]], [1], b"x")),
    "a dtype of objects": _env(_array([["a", "|O", []]], [1], bytes(8))),
    "a dtype of pointers": _env(_array("|O", [1], bytes(8))),
    "many arrays": _env([_array("<f8", [2**30]) for _ in range(3_000)]),
    "a bit generator that reads past its end": _env(
        _generator("MT19937", state={"key": _array("<u4", [624], bytes(2_496)), "pos": 1_000_000})
    ),
    "a bit generator that reads before its beginning": _env(
        _generator("MT19937", state={"key": _array("<u4", [624], bytes(2_496)), "pos": -5})
    ),
    "a short key of a bit generator": _env(
        _generator("MT19937", state={"key": _array("<u4", [1], bytes(4)), "pos": 600})
    ),
    "a buffer that is read past its end": _env(
        _generator(
            "Philox",
            state={"counter": _words(4), "key": _words(2)},
            buffer=_words(4),
            buffer_pos=1_000,
            has_uint32=0,
            uinteger=0,
        )
    ),
    "a state of another form": _env(_generator("PCG64", state={"state": [], "inc": 1}, has_uint32=0, uinteger=0)),
    "an index of the whole world": _env(
        {"py/object": "pandas.DataFrame", "index": _EMPTY_RANGE, "columns": _EMPTY_RANGE, "arrays": [], "attrs": {}}
    ),
    "a frequency of nothing": _env(
        {
            "py/object": "pandas.Array",
            "kind": "period",
            "ordinals": _array("<i8", [1], b"\xff" * 7 + b"\x7f"),
            "freq": "999999h",
        }
    ),
    "one hot of a billion": json.dumps(_flattened(1_000_000_000)),
    "one hot of the largest number": json.dumps(_flattened(2**63 - 1)),
    "bins of everything": json.dumps(_divided(10_000)),
    "bins of no number": json.dumps(_divided({"py/object": "builtins.range", "start": 0, "stop": 10**18, "step": 1})),
    "a history of everything": json.dumps(
        {"tupli_env": 1, "kind": "jsonpickle", "payload": {"py/object": CART_POLE}, "history": [["a"] * 50] * 1_000}
    ),
    "a history without end": json.dumps(
        {"tupli_env": 1, "kind": "jsonpickle", "payload": {"py/object": CART_POLE}, "history": [["a"] * 100_000]}
    ),
    "many classes": json.dumps([{"py/object": f"package.Class{i}"} for i in range(20_000)]),
}
"""The texts by what they try."""
