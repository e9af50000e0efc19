"""A copy of an environment that may be run, without what cannot be copied and without calling a constructor."""

import copy
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from gymnasium.utils import EzPickle

from tupli_client.serialization.attributes import LEAVES, is_window, own_attributes
from tupli_client.serialization.handlers import handler_of
from tupli_schemas.errors import RefusedEnvironmentError

T = TypeVar("T")
_LEAVES = (*LEAVES, str, bytes, int, float)


def copied(value: T) -> T:
    """A deep copy with every attribute as it is now. Windows become None.

    EzPickle would answer a plain ``deepcopy`` with a new environment from the arguments of the old one's constructor, and
    whatever was changed since would be lost.

    Raises:
        RefusedEnvironmentError: Something in it cannot be copied.
    """
    memo: dict[int, Any] = {}
    shells = []
    for part in reachable(value):
        if is_window(part):
            memo[id(part)] = None
        elif isinstance(part, EzPickle):
            memo[id(part)] = shell = object.__new__(type(part))
            shells.append((part, shell))
    try:
        for part, shell in shells:
            vars(shell).update(copy.deepcopy(vars(part), memo))
        return copy.deepcopy(value, memo)
    except Exception as error:  # classes may bring a `__deepcopy__` of their own, which may raise anything
        raise RefusedEnvironmentError(
            f"the environment cannot be copied: {error}",
            hint="Register it with Gymnasium, so that its specification can be stored instead, or keep such objects out of it.",
        ) from error


def reachable(root: object) -> Iterator[object]:
    """Everything that hangs on ``root`` by attributes and containers, each once. Data is not looked into."""
    waiting, met = [root], set[int]()
    while waiting:
        value = waiting.pop()
        # By `issubclass`: some objects of SWIG fail when `isinstance` asks them for their class.
        if id(value) in met or handler_of(type(value)) or issubclass(type(value), _LEAVES):
            continue
        met.add(id(value))
        yield value
        waiting.extend(_parts(value))


def _parts(value: Any) -> Iterable[object]:
    if issubclass(type(value), dict):
        return [*value.keys(), *value.values()]
    if issubclass(type(value), list | tuple | set):
        return tuple(value)
    return [item for _, item in own_attributes(value)]
