"""When two stored texts describe the same environment: a hash over what is in them, not over how it was written.

Left out are the order of keys and of sets, the numbering of references, the state of random generators, versions, and
what running the environment changes (the stored form's ``history``).
"""

import hashlib
import json
from collections.abc import Iterator
from itertools import chain
from operator import itemgetter

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
    walk,
)
from tupli_schemas.inspection.reading import Reading, read

# Immutable, and made of scalars: whether two places share one or hold two equal ones makes no difference.
_VALUES = {"numpy.dtype", "numpy.generic"} | {
    name for name in known.DATA if name.startswith(("datetime.", "decimal.", "uuid."))
}
_RANDOM_FUNCTIONS = {name for name in known.RECIPE_FUNCTIONS if name.startswith("numpy.random.")}

Numbered = ListNode | DictNode | ObjectNode | CallNode


def identity(text: str) -> str:
    """The SHA-256 (64 hex digits) of the environment that ``text`` describes.

    Raises:
        RefusedEnvironmentError: The text cannot be read.
    """
    reading = read(text)
    hasher = hashlib.sha256()
    for token in _tokens(reading):
        hasher.update(token + b"\n")
    return hasher.hexdigest()


def digest(text: str) -> str:
    """The SHA-256 (64 hex digits) of the text itself, character by character: what a consent is remembered for."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _tokens(reading: Reading) -> Iterator[bytes]:
    yield reading.form.kind.encode()
    if spec := reading.form.spec:
        header = spec.model_dump(
            include={"id", "entry_point", "max_episode_steps", "order_enforce", "disable_env_checker"}
        )
        yield _json([header, [wrapper.entry_point for wrapper in spec.additional_wrappers]])
    yield from _Canonical(reading.root, reading.form.history).tokens(reading.root)


class _Canonical:
    """Turns a tree into tokens that are the same for equal trees.

    It keeps a stack of its own, because references may chain deeper than Python recurses.
    """

    def __init__(self, root: Node, history: tuple[tuple[str, ...], ...]) -> None:
        self._numbered = {node.index: node for node in walk(root) if isinstance(node, Numbered)}
        self._fields = {
            index: dict(node.fields) for index, node in self._numbered.items() if isinstance(node, ObjectNode)
        }
        self._masked = {place for path in history if (place := self._place(root, path))}

    def tokens(self, root: Node) -> Iterator[bytes]:
        met: dict[int, int] = {}
        waiting: list[Node | bytes] = [root]
        while waiting:
            item = waiting.pop()
            if isinstance(item, bytes):
                yield item
                continue
            node = self._target(item)
            if isinstance(node, Numbered) and not _is_value(node):
                if node.index in met:
                    yield _json(["again", met[node.index]])
                    continue
                met[node.index] = len(met)
            waiting.extend(reversed(self._parts(node)))

    def _parts(self, node: Node) -> list[Node | bytes]:
        """What ``node`` is made of: a head that says how much follows, then its parts in an order that equal nodes share."""
        match node:
            case ListNode() | TupleNode():
                parts = [_json([type(node).__name__, len(node.items)]), *node.items]
            case SetNode():
                parts = [_json(["set", len(node.items)]), *sorted(map(self._alone, node.items))]
            case DictNode():
                pairs = sorted(((self._alone(key), value) for key, value in node.items), key=itemgetter(0))
                parts = [_json(["dict", len(pairs)]), *chain.from_iterable(pairs)]
            case ObjectNode():
                parts = self._object(node)
            case CallNode():
                parts = _call(node)
            case _:
                parts = [_leaf(node)]
        return parts

    def _object(self, node: ObjectNode) -> list[Node | bytes]:
        # An attribute that is missing is no different from None: some are first set when something is drawn.
        known_fields = ((name, value) for name, value in self._fields[node.index].items() if value is not None)
        fields = sorted(known_fields, key=itemgetter(0))
        if node.name in known.RANDOM:
            fields = [(name, value) for name, value in fields if name == "bit_generator"]
        parts: list[Node | bytes] = [_json([node.name, len(fields), len(node.items)]), node.arguments]
        for name, value in fields:
            parts += [_json(name), _skeleton(value) if (node.index, name) in self._masked else value]
        return [*parts, *node.items, node.state]

    def _alone(self, node: Node) -> bytes:
        """A key, or an item of a set, as one token. These are values: what they share with the rest plays no part."""
        if isinstance(node, RefNode) and not _is_value(self._numbered[node.index]):
            return b"shared"  # it counts where it stands; here it could be asked for a million times
        return hashlib.sha256(b"\n".join(self.tokens(node))).digest()

    def _place(self, root: Node, path: tuple[str, ...]) -> tuple[int, str] | None:
        """The object and the attribute at the end of ``path``, wherever else the same object is reached from."""
        node = self._target(root)
        for name in path[:-1]:
            node = self._target(self._fields[node.index].get(name)) if isinstance(node, ObjectNode) else None
        return (node.index, path[-1]) if isinstance(node, ObjectNode) else None

    def _target(self, node: Node) -> Node:
        return self._numbered[node.index] if isinstance(node, RefNode) else node


def _call(node: CallNode) -> list[Node | bytes]:
    head = _json([node.name, len(node.arguments), len(node.items), len(node.pairs)])
    if node.name in _RANDOM_FUNCTIONS:
        return [head]
    return [head, *node.arguments, node.state, *node.items, *node.pairs]


def _skeleton(node: Node) -> bytes:
    """Of what running changes only the classes count: data may differ, code may not hide there."""
    names = {item.name for item in walk(node) if isinstance(item, ObjectNode | CallNode | TypeNode)}
    return _json(["history", sorted(names - known.DATA - known.TYPES)])


def _is_value(node: Node) -> bool:
    """Whether two places that share ``node`` are no different from two places with equal ones: immutable, and small."""
    if not isinstance(node, ObjectNode) or node.name not in _VALUES:
        return False
    return all(not isinstance(value, Numbered | SetNode | TupleNode | RefNode) for _, value in node.fields)


def _leaf(node: Node) -> bytes:
    if isinstance(node, BytesNode):
        return _json(["bytes", hashlib.sha256(node.data).hexdigest()])
    if isinstance(node, TypeNode):
        return _json(["type", node.name])
    return _json(node)


_encoded = json.JSONEncoder(sort_keys=True).encode  # made once: `dumps` would make one for each token


def _json(value: object) -> bytes:
    return _encoded(value).encode()
