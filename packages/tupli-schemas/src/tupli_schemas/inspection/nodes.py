"""What a jsonpickle text says, as a tree: the one thing that the static reading, the hash and the decoder all look at.

Scalars stand for themselves. Nodes with an ``index`` can be referred to by a later ``RefNode``.
"""

from collections.abc import Iterator
from dataclasses import dataclass

Scalar = None | bool | int | float | str


@dataclass(frozen=True, slots=True, eq=False)
class ListNode:
    """A list."""

    index: int
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True, eq=False)
class DictNode:
    """A dict; a key that is not a string was written as JSON of its own."""

    index: int
    items: tuple[tuple["Node", "Node"], ...]


@dataclass(frozen=True, slots=True, eq=False)
class TupleNode:
    """A tuple."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True, eq=False)
class SetNode:
    """A set."""

    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True, eq=False)
class BytesNode:
    """Bytes."""

    data: bytes


@dataclass(frozen=True, slots=True, eq=False)
class RefNode:
    """An object that stands earlier in the text, once more."""

    index: int


@dataclass(frozen=True, slots=True, eq=False)
class TypeNode:
    """A class as a value."""

    name: str


@dataclass(frozen=True, slots=True, eq=False)
class ObjectNode:
    """An instance of the class ``name`` with its attributes, or with its items if it is a container.

    ``arguments`` are those of a named tuple, ``state`` is what the class's own ``__getstate__`` gave.
    """

    index: int
    name: str
    fields: tuple[tuple[str, "Node"], ...]
    arguments: "Node" = None
    items: tuple["Node", ...] = ()
    state: "Node" = None


@dataclass(frozen=True, slots=True, eq=False)
class CallNode:
    """A value in Python's reduce form: the result of ``name`` on ``arguments``, then a state, items or pairs.

    It is never called: the few names that are accepted stand for recipes of our own.
    """

    index: int
    name: str
    is_class: bool
    arguments: tuple["Node", ...]
    state: "Node" = None
    items: tuple["Node", ...] = ()
    pairs: tuple["Node", ...] = ()


Node = Scalar | ListNode | DictNode | TupleNode | SetNode | BytesNode | RefNode | TypeNode | ObjectNode | CallNode


def children(node: Node) -> Iterator[Node]:
    """The nodes directly below ``node``."""
    match node:
        case ListNode() | TupleNode() | SetNode():
            yield from node.items
        case DictNode():
            for key, value in node.items:
                yield key
                yield value
        case ObjectNode():
            yield node.arguments
            yield from (value for _, value in node.fields)
            yield from node.items
            yield node.state
        case CallNode():
            yield from (*node.arguments, node.state, *node.items, *node.pairs)


def walk(root: Node) -> Iterator[Node]:
    """``root`` and everything below it, in no particular order."""
    waiting = [root]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(children(node))
