"""What an environment's attributes hold at one moment, in a form that two moments or two environments can be compared by."""

import hashlib
import pickle
from collections import deque
from collections.abc import Callable
from operator import itemgetter
from typing import Any

from tupli_client.serialization.attributes import LEAVES, carried_attributes, is_made_in_c, is_window
from tupli_client.serialization.classes import full_name
from tupli_client.serialization.handlers import Handler, handler_of
from tupli_schemas.inspection import known

Path = tuple[str, ...]
"""Names of attributes, from the outermost wrapper inwards; ``[2]`` is the third object in the containers of one attribute."""

Snapshot = dict[Path, Any]
"""A fingerprint for each attribute; equal fingerprints mean equal content."""

# A simulation's running state, and windows: neither is part of what an environment is.
_IGNORED = frozenset({"mujoco._structs.MjData", "gymnasium.envs.mujoco.mujoco_rendering.MujocoRenderer"})
_NOTHING = ("NoneType", None)
_CONTAINERS = (list, tuple, dict, set)
_PLAIN = (*LEAVES, *_CONTAINERS, str, bytes, int, float, type(None))


def snapshot(root: object, *, with_random: bool) -> Snapshot:
    """The attributes of ``root`` and of every object that hangs on it.

    Args:
        root: The outermost object.
        with_random: Whether the state of a random generator belongs to its content.
    """
    walk = _Walk(with_random)
    walk.meet(root, ())
    return walk.all_attributes()


def differences(one: Snapshot, other: Snapshot) -> set[Path]:
    """The attributes that differ. One that is missing is no different from None: some are first set when something is drawn."""
    return {path for path in one.keys() | other.keys() if one.get(path, _NOTHING) != other.get(path, _NOTHING)}


def outermost(paths: set[Path]) -> list[Path]:
    """The attributes that ``paths`` lie in, without those that lie below another."""
    whole = {path[: next((n for n, name in enumerate(path) if name.startswith("[")), len(path))] for path in paths}
    return sorted(path for path in whole if not any(path[:n] in whole for n in range(1, len(path))))


class _Walk:
    """One walk over everything. Objects wait in a queue, so that a chain of them may be longer than Python recurses."""

    def __init__(self, with_random: bool) -> None:
        self._with_random = with_random
        self._met: dict[int, tuple[Path, object]] = {}
        self._waiting: deque[tuple[Path, object]] = deque()

    def meet(self, value: object, path: Path) -> Any:
        """An object by its class and the path where it was first met."""
        if id(value) not in self._met:
            self._met[id(value)] = (path, value)
            self._waiting.append((path, value))
        return (full_name(type(value)), self._met[id(value)][0])

    def all_attributes(self) -> Snapshot:
        """Fingerprints of the attributes of every object that waits, and of those met on the way."""
        result: Snapshot = {}
        while self._waiting:
            path, owner = self._waiting.popleft()
            for name, value in sorted(carried_attributes(owner).items(), key=itemgetter(0)):
                result[*path, name] = _Attribute(self, (*path, name)).fingerprint(value)
        return result

    def of_data(self, value: Any, handler: Handler, inner: Callable[[Any], Any]) -> Any:
        """Data by what its handler would write."""
        if handler.name in known.RANDOM and not self._with_random:
            return handler.name
        fields = handler.write(value)
        if isinstance(data := fields.get("data"), bytes):
            fields["data"] = hashlib.sha256(data).hexdigest()
        return (handler.name, *((name, inner(part)) for name, part in fields.items()))


class _Attribute:
    """Something for the value of one attribute that is equal for equal values."""

    def __init__(self, walk: _Walk, path: Path) -> None:
        self._walk = walk
        self._path = path
        self._n_met = 0
        self._containers: dict[int, tuple[int, Any]] = {}  # with what they are, so that no later one gets the same id

    def fingerprint(self, value: Any) -> Any:
        """The fingerprint of the attribute's value."""
        if _has_attributes(value):
            return self._walk.meet(value, self._path)
        return self._inner(value)

    def _inner(self, value: Any) -> Any:
        kind = type(
            value
        )  # asked by `issubclass`: some objects of SWIG fail when `isinstance` asks them for their class
        if kind in (type(None), bool, int, str, bytes):
            return (kind.__name__, value)
        if full_name(kind) in _IGNORED or is_window(value):
            return _NOTHING
        if handler := handler_of(kind):
            return self._walk.of_data(value, handler, self._inner)
        if _has_attributes(value):
            self._n_met += 1
            return self._walk.meet(value, (*self._path, f"[{self._n_met - 1}]"))
        return (full_name(kind), self._of_container(value) if issubclass(kind, _CONTAINERS) else _of_leaf(value))

    def _of_container(self, value: Any) -> Any:
        if id(value) in self._containers:
            return self._containers[id(value)][0]
        self._containers[id(value)] = (len(self._containers), value)
        if issubclass(type(value), dict):
            keyed = sorted(((repr(self._inner(key)), item) for key, item in value.items()), key=itemgetter(0))
            return [(key, self._inner(item)) for key, item in keyed]
        if issubclass(type(value), set):
            return sorted(repr(self._inner(item)) for item in value)
        return [self._inner(item) for item in value]


def _of_leaf(value: Any) -> Any:
    kind = type(value)
    if issubclass(kind, float):
        return repr(value)  # so that NaN equals itself, and zero is not minus zero
    if issubclass(kind, LEAVES):
        return getattr(value, "__qualname__", repr(value))
    return _of_c_object(value)


def _of_c_object(value: object) -> str | None:
    """A model of MuJoCo can be written as bytes, a world of Box2D cannot: then only its class is compared."""
    try:
        return hashlib.sha256(pickle.dumps(value)).hexdigest()
    except (pickle.PicklingError, AttributeError, NotImplementedError, RecursionError, TypeError, ValueError):
        return None


def _has_attributes(value: object) -> bool:
    kind = type(value)
    if issubclass(kind, _PLAIN) or full_name(kind) in _IGNORED:
        return False
    return not (handler_of(kind) or is_made_in_c(kind) or is_window(value))
