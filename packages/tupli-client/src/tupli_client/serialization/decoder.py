"""From the tree of a text to objects. Every value is made here; nothing that the text names is ever called.

An object of a class is made empty, without its constructor, and gets its attributes put into its dict or slots, past all
properties. Data is made by our handlers from checked parts. Foreign code runs only where somebody agreed to it: the
``__setstate__`` of a trusted class, the look-up in a trusted enumeration, and what one of Gymnasium's own wrappers asks of
a trusted environment when it is put around it.
"""

import enum
import types
from collections.abc import Callable
from typing import Any

from tupli_client.serialization.attributes import state_method
from tupli_client.serialization.classes import Allows, class_named, full_name, type_named
from tupli_client.serialization.guard import check_jsonpickle
from tupli_client.serialization.handlers import Fields, check_keys, handler_named, handler_of
from tupli_client.serialization.rebuilding import read_env_spec, rewrap
from tupli_client.serialization.recipes import RECIPES, Call
from tupli_schemas.errors import RefusedEnvironmentError
from tupli_schemas.inspection import known
from tupli_schemas.inspection.nodes import (
    BytesNode,
    CallNode,
    DictNode,
    ListNode,
    Node,
    ObjectNode,
    RefNode,
    SetNode,
    TupleNode,
    TypeNode,
)

_UNFINISHED = object()

# What data that does not fit together makes numpy and Python raise.
_UNFIT = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def decode(root: Node, allows: Allows) -> Any:
    """The object that a tree describes.

    Args:
        root: A tree of the static reading.
        allows: The classes that may be imported besides the known ones.

    Raises:
        RefusedEnvironmentError: The tree does not describe an object.
        UntrustedCodeError: It names a class that may not be imported.
    """
    check_jsonpickle()
    return _Decoder(allows).build(root)


class _Decoder:
    """Builds one tree. ``_made`` holds what ``py/id`` may refer to."""

    def __init__(self, allows: Allows) -> None:
        self._allows = allows
        self._made: dict[int, Any] = {}

    def build(self, node: Node) -> Any:
        match node:
            case ListNode():
                return self._list(node)
            case DictNode():
                return self._dict(node)
            case ObjectNode() | CallNode():
                return self._object_or_call(node)
            case RefNode():
                return self._shared(node)
        return self._immutable(node)

    def _immutable(self, node: Node) -> Any:
        match node:
            case TupleNode():
                return tuple([self.build(item) for item in node.items])
            case SetNode():
                items = [self.build(item) for item in node.items]
                check_keys(items)
                return set(items)
            case BytesNode():
                return node.data
            case TypeNode():
                return node.name if node.name in known.RECIPE_ARGUMENTS else type_named(node.name, self._allows)
        return node

    def _list(self, node: ListNode) -> list[Any]:
        result: list[Any] = []
        self._made[node.index] = result
        result.extend(self.build(item) for item in node.items)
        return result

    def _dict(self, node: DictNode) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        self._made[node.index] = result
        pairs = [(self.build(key), self.build(value)) for key, value in node.items]
        check_keys(key for key, _ in pairs if type(key) is not str)
        result.update(pairs)
        return result

    def _shared(self, node: RefNode) -> Any:
        if (value := self._made.get(node.index, _UNFINISHED)) is _UNFINISHED:
            raise RefusedEnvironmentError("a value refers to itself before it exists")
        return value

    def _object_or_call(self, node: ObjectNode | CallNode) -> Any:
        value = self._called(node) if isinstance(node, CallNode) else self._object(node)
        self._made[node.index] = value
        return value

    def _object(self, node: ObjectNode) -> Any:
        if handler := handler_named(node.name):
            return handler.read(Fields(node.name, self._fields(node)))
        if node.name == "gymnasium.envs.registration.EnvSpec":
            return read_env_spec(self._fields(node))
        cls = class_named(node.name, self._allows)
        if handler_of(cls):
            raise RefusedEnvironmentError(f"a {node.name} is data, and data has a form of its own")
        if node.name in known.REBUILT:
            return rewrap(cls, self._fields(node))
        if issubclass(cls, tuple):
            return self._tuple(node, cls)
        instance = _empty(cls)
        self._made[node.index] = instance
        self._fill(instance, node)
        return instance

    def _fields(self, node: ObjectNode) -> dict[str, Any]:
        return {name: self.build(value) for name, value in node.fields}

    def _tuple(self, node: ObjectNode, cls: type[tuple[Any, ...]]) -> tuple[Any, ...]:
        arguments = self.build(node.arguments)
        if type(arguments) is not tuple or len(arguments) != len(getattr(cls, "_fields", arguments)):
            raise RefusedEnvironmentError(f"the items of a {node.name} do not fit it")
        return tuple.__new__(cls, arguments)

    def _fill(self, instance: Any, node: ObjectNode) -> None:
        # Never `isinstance`: it may ask a half-made object for its class, and that may run the class's code.
        cls = type(instance)
        if node.arguments is not None or issubclass(cls, enum.Enum):
            raise RefusedEnvironmentError(f"a {node.name} is made from attributes: its constructor is not called")
        fields, items = self._fields(node), [self.build(item) for item in node.items]
        if issubclass(cls, dict):
            put_attributes(instance, fields.pop("__dict__", {}))
            dict.update(instance, fields)
            return
        put_attributes(instance, fields)
        if issubclass(cls, list):
            list.extend(instance, items)
        elif issubclass(cls, set):
            check_keys(items)
            set.update(instance, items)
        if node.state is not None:
            self._set_state(instance, self.build(node.state))

    def _set_state(self, instance: Any, state: Any) -> None:
        """Hand a state to the class's own ``__setstate__`` if somebody trusts the class that it stands in."""
        if type(state) is dict and "_ezpickle_args" in state:
            raise RefusedEnvironmentError(
                f"{full_name(type(instance))} was stored as a call of its constructor, which is not made",
                hint="Its author can register the environment with Gymnasium and store it again.",
            )
        method = state_method(type(instance), "__setstate__")
        if method is None:
            put_attributes(instance, state)
        elif self._allows(full_name(method[0])):
            _call_setstate(method[1], instance, state)
        else:
            raise RefusedEnvironmentError(
                f"the state of {full_name(type(instance))} is read by the untrusted {full_name(method[0])}"
            )

    def _called(self, node: CallNode) -> Any:
        recipe: Callable[[Call], Any] = RECIPES.get(node.name, self._member)
        parts = [tuple([self.build(item) for item in part]) for part in (node.arguments, node.items, node.pairs)]
        call = Call(node.name, parts[0], self.build(node.state), parts[1], parts[2])
        try:
            return recipe(call)
        except RefusedEnvironmentError:
            raise
        except _UNFIT as error:
            raise RefusedEnvironmentError(f"a stored {node.name} is not valid: {ascii(str(error))[:200]}") from None

    def _member(self, call: Call) -> enum.Enum:
        cls = class_named(call.name, self._allows)
        if (
            not issubclass(cls, enum.Enum)
            or len(call.arguments) != 1
            or call.state is not None
            or call.items
            or call.pairs
        ):
            raise RefusedEnvironmentError(f"{call.name} would have to be called, and it is no enumeration")
        check_keys(call.arguments)  # the value is looked up, so its hash and its equality must be data's
        return cls(call.arguments[0])


def _call_setstate(method: Callable[[Any, Any], object], instance: Any, state: Any) -> None:
    try:
        method(instance, state)
    except Exception as error:  # it is somebody's code, and may raise anything
        name = full_name(type(instance))
        raise RefusedEnvironmentError(f"the state of a {name} is not one: {ascii(str(error))[:200]}") from error


def put_attributes(instance: Any, values: Any) -> None:
    """Put values into the dict or the slots of an instance, past its properties and its ``__setattr__``."""
    if type(values) is not dict or not all(type(name) is str and name.isidentifier() for name in values):
        raise RefusedEnvironmentError(f"the attributes of a {full_name(type(instance))} have no names")
    for name, value in values.items():
        if slot := _slot(type(instance), name):
            slot.__set__(instance, value)
        else:
            _dict_of(instance)[name] = value


def _slot(cls: type, name: str) -> types.MemberDescriptorType | None:
    members = (vars(base).get(name) for base in cls.__mro__)
    return next((member for member in members if isinstance(member, types.MemberDescriptorType)), None)


def _dict_of(instance: Any) -> dict[str, Any]:
    try:
        attributes: dict[str, Any] = object.__getattribute__(instance, "__dict__")
    except AttributeError:
        raise RefusedEnvironmentError(f"a {full_name(type(instance))} has no place for its attributes") from None
    return attributes


def _empty(cls: type) -> Any:
    """An instance without attributes, made by Python itself: neither the class's ``__new__`` nor its ``__init__`` runs."""
    base = next((base for base in (dict, list, set) if issubclass(cls, base)), object)
    try:
        return base.__new__(cls)
    except TypeError:
        raise RefusedEnvironmentError(
            f"an instance of {full_name(cls)} cannot be made without running its constructor"
        ) from None
