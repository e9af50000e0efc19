"""Which attributes of an object travel: its own, except what belongs to a window, a random generator or one running episode."""

import types
from collections import deque
from collections.abc import Iterator
from typing import Any

import gymnasium
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils import EzPickle
from gymnasium.wrappers import OrderEnforcing, PassiveEnvChecker, RecordEpisodeStatistics, TimeLimit

from tupli_client.serialization.classes import full_name
from tupli_schemas.inspection import known

LEAVES = (type, types.FunctionType, types.MethodType, types.BuiltinFunctionType, types.ModuleType)
"""What has attributes that are not data of an environment."""

_WINDOWS = frozenset({"Clock", "Font", "Joystick", "Surface", "Window"})

_BOX: Any = gymnasium.spaces.Box(0, 1)

# What Gymnasium itself keeps about running, and the value that it has in a new environment.
_NEUTRAL: tuple[tuple[type, dict[str, Any]], ...] = (
    (gymnasium.Space, {"_np_random": None}),
    # What a Box prints is cached when it is first printed; older versions of Gymnasium fill it in at once.
    (gymnasium.spaces.Box, {} if _BOX.low_repr else {"low_repr": None, "high_repr": None}),
    (gymnasium.Wrapper, {"_cached_spec": None}),
    (OrderEnforcing, {"_has_reset": False}),
    (TimeLimit, {"_elapsed_steps": None}),
    (PassiveEnvChecker, dict.fromkeys(("checked_reset", "checked_step", "checked_render", "close_called"), False)),
    (PassiveEnvChecker, {"checked_data_reuse": False, "_previous_data": None}),
    (RecordEpisodeStatistics, {"episode_count": 0, "episode_start_time": -1}),
    (RecordEpisodeStatistics, {"episode_returns": 0.0, "episode_lengths": 0}),
    (RecordEpisodeStatistics, {"time_queue": deque(), "return_queue": deque(), "length_queue": deque()}),
)
# Attributes of the class stand in for these.
_LEFT_OUT = frozenset({"_np_random", "_np_random_seed"})


def carried_attributes(value: object) -> dict[str, Any]:
    """The attributes of ``value`` that travel, by name."""
    attributes = dict(own_attributes(value))
    if isinstance(value, gymnasium.Env):
        attributes = {name: item for name, item in attributes.items() if name not in _LEFT_OUT}
    if isinstance(value, EnvSpec):
        attributes |= {name: entry_point_text(attributes.get(name)) for name in ("entry_point", "vector_entry_point")}
    if full_name(type(value)) in known.REBUILT:
        attributes = {name: attributes[name] for name in ("_saved_kwargs", "env")}
    for cls, neutral in _NEUTRAL:
        if isinstance(value, cls):
            attributes |= {name: _like(attributes[name], item) for name, item in neutral.items() if name in attributes}
    return attributes


def _like(value: Any, neutral: Any) -> Any:
    """A neutral value; an empty queue takes as much as the one that it stands for."""
    return deque(maxlen=value.maxlen) if isinstance(neutral, deque) and isinstance(value, deque) else neutral


def own_attributes(value: object) -> Iterator[tuple[str, Any]]:
    """What stands in the slots and the dict of an instance, without asking its properties."""
    for cls in type(value).__mro__:
        for name, member in vars(cls).items() if "__slots__" in vars(cls) else ():
            if isinstance(member, types.MemberDescriptorType):
                try:
                    yield name, member.__get__(value)
                except AttributeError:  # a slot that was never filled
                    continue
    yield from getattr(value, "__dict__", {}).items()


def entry_point_text(entry_point: Any) -> str | None:
    """An entry point as ``module:Class``; None for a function, which has no text that would be safe to follow."""
    if isinstance(entry_point, type):
        return f"{entry_point.__module__}:{entry_point.__qualname__}"
    return entry_point if isinstance(entry_point, str) else None


def is_window(value: object) -> bool:
    """Whether ``value`` is a piece of a screen, which Gymnasium's environments make anew when they find None."""
    return full_name(type(value)).startswith("pygame.") and type(value).__name__ in _WINDOWS


def is_made_in_c(cls: type) -> bool:
    """Whether instances hold more than attributes, because a class of the line is written in C."""
    makers = (vars(base).get("__new__") for base in cls.__mro__ if base is not object)
    return any(isinstance(maker, types.BuiltinFunctionType) for maker in makers)


def state_method(cls: type, name: str) -> tuple[type, types.FunctionType] | None:
    """The ``__getstate__`` or ``__setstate__`` that the author of a class wrote, and the class it stands in.

    Gymnasium's are none: EzPickle's would call a constructor. Nor are those that ``dataclasses`` generates.
    """
    for owner in cls.__mro__:
        method = vars(owner).get(name)
        if isinstance(method, types.FunctionType):
            foreign = (
                owner is EzPickle or method.__module__ == "dataclasses" or full_name(owner).startswith("gymnasium.")
            )
            return None if foreign else (owner, method)
    return None
