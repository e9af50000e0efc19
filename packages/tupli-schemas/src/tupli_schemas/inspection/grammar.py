"""jsonpickle's format as a grammar: JSON in, nodes out, and a refusal for everything that is not in it.

Only the tags below are known. Those that jsonpickle would answer by running something (``py/repr``, ``py/mod``,
``py/initargs``, ``py/iterator`` ...) have no rule here, so there is nothing that could obey them.

Objects are numbered as jsonpickle's own reader numbers them, because ``py/id`` refers to those numbers.
"""

import base64
import binascii
from collections.abc import Callable
from typing import Any

from tupli_schemas.errors import RefusedEnvironmentError
from tupli_schemas.inspection.json_text import read_json, shown
from tupli_schemas.inspection.limits import MAX_DEPTH, MAX_VALUES
from tupli_schemas.inspection.names import check_function_name, check_name
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

JSON_KEY = "json://"
OBJECT_TAGS = frozenset({"py/object", "py/newargs", "py/seq", "py/state"})
TAGS = OBJECT_TAGS | {"py/tuple", "py/set", "py/b64", "py/id", "py/type", "py/reduce", "py/function"}
"""The tags that are understood, ``py/function`` only for the names of recipes."""


def parse(value: Any) -> Node:
    """The tree of nodes that a JSON value stands for.

    Raises:
        RefusedEnvironmentError: It leaves the grammar or the limits.
    """
    try:
        return _Parser().parse(value)
    except RecursionError:
        raise RefusedEnvironmentError("the text is nested too deeply") from None


def parse_list(values: list[Any]) -> ListNode:
    """The same for a list."""
    node = parse(values)
    assert isinstance(node, ListNode)  # noqa: S101 - what a list is parsed to; said for the type checker
    return node


class _Parser:
    """One pass over one text. It knows how deep it is, how much it has seen and how many objects it has numbered."""

    def __init__(self) -> None:
        self._n_values = 0
        self._n_objects = 0
        self._depth = 0
        self._rules: dict[str, Callable[[dict[str, Any]], Node]] = {
            "py/tuple": lambda value: TupleNode(self._items(value["py/tuple"])),
            "py/set": lambda value: SetNode(self._items(value["py/set"])),
            "py/b64": lambda value: BytesNode(_bytes(value["py/b64"])),
            "py/id": self._reference,
            "py/type": lambda value: TypeNode(check_name(value["py/type"])),
            "py/reduce": self._call,
            # A recipe as an argument of another one; its name is all there is to it.
            "py/function": lambda value: check_function_name(value["py/function"]),
        }

    def parse(self, value: Any) -> Node:
        self._n_values += 1
        if self._n_values > MAX_VALUES:
            raise RefusedEnvironmentError(f"the text holds more than {MAX_VALUES:,} values")
        if not isinstance(value, dict | list):
            return value  # type: ignore[no-any-return]
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise RefusedEnvironmentError(f"containers are nested more than {MAX_DEPTH} deep")
        node = self._list(value) if isinstance(value, list) else self._mapping(value)
        self._depth -= 1
        return node

    def _mapping(self, value: dict[str, Any]) -> Node:
        tags = {key for key in value if key.startswith("py/")}
        if unknown := tags - TAGS:
            raise RefusedEnvironmentError(f"the tag {shown(min(unknown))} is not loaded: it would run code")
        if "py/object" in tags:
            return self._object(value)
        if not tags:
            return DictNode(self._number(), self._pairs(value))
        if len(value) > 1:
            raise RefusedEnvironmentError(f"an object mixes the tag {shown(min(tags))} with other keys")
        return self._tagged(*tags, value=value)

    def _tagged(self, tag: str, *, value: dict[str, Any]) -> Node:
        if tag not in self._rules:
            raise RefusedEnvironmentError(f"the tag {shown(tag)} stands without an object")
        return self._rules[tag](value)

    def _list(self, value: list[Any]) -> ListNode:
        return ListNode(self._number(), self._items(value))

    def _items(self, value: Any) -> tuple[Node, ...]:
        if not isinstance(value, list):
            raise RefusedEnvironmentError(f"items are a list, not {shown(value)}")
        return tuple(self.parse(item) for item in value)

    def _pairs(self, value: dict[str, Any]) -> tuple[tuple[Node, Node], ...]:
        # jsonpickle writes and numbers the string keys first.
        plain = [(key, self.parse(item)) for key, item in value.items() if not key.startswith(JSON_KEY)]
        coded = [(self._key(key), self.parse(item)) for key, item in value.items() if key.startswith(JSON_KEY)]
        return (*plain, *coded)

    def _key(self, key: str) -> Node:
        node = self.parse(read_json(key.removeprefix(JSON_KEY)))
        if isinstance(node, ListNode | DictNode | SetNode):
            raise RefusedEnvironmentError(f"{shown(key)} cannot be the key of a dict")
        return node

    def _reference(self, value: dict[str, Any]) -> RefNode:
        index = value["py/id"]
        if type(index) is not int or not 0 <= index < self._n_objects:
            raise RefusedEnvironmentError(f"{shown(value)} refers to nothing that stands before it")
        return RefNode(index)

    def _object(self, value: dict[str, Any]) -> Node:
        index, name = self._number(), check_name(value["py/object"])
        if "__reduce__" in value:
            return self._moment(index, name, value)
        arguments = self.parse(value["py/newargs"]) if "py/newargs" in value else None
        names = [key for key in value if not key.startswith("py/")]
        fields = tuple((key, self.parse(value[key])) for key in map(_attribute, names))
        # Of a named tuple jsonpickle writes the items twice and reads only the arguments.
        items = self._items(value["py/seq"]) if "py/seq" in value and arguments is None else ()
        state = self.parse(value["py/state"]) if "py/state" in value else None
        return ObjectNode(index, name, fields, arguments, items, state)

    def _moment(self, index: int, name: str, value: dict[str, Any]) -> CallNode:
        """Dates and times as jsonpickle writes them: bytes in base 64, and a time zone."""
        match value:
            case {"py/object": _, "__reduce__": [{"py/type": cls}, [str(data), *zone]], **rest} if (
                cls == name and not rest
            ):
                arguments: tuple[Node, ...] = (BytesNode(_bytes(data)), *(self.parse(item) for item in zone))
                return CallNode(index, name, is_class=True, arguments=arguments)
        raise RefusedEnvironmentError(f"the attribute '__reduce__' of {shown(name)} is not loaded")

    def _call(self, value: dict[str, Any]) -> CallNode:
        index, parts = self._number(), value["py/reduce"]
        if not isinstance(parts, list) or not 2 <= len(parts) <= 5:
            raise RefusedEnvironmentError("'py/reduce' takes a list of 2 to 5 parts")
        name, is_class = _callee(parts[0])
        arguments, state, items, pairs = [self.parse(part) for part in parts[1:]] + [None] * (5 - len(parts))
        return CallNode(index, name, is_class, _tuple(arguments), state, _tuple(items), _tuple(pairs))

    def _number(self) -> int:
        self._n_objects += 1
        return self._n_objects - 1


def _callee(part: Any) -> tuple[str, bool]:
    match part:
        case {"py/type": name, **rest} if not rest:
            return check_name(name), True
        case {"py/function": name, **rest} if not rest:
            return check_function_name(name), False
    raise RefusedEnvironmentError(f"'py/reduce' on {shown(part)} is not loaded: it would run code")


def _tuple(node: Node) -> tuple[Node, ...]:
    if node is None:
        return ()
    if not isinstance(node, TupleNode):
        raise RefusedEnvironmentError("a part of 'py/reduce' is not a tuple")
    return node.items


def _attribute(name: str) -> str:
    if (name.startswith("__") and name != "__dict__") or name.startswith(JSON_KEY):
        raise RefusedEnvironmentError(f"the attribute {shown(name)} is not loaded")
    return name


def _bytes(text: Any) -> bytes:
    if not isinstance(text, str):
        raise RefusedEnvironmentError(f"bytes are written in base 64, not as {shown(text)}")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise RefusedEnvironmentError("bytes are not valid base 64") from None
