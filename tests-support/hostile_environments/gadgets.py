"""Descriptions of values that run code when jsonpickle, or a reader like it, makes them."""

import base64
import json
import pickle
from typing import Any

CART_POLE = "gymnasium.envs.classic_control.cartpole.CartPoleEnv"


class _Call:
    """Pickles as a call."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.parts = (function, arguments)

    def __reduce__(self) -> Any:
        return self.parts


def _type(name: str) -> dict[str, str]:
    return {"py/type": name}


def _function(name: str) -> dict[str, str]:
    return {"py/function": name}


def _reduce(callee: Any, *arguments: Any, state: Any = None) -> dict[str, Any]:
    parts = [callee, {"py/tuple": list(arguments)}]
    return {"py/reduce": parts if state is None else [*parts, state]}


def _b64(data: bytes) -> dict[str, str]:
    return {"py/b64": base64.b64encode(data).decode()}


def gadgets(marker: str) -> dict[str, Any]:
    """Values by what they try. Some only name a function in a new place: a reader must not even look it up."""
    shell, code = f"touch {marker}", f"open({marker!r}, 'w')"
    return {
        **_calls(shell, code, marker),
        **_tags(shell, code),
        **_ways_round(shell, code),
        **_states(shell, marker),
        **_pickles(marker),
    }


def _calls(shell: str, code: str, marker: str) -> dict[str, Any]:
    plain = {
        "os.system": shell,
        "posix.system": shell,
        "nt.system": shell,
        "os.popen": shell,
        "os.mkdir": marker,
        "os.remove": marker,
        "subprocess.Popen": [["touch", marker]],
        "subprocess.check_output": [["touch", marker]],
        "builtins.eval": code,
        "builtins.exec": code,
        "builtins.open": marker,
        "builtins.__import__": "antigravity",
        "__builtin__.eval": code,
        "exceptions.eval": code,
        "importlib.import_module": "antigravity",
        "runpy.run_path": marker,
        "shutil.rmtree": marker,
        "pty.spawn": ["touch", marker],
        "code.interact": "x",
        "timeit.timeit": code,
        "pickle.loads": "x",
        "_pickle.loads": "x",
        "marshal.loads": "x",
        "types.FunctionType": "x",
        "types.CodeType": "x",
        "ctypes.CDLL": "libc.so.6",
        "socket.create_connection": ["127.0.0.1", 9],
        "urllib.request.urlopen": "http://127.0.0.1:9/",
        "webbrowser.open": "http://127.0.0.1:9/",
        "numpy.load": marker,
        "numpy.save": marker,
        "numpy.memmap": marker,
        "numpy.fromfile": marker,
        "pandas.read_pickle": marker,
        "pandas.eval": code,
        "gymnasium.make": "CartPole-v1",
        "gymnasium.envs.registration.load_env_creator": "os:system",
        "jsonpickle.decode": json.dumps(_reduce(_type("builtins.eval"), code)),
        "jsonpickle.unpickler.loadrepr": "os/os.system",
        "gymnasium.utils.ezpickle.EzPickle": "x",
        "_pytest.pytester.Pytester": "x",
    }
    result = {}
    for name, argument in plain.items():
        arguments = argument if isinstance(argument, list) else [argument]
        result[f"reduce of the type {name}"] = _reduce(_type(name), *arguments)
        result[f"reduce of the function {name}"] = _reduce(_function(name), *arguments)
        result[f"object {name} with newargs"] = {"py/object": name, "py/newargs": {"py/tuple": arguments}}
        result[f"object {name} with initargs"] = {"py/object": name, "py/initargs": arguments}
        result[f"object {name} with newargsex"] = {"py/object": name, "py/newargsex": [arguments, {}]}
    return result


def _tags(shell: str, code: str) -> dict[str, Any]:
    return {
        "repr": {"py/repr": f"os/os.system({shell!r})"},
        "repr of an attribute": {"py/repr": "os/os.system"},
        "module": {"py/mod": "antigravity/antigravity"},
        "function": _function("os.system"),
        "type that is a function": _type("os.system"),
        "iterator": {"py/iterator": [_reduce(_type("os.system"), shell)]},
        "property": {"py/object": CART_POLE, "py/property": {"state": 1}},
        "old reference": {"py/ref": "/"},
        "base 85": {"py/b85": "x"},
        "bytes": {"py/bytes": "x"},
        "an unknown tag": {"py/future": "x"},
        "a tag beside keys": {"py/tuple": [], "x": _reduce(_type("os.system"), shell)},
        "two tags": {"py/tuple": [], "py/reduce": [_type("os.system"), {"py/tuple": [shell]}]},
        "newobj": {"py/reduce": ["py/newobj", {"py/tuple": [_type("subprocess.Popen"), [shell]]}]},
        "newobj by its name": _reduce(_function("copyreg.__newobj__"), _type("subprocess.Popen"), [shell]),
        "reconstructor": _reduce(_function("copyreg._reconstructor"), _type("os.system"), _type("builtins.object"), None),
        "reduce of a string": _reduce("os.system", shell),
        "reduce of an attribute": _reduce(_function("operator.attrgetter"), "system"),
        "reduce of a partial": _reduce(_type("functools.partial"), _function("os.system"), shell),
        "reduce in the dict form": {"py/object": "datetime.datetime", "__reduce__": [_type("os.system"), [shell]]},
        "reduce in the dict form of another": {"py/object": "os.system", "__reduce__": [_type("os.system"), [shell]]},
        "a default factory": {"py/object": "collections.defaultdict", "default_factory": _function("os.system")},
        "a default factory that is a class": {
            "py/object": "collections.defaultdict",
            "default_factory": _type("subprocess.Popen"),
            "items": {},
        },
        "a key": {"json://" + json.dumps(_reduce(_type("builtins.eval"), code)): 1},
        "a key in a key": {"json://" + json.dumps({"py/tuple": [_reduce(_type("os.system"), shell)]}): 1},
        "a set": {"py/set": [_reduce(_type("os.system"), shell)]},
    }


def _ways_round(shell: str, code: str) -> dict[str, Any]:
    """Names that begin in an allowed module and lead elsewhere, which beats a list of allowed beginnings."""
    names = (
        "gymnasium.core.sys.modules",
        "gymnasium.envs.registration.importlib.import_module",
        "gymnasium.spaces.box.np.f2py.os.system",
        "gymnasium.wrappers.common.os.system",
        "gymnasium.envs.toy_text.frozen_lake.path.os.system",
        "numpy.f2py.crackfortran.os.system",
        "numpy.lib.npyio.os.system",
        "numpy.testing._private.utils.runstring",
        "numpy.ctypeslib.ctypes.CDLL",
        "pandas.io.common.os.system",
        "numpy.random.os.system",
        "numpy.ndarray.__class__",
        "numpy.ndarray.__subclasses__",
        "gymnasium.spaces.box.Box.__init__.__globals__",
        "collections.abc.sys.modules",
        "datetime.sys.modules",
        "uuid.os.system",
        "random._os.system",
        "__main__.__builtins__.eval",
        "__main__.__loader__.exec_module",
        "company_b.traps.snare",
        "company_b.traps.os.system",
    )
    ways: dict[str, Any] = {f"reduce of {name}": _reduce(_type(name), shell) for name in names}
    ways |= {f"object of {name}": {"py/object": name, "x": code} for name in names}
    ways |= {f"type {name}": _type(name) for name in names}
    odd = ("os.sy\u0455tem", "os", "", ".", "os..system", "os.system\x00", "os system", "a" * 400 + ".b", " os.system", "OS.system")
    return ways | {f"object of the odd name {ascii(name)[:20]}": {"py/object": name} for name in odd}


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
        "a special attribute": {"py/object": CART_POLE, "__class__": _type("subprocess.Popen")},
        "a dict as an attribute": {"py/object": CART_POLE, "__dict__": {"reset": _function("os.system")}},
        "a method": {"py/object": CART_POLE, "reset": _function("os.system")},
        "an entry point for later": {
            "py/object": CART_POLE,
            "spec": {
                "py/object": "gymnasium.envs.registration.EnvSpec",
                "id": "CartPole-v1",
                "entry_point": _function("os.system"),
                "kwargs": {"command": shell},
            },
        },
        "a wrapper with a function": {
            "py/object": "gymnasium.wrappers.transform_observation.TransformObservation",
            "func": _function("os.system"),
            "env": {"py/object": CART_POLE},
        },
        "a wrapper around no environment": {
            "py/object": "gymnasium.wrappers.transform_action.ClipAction",
            "_saved_kwargs": {},
            "env": _reduce(_type("os.system"), shell),
        },
    }


def _pickles(marker: str) -> dict[str, Any]:
    pickled = pickle.dumps(_Call(open, marker, "w"))
    npy = b"\x93NUMPY\x01\x00v\x00{'descr': '|O', 'fortran_order': False, 'shape': (1,), }".ljust(128) + pickled
    return {
        "pickle.loads": _reduce(_function("_pickle.loads"), _b64(pickled)),
        "pickle as the state of an array": _reduce(
            _function("numpy._core.multiarray._reconstruct"),
            _type("numpy.ndarray"),
            {"py/tuple": [0]},
            _b64(b"b"),
            state={"py/tuple": [1, {"py/tuple": [1]}, _reduce(_type("numpy.dtype"), "O8"), False, _b64(pickled)]},
        ),
        "pickle as the data of an array": {"py/object": "numpy.ndarray", "dtype": "|O", "shape": {"py/tuple": [1]}, "data": _b64(npy)},
        "an array of a foreign class": _reduce(
            _function("numpy._core.multiarray._reconstruct"), _type("subprocess.Popen"), {"py/tuple": [0]}, _b64(b"b")
        ),
        "a scalar from a function": _reduce(_function("numpy._core.multiarray.scalar"), _function("os.system"), marker),
        "a dtype that is evaluated": {"py/object": "numpy.dtype", "dtype": "__import__('os').system('x')"},
        "a dtype of a class": {"py/object": "numpy.dtype", "dtype": _type("subprocess.Popen")},
        "a generator that is called": _reduce(_function("numpy.random._pickle.__generator_ctor"), _function("os.system")),
        "a bit generator of another class": _reduce(
            _function("numpy.random._pickle.__bit_generator_ctor"), _type("subprocess.Popen")
        ),
        "a frame in jsonpickle's form": {
            "py/object": "pandas.core.frame.DataFrame",
            "values": json.dumps(_reduce(_type("builtins.eval"), "1")),
            "txt": True,
            "meta": {"dtypes_rle": [], "index": json.dumps(_reduce(_type("os.system"), f"touch {marker}"))},
        },
        "blocks of a frame": {"py/reduce": [_function("pandas._libs.internals._unpickle_block"), {"py/tuple": [1, 2, 3]}]},
        "a column of a class": {
            "py/object": "pandas.Array",
            "kind": "period",
            "ordinals": _reduce(_type("os.system"), marker),
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
    frame = {"py/object": "pandas.DataFrame", "index": index, "columns": index, "arrays": [items], "attrs": {"a": gadget}}
    spec = {"id": "CartPole-v1", "entry_point": "gymnasium.envs.classic_control.cartpole:CartPoleEnv"}
    return {
        "bare": gadget,
        "stored": {"tupli_env": 1, "kind": "jsonpickle", "payload": gadget},
        "in an environment": {"tupli_env": 1, "kind": "jsonpickle", "payload": env},
        "in an array": {"py/object": CART_POLE, "gravity": items},
        "in a frame": {"py/object": CART_POLE, "gravity": frame},
        "in a specification": {"tupli_env": 1, "kind": "spec", "spec": {**spec, "kwargs": {"render_mode": gadget}}},
    }
