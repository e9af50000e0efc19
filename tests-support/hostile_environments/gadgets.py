"""Descriptions of values that run code when jsonpickle, or a reader like it, makes them."""

import json
import pickle
from typing import Any

from hostile_environments.forms import CART_POLE, b64, function, reduce, type_of
from hostile_environments.names import calls, ways_round


class _Call:
    """Pickles as a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.parts = (function, arguments)

    def __reduce__(self) -> Any:
        return self.parts


def gadgets(marker: str) -> dict[str, Any]:
    """Values by what they try. Some only name a function in a new place: a reader must not even look it up."""
    shell, code = f"touch {marker}", f"open({marker!r}, 'w')"
    return {
        **calls(shell, code, marker),
        **_tags(shell, code),
        **ways_round(shell, code),
        **_states(shell, marker),
        **_pickles(marker),
    }


def _tags(shell: str, code: str) -> dict[str, Any]:
    return {
        "repr": {"py/repr": f"os/os.system({shell!r})"},
        "repr of an attribute": {"py/repr": "os/os.system"},
        "module": {"py/mod": "antigravity/antigravity"},
        "function": function("os.system"),
        "type that is a function": type_of("os.system"),
        "iterator": {"py/iterator": [reduce(type_of("os.system"), shell)]},
        "property": {"py/object": CART_POLE, "py/property": {"state": 1}},
        "old reference": {"py/ref": "/"},
        "base 85": {"py/b85": "x"},
        "bytes": {"py/bytes": "x"},
        "an unknown tag": {"py/future": "x"},
        "a tag beside keys": {"py/tuple": [], "x": reduce(type_of("os.system"), shell)},
        "two tags": {"py/tuple": [], "py/reduce": [type_of("os.system"), {"py/tuple": [shell]}]},
        "newobj": {"py/reduce": ["py/newobj", {"py/tuple": [type_of("subprocess.Popen"), [shell]]}]},
        "newobj by its name": reduce(function("copyreg.__newobj__"), type_of("subprocess.Popen"), [shell]),
        "reconstructor": reduce(
            function("copyreg._reconstructor"), type_of("os.system"), type_of("builtins.object"), None
        ),
        "reduce of a string": reduce("os.system", shell),
        "reduce of an attribute": reduce(function("operator.attrgetter"), "system"),
        "reduce of a partial": reduce(type_of("functools.partial"), function("os.system"), shell),
        "reduce in the dict form": {"py/object": "datetime.datetime", "__reduce__": [type_of("os.system"), [shell]]},
        "reduce in the dict form of another": {"py/object": "os.system", "__reduce__": [type_of("os.system"), [shell]]},
        "a default factory": {"py/object": "collections.defaultdict", "default_factory": function("os.system")},
        "a default factory that is a class": {
            "py/object": "collections.defaultdict",
            "default_factory": type_of("subprocess.Popen"),
            "items": {},
        },
        "a key": {"json://" + json.dumps(reduce(type_of("builtins.eval"), code)): 1},
        "a key in a key": {"json://" + json.dumps({"py/tuple": [reduce(type_of("os.system"), shell)]}): 1},
        "a set": {"py/set": [reduce(type_of("os.system"), shell)]},
    }


def _states(shell: str, marker: str) -> dict[str, Any]:
    """Classes that are allowed, with states that would make their own code do it."""
    lander, ant = "gymnasium.envs.box2d.lunar_lander.LunarLander", "gymnasium.envs.mujoco.ant_v5.AntEnv"
    arguments = {"_ezpickle_args": {"py/tuple": []}, "_ezpickle_kwargs": {"xml_file": marker}}
    return {
        "a state for EzPickle": {"py/object": lander, "py/state": arguments},
        "a model file for EzPickle": {"py/object": ant, "py/state": arguments},
        "a state for an allowed class": {"py/object": CART_POLE, "py/state": {"_ezpickle_args": [], "x": 1}},
        "a wrapper that writes files": {
            "py/object": "gymnasium.wrappers.rendering.RecordVideo",
            "video_folder": marker,
            "env": {"py/object": CART_POLE},
        },
        "a special attribute": {"py/object": CART_POLE, "__class__": type_of("subprocess.Popen")},
        "a dict as an attribute": {"py/object": CART_POLE, "__dict__": {"reset": function("os.system")}},
        "a method": {"py/object": CART_POLE, "reset": function("os.system")},
        "an entry point for later": {
            "py/object": CART_POLE,
            "spec": {
                "py/object": "gymnasium.envs.registration.EnvSpec",
                "id": "CartPole-v1",
                "entry_point": function("os.system"),
                "kwargs": {"command": shell},
            },
        },
        "a wrapper with a function": {
            "py/object": "gymnasium.wrappers.transform_observation.TransformObservation",
            "func": function("os.system"),
            "env": {"py/object": CART_POLE},
        },
        "a wrapper around no environment": {
            "py/object": "gymnasium.wrappers.transform_action.ClipAction",
            "_saved_kwargs": {},
            "env": reduce(type_of("os.system"), shell),
        },
    }


def _pickles(marker: str) -> dict[str, Any]:
    pickled = pickle.dumps(_Call(open, marker, "w"))
    npy = b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(128) + pickled
    return {
        "pickle.loads": reduce(function("_pickle.loads"), b64(pickled)),
        "pickle as the state of an array": reduce(
            function("numpy._core.multiarray._reconstruct"),
            type_of("numpy.ndarray"),
            {"py/tuple": [0]},
            b64(b"b"),
            state={"py/tuple": [1, {"py/tuple": [1]}, reduce(type_of("numpy.dtype"), "O8"), False, b64(pickled)]},
        ),
        "pickle as the data of an array": {
            "py/object": "numpy.ndarray",
            "dtype": "|O",
            "shape": {"py/tuple": [1]},
            "data": b64(npy),
        },
        "an array of a foreign class": reduce(
            function("numpy._core.multiarray._reconstruct"), type_of("subprocess.Popen"), {"py/tuple": [0]}, b64(b"b")
        ),
        "a scalar from a function": reduce(function("numpy._core.multiarray.scalar"), function("os.system"), marker),
        "a dtype that is evaluated": {"py/object": "numpy.dtype", "dtype": "__import__('os').system('x')"},
        "a dtype of a class": {"py/object": "numpy.dtype", "dtype": type_of("subprocess.Popen")},
        "a generator that is called": reduce(function("numpy.random._pickle.__generator_ctor"), function("os.system")),
        "a bit generator of another class": reduce(
            function("numpy.random._pickle.__bit_generator_ctor"), type_of("subprocess.Popen")
        ),
        "a frame in jsonpickle's form": {
            "py/object": "pandas.core.frame.DataFrame",
            "values": json.dumps(reduce(type_of("builtins.eval"), "1")),
            "txt": True,
            "meta": {"dtypes_rle": [], "index": json.dumps(reduce(type_of("os.system"), f"touch {marker}"))},
        },
        "blocks of a frame": {
            "py/reduce": [function("pandas._libs.internals._unpickle_block"), {"py/tuple": [1, 2, 3]}]
        },
        "a column of a class": {
            "py/object": "pandas.Array",
            "kind": "period",
            "ordinals": reduce(type_of("os.system"), marker),
            "freq": "__import__('os')",
        },
        "a path out of the zones": {"py/object": "zoneinfo.ZoneInfo", "key": "../../../../" + marker},
        "an absolute zone": {"py/object": "zoneinfo.ZoneInfo", "key": marker},
    }


def placed_gadgets(marker: str) -> dict[str, str]:
    """Each gadget in each place where a reader might be less careful."""
    return {
        f"{name}, {place}": json.dumps(value)
        for name, gadget in gadgets(marker).items()
        for place, value in _places(gadget).items()
    }


def _places(gadget: Any) -> dict[str, Any]:
    env = {"py/object": CART_POLE, "gravity": gadget}
    items = {"py/object": "numpy.ndarray", "dtype": "|O", "shape": {"py/tuple": [1]}, "items": [gadget]}
    index = {"py/object": "pandas.Index", "kind": "range", "start": 0, "stop": 1, "step": 1, "name": None}
    frame = {
        "py/object": "pandas.DataFrame",
        "index": index,
        "columns": index,
        "arrays": [items],
        "attrs": {"a": gadget},
    }
    spec = {"id": "CartPole-v1", "entry_point": "gymnasium.envs.classic_control.cartpole:CartPoleEnv"}
    return {
        "bare": gadget,
        "stored": {"tupli_env": 1, "kind": "jsonpickle", "payload": gadget},
        "in an environment": {"tupli_env": 1, "kind": "jsonpickle", "payload": env},
        "in an array": {"py/object": CART_POLE, "gravity": items},
        "in a frame": {"py/object": CART_POLE, "gravity": frame},
        "in a specification": {"tupli_env": 1, "kind": "spec", "spec": {**spec, "kwargs": {"render_mode": gadget}}},
    }
