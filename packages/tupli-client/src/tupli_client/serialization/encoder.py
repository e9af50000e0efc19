"""An object as jsonpickle's JSON, restricted to what the decoder can read back; anything else is an error that names its place."""

import enum
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from jsonpickle.pickler import Pickler

from tupli_client.serialization.attributes import LEAVES, carried_attributes, is_made_in_c, is_window, state_method
from tupli_client.serialization.classes import class_named, full_name
from tupli_client.serialization.guard import check_jsonpickle
from tupli_client.serialization.handlers import check_keys, handler_of
from tupli_schemas.errors import RefusedEnvironmentError
from tupli_schemas.inspection.grammar import JSON_KEY
from tupli_schemas.inspection.names import Standing, check_name, standing_of_class, standing_of_type

Flat = Any
"""A value of JSON."""

_HINT = "Take it out in `_serialize`, or give the class a form that is data."


def encode(value: Any) -> Flat:
    """``value`` as jsonpickle's JSON.

    Raises:
        RefusedEnvironmentError: It holds something that could not be loaded in the safe way; the message says where.
    """
    check_jsonpickle()
    encoder = _Encoder()
    try:
        return encoder.flat(value)
    except RecursionError:
        raise encoder.refused("it is nested too deeply") from None


class _Encoder(Pickler):  # type: ignore[misc]
    """jsonpickle's own writer, numbering included, with every step replaced that would drop, guess or describe a call."""

    def __init__(self) -> None:
        super().__init__(keys=True)
        self._path: list[str] = []
        self._names: dict[type, str] = {}

    def flat(self, value: Any) -> Flat:
        """``value`` as JSON. Not by ``flatten``, which may sort the attributes of the live object."""
        return self._flatten(value)

    def refused(
        self, why: str, hint: str = "Take it out in `_serialize`, or give the class a form that is data."
    ) -> RefusedEnvironmentError:
        """The error for the value that is being written."""
        place = ".".join(self._path) or "the environment"
        return RefusedEnvironmentError(f"the environment cannot be stored: at {place}, {why}", hint=hint)

    @contextmanager
    def _at(self, name: object) -> Iterator[None]:
        self._path.append(str(name))
        yield
        self._path.pop()  # kept on an error, to say where it was

    def _get_flattener(self, obj: Any) -> Callable[[Any], Flat]:
        if is_window(obj):
            return lambda _: None
        # By `issubclass`: some objects of SWIG fail when `isinstance` asks them for their class.
        if issubclass(type(obj), type):
            return self._flatten_type
        if issubclass(type(obj), LEAVES):
            raise self.refused(
                f"{getattr(obj, '__qualname__', obj)!r} is a function or a module, and functions do not travel",
                hint="Make it a method, or a class with `__call__` at the top of a module.",
            )
        if type(obj) in (list, dict, tuple):
            return super()._get_flattener(obj)  # type: ignore[no-any-return]
        return self._flatten_set if type(obj) is set else self._ref_obj_instance

    def _flatten_type(self, cls: type) -> Flat:
        name = full_name(cls)
        if standing_of_type(name) is Standing.REFUSED:
            raise self.refused(f"the class {name} does not travel as a value")
        if standing_of_type(name) is Standing.NEEDS_TRUST:
            self._name(cls)
        return {"py/type": name}

    def _flatten_set(self, items: set[Any]) -> Flat:
        self._check_keys(items)
        return {"py/set": [self._flatten(item) for item in items]}

    def _flatten_string_key_value_pair(self, k: Any, v: Any, data: dict[str, Flat]) -> dict[str, Flat]:
        """Jsonpickle's first pass over a dict: the keys that JSON has."""
        if type(k) is str and not k.startswith(JSON_KEY):
            if k.startswith("py/"):
                raise self.refused(f"the key {k!r} is one of jsonpickle's own")
            with self._at(k):
                data[k] = self._flatten(v)
        return data

    def _flatten_non_string_key_value_pair(self, k: Any, v: Any, data: dict[str, Flat]) -> dict[str, Flat]:
        """The second pass: all other keys, as JSON of their own."""
        if type(k) is not str or k.startswith(JSON_KEY):
            self._check_keys([k])
            with self._at(repr(k)):
                data[JSON_KEY + json.dumps(self._flatten(k))] = self._flatten(v)
        return data

    def _flatten_obj_instance(self, obj: Any) -> Flat:
        if handler := handler_of(type(obj)):
            return {"py/object": handler.name, **self._fields(handler.write(obj))}
        if isinstance(obj, enum.Enum):
            return {"py/reduce": [{"py/type": self._name(type(obj))}, {"py/tuple": [self._flatten(obj.value)]}]}
        return {"py/object": self._name(type(obj)), **self._content(obj)}

    def _content(self, obj: Any) -> Flat:
        match obj:
            case tuple():
                return {"py/newargs": {"py/tuple": [self._flatten(item) for item in obj]}}
            case dict():
                return self._fields(dict(obj), what="key") | self._fields({"__dict__": vars(obj)} if vars(obj) else {})
            case list() | set():
                return self._fields(carried_attributes(obj)) | {"py/seq": [self._flatten(item) for item in obj]}
        if method := state_method(type(obj), "__getstate__"):
            return {"py/state": self._flatten(method[1](obj))}
        return self._fields(carried_attributes(obj))

    def _fields(self, values: dict[str, Any], what: str = "attribute") -> dict[str, Flat]:
        fields = {}
        for name, value in values.items():
            if (
                type(name) is not str
                or name.startswith(("py/", JSON_KEY))
                or (name.startswith("__") and name != "__dict__")
            ):
                raise self.refused(f"the {what} {name!r} has no form")
            with self._at(name):
                fields[name] = self._flatten(value)
        return fields

    def _name(self, cls: type) -> str:
        """The name of a class that others can find under it."""
        if cls not in self._names:
            name = check_name(full_name(cls))
            if standing_of_class(name) is Standing.REFUSED:
                raise self.refused(f"there is an object of Python's own class {name}")
            if is_made_in_c(cls) and not issubclass(cls, tuple | dict | list | set | enum.Enum):
                raise self.refused(f"the object of the class {name} keeps its state outside of Python")
            if class_named(name, allows=lambda _: True) is not cls:
                raise self.refused(f"the class {name} is not the one that is found under its name")
            self._names[cls] = name
        return self._names[cls]

    def _check_keys(self, keys: Iterable[Any]) -> None:
        try:
            check_keys(keys)
        except RefusedEnvironmentError as error:
            raise self.refused(error.detail) from None
