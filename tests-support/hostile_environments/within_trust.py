"""Texts for somebody who trusts the package ``company_b``, and who agreed to its classes, not to calls of anything in it."""

import json
from typing import Any

PIT, BEAR, CHOICE = "company_b.traps.Pit", "company_b.traps.Bear", "company_b.traps.Choice"
GRID = "company_b.envs.GridEnv"


def _env(value: Any) -> str:
    return json.dumps({"py/object": GRID, "size": value})


def _call(callee: dict[str, str], *arguments: Any, **rest: Any) -> dict[str, Any]:
    return {"py/reduce": [callee, {"py/tuple": list(arguments)}, *rest.values()]}


WITHIN_TRUST: dict[str, str] = {
    "a function of the package": _env(_call({"py/function": "company_b.traps.snare"})),
    "a function as a class": _env(_call({"py/type": "company_b.traps.snare"})),
    "a function as an object": _env({"py/object": "company_b.traps.snare"}),
    "a function as a value": _env({"py/type": "company_b.traps.snare"}),
    "a function that the package imports": _env({"py/object": "company_b.traps.os.system"}),
    "a class that the package imports": _env({"py/object": "company_b.traps.Popen", "args": ["true"]}),
    "a class that the package imports, called": _env(_call({"py/type": "company_b.traps.Popen"}, ["true"])),
    "a module of the package": _env({"py/object": "company_b.traps"}),
    "a method of a class": _env({"py/object": f"{PIT}.append"}),
    "a class that is called": _env(_call({"py/type": PIT})),
    "a class that is called with a state": _env(_call({"py/type": PIT}, state={"bait": 1})),
    "a class with arguments": _env({"py/object": PIT, "py/newargs": {"py/tuple": [1]}}),
    "an enumeration that is called": _env(_call({"py/type": CHOICE}, "New", ["a"])),
    "an enumeration without a value": _env(_call({"py/type": CHOICE})),
    "an enumeration with a state": _env(_call({"py/type": CHOICE}, 1, state={"x": 1})),
    "a member that there is not": _env(_call({"py/type": CHOICE}, 99)),
    "an enumeration as an object": _env({"py/object": CHOICE, "_value_": 99}),
    "a metaclass that is called": _env(_call({"py/type": "company_b.traps.Masked"})),
    "an object as a key": json.dumps({"json://" + json.dumps({"py/object": PIT}): 1}),
    "an object in a set": _env({"py/set": [{"py/object": PIT}, {"py/object": PIT}]}),
    "an object as the name of a column": _env(
        {"py/object": "pandas.Index", "kind": "range", "start": 0, "stop": 1, "step": 1, "name": {"py/object": PIT}}
    ),
    "a class of the package by a longer name": _env({"py/object": "company_b.envs.gymnasium.Env"}),
    "a package with a similar name": _env({"py/object": "company_bad.envs.GridEnv"}),
    "a package below another": _env({"py/object": "evil.company_b.GridEnv"}),
    "no environment": json.dumps({"py/object": PIT}),
    "a state for an environment that pickles by arguments": json.dumps(
        {
            "py/object": "company_b.envs.PickledByArguments",
            "py/state": {"_ezpickle_args": {"py/tuple": [9]}, "_ezpickle_kwargs": {}},
        }
    ),
    "a specification of the package's function": json.dumps(
        {"tupli_env": 1, "kind": "spec", "spec": {"id": "company_b/Grid-v0", "entry_point": "company_b.traps:snare"}}
    ),
    "a wrapper that is the package's function": json.dumps(
        {
            "tupli_env": 1,
            "kind": "spec",
            "spec": {
                "id": "company_b/Grid-v0",
                "entry_point": "company_b.envs:GridEnv",
                "additional_wrappers": [{"name": "x", "entry_point": "company_b.traps:snare", "kwargs": {}}],
            },
        }
    ),
}
"""Each must be refused, and must spring no trap."""

FILLED_WITHOUT_CALLS: dict[str, str] = {
    "attributes with setters": _env({"py/object": PIT, "bait": 1, "x": 2}),
    "a dict of the package": _env({"py/object": BEAR, "a": 1}),
    "a sequence of a class that has append": _env({"py/object": PIT, "py/seq": [1, 2]}),
    "a class behind a metaclass": _env({"py/object": "company_b.traps.Masked", "x": 1}),
}
"""These load, and must spring no trap either."""
