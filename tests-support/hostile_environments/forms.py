"""jsonpickle's forms of a value, in short."""

import base64
from typing import Any

CART_POLE = "gymnasium.envs.classic_control.cartpole.CartPoleEnv"


def type_of(name: str) -> dict[str, str]:
    """A class."""
    return {"py/type": name}


def function(name: str) -> dict[str, str]:
    """A function."""
    return {"py/function": name}


def reduce(callee: Any, *arguments: Any, state: Any = None) -> dict[str, Any]:
    """A call, with the state that its result is given."""
    parts = [callee, {"py/tuple": list(arguments)}]
    return {"py/reduce": parts if state is None else [*parts, state]}


def b64(data: bytes) -> dict[str, str]:
    """Bytes."""
    return {"py/b64": base64.b64encode(data).decode()}
