"""Names that lead to code: functions to call, and ways from allowed modules to others."""

import json
from typing import Any

from hostile_environments.forms import function, reduce, type_of


def calls(shell: str, code: str, marker: str) -> dict[str, Any]:
    """Each of some dangerous functions, in each form of a call."""
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
        "jsonpickle.decode": json.dumps(reduce(type_of("builtins.eval"), code)),
        "jsonpickle.unpickler.loadrepr": "os/os.system",
        "gymnasium.utils.ezpickle.EzPickle": "x",
        "_pytest.pytester.Pytester": "x",
    }
    result = {}
    for name, argument in plain.items():
        arguments = argument if isinstance(argument, list) else [argument]
        result[f"reduce of the type {name}"] = reduce(type_of(name), *arguments)
        result[f"reduce of the function {name}"] = reduce(function(name), *arguments)
        result[f"object {name} with newargs"] = {"py/object": name, "py/newargs": {"py/tuple": arguments}}
        result[f"object {name} with initargs"] = {"py/object": name, "py/initargs": arguments}
        result[f"object {name} with newargsex"] = {"py/object": name, "py/newargsex": [arguments, {}]}
    return result


def ways_round(shell: str, code: str) -> dict[str, Any]:
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
    ways: dict[str, Any] = {f"reduce of {name}": reduce(type_of(name), shell) for name in names}
    ways |= {f"object of {name}": {"py/object": name, "x": code} for name in names}
    ways |= {f"type {name}": type_of(name) for name in names}
    odd = (
        "os.sy\u0455tem",
        "os",
        "",
        ".",
        "os..system",
        "os.system\x00",
        "os system",
        "a" * 400 + ".b",
        " os.system",
        "OS.system",
    )
    return ways | {f"object of the odd name {ascii(name)[:20]}": {"py/object": name} for name in odd}
