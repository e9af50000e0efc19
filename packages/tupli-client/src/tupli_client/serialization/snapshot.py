"""What an environment's attributes hold at one moment, in a form that two moments or two environments can be compared by."""

import hashlib
import pickle
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from tupli_client.serialization.attributes import LEAVES, carried_attributes, is_made_in_c, is_window
from tupli_client.serialization.classes import full_name
from tupli_client.serialization.handlers import Handler, handler_of
from tupli_schemas.inspection import known

Path = tuple[str, ...]
"""Names of attributes, from the outermost wrapper inwards."""

Snapshot = dict[Path, Any]
"""A fingerprint for each attribute; equal fingerprints mean equal content."""

# A simulation's running state, and windows: neither is part of what an environment is.
_IGNORED = frozenset({"mujoco._structs.MjData", "gymnasium.envs.mujoco.mujoco_rendering.MujocoRenderer"})
_NOTHING = ("NoneType", None)
_PLAIN = (*LEAVES, list, tuple, dict, set, str, bytes, int, float, type(None))


def snapshot(root: object, *, with_random: bool) -> Snapshot:
    """The attributes of ``root`` and of every object that hangs on it by attributes alone.

    Args:
        root: The outermost object.
        with_random: Whether the state of a random generator belongs to its content.
    """
    prints = _Fingerprints(with_random)
    result: Snapshot = {}
    waiting: list[tuple[Path, object]] = [((), root)]
    met = {id(root)}
    while waiting:
        path, owner = waiting.pop()
        for name, value in carried_attributes(owner).items():
            if not _has_attributes(value):
                result[*path, name] = prints.of(value)
            else:
                result[*path, name] = full_name(type(value))
                if id(value) not in met:
                    met.add(id(value))
                    waiting.append(((*path, name), value))
    return result


def differences(one: Snapshot, other: Snapshot) -> set[Path]:
    """The attributes that differ. One that is missing is no different from None: some are first set when something is drawn."""
    return {path for path in one.keys() | other.keys() if one.get(path, _NOTHING) != other.get(path, _NOTHING)}


def outermost(paths: set[Path]) -> list[Path]:
    """Those of ``paths`` that lie below no other."""
    return sorted(path for path in paths if not any(path[:n] in paths for n in range(1, len(path))))


class _Fingerprints:
    """Something for each value that is equal for equal values, whatever they are made of."""

    def __init__(self, with_random: bool) -> None:
        self._with_random = with_random

    def of(self, value: Any, above: tuple[int, ...] = ()) -> Any:
        """The fingerprint of ``value``, which lies within the objects with the ids ``above``."""
        if type(value) in (type(None), bool, int, str, bytes):
            return (type(value).__name__, value)
        if id(value) in above:
            return ("circle", len(above) - above.index(id(value)))
        if full_name(type(value)) in _IGNORED or is_window(value):
            return _NOTHING

        def inner(part: Any) -> Any:
            return self.of(part, (*above, id(value)))

        if handler := handler_of(type(value)):
            return self._of_data(value, handler, inner)
        return (full_name(type(value)), _of_object(value, inner))

    def _of_data(self, value: Any, handler: Handler, inner: Callable[[Any], Any]) -> Any:
        if handler.name in known.RANDOM and not self._with_random:
            return handler.name
        fields = handler.write(value)
        if isinstance(data := fields.get("data"), bytes):
            fields["data"] = hashlib.sha256(data).hexdigest()
        return (handler.name, *((name, inner(part)) for name, part in fields.items()))


def _of_object(value: Any, inner: Callable[[Any], Any]) -> Any:
    kind = type(value)  # asked by `issubclass`: some objects of SWIG fail when `isinstance` asks them for their class
    if issubclass(kind, float):
        content: Any = repr(value)  # so that NaN equals itself, and zero is not minus zero
    elif issubclass(kind, list | tuple):
        content = [inner(item) for item in value]
    elif issubclass(kind, dict):
        content = sorted(((repr(inner(key)), inner(item)) for key, item in value.items()), key=itemgetter(0))
    elif issubclass(kind, set):
        content = sorted(repr(inner(item)) for item in value)
    elif issubclass(kind, LEAVES):
        content = getattr(value, "__qualname__", repr(value))
    elif is_made_in_c(kind):
        content = _of_c_object(value)
    else:
        content = {name: inner(item) for name, item in carried_attributes(value).items()}
    return content


def _of_c_object(value: object) -> str | None:
    """A model of MuJoCo can be written as bytes, a world of Box2D cannot: then only its class is compared."""
    try:
        return hashlib.sha256(pickle.dumps(value)).hexdigest()
    except (pickle.PicklingError, AttributeError, NotImplementedError, TypeError, ValueError):
        return None


def _has_attributes(value: object) -> bool:
    kind = type(value)
    if issubclass(kind, _PLAIN) or full_name(kind) in _IGNORED:
        return False
    return not (handler_of(kind) or is_made_in_c(kind) or is_window(value))
