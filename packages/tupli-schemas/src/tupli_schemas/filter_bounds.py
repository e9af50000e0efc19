"""How deep and how large a filter may be."""

from collections.abc import Iterable, Mapping
from typing import Any

MAX_DEPTH = 50
MAX_NODES = 10_000
MAX_VALUES = 100_000


def check_bounds(root: Any) -> Any:
    """Refuse a filter, parsed or not, that is too deep or too large to be meant, before anything recurses into it."""
    level, nodes, depth = [root], 0, 0
    while level:
        nodes, depth = nodes + len(level), depth + 1
        if depth > MAX_DEPTH or nodes > MAX_NODES:
            raise ValueError(f"a filter is at most {MAX_DEPTH} deep and has at most {MAX_NODES} parts")
        level = [child for node in level for child in children(node)]
    return root


def children(node: Any) -> Iterable[Any]:
    """The filters that one combines, parsed or not."""
    found = node.get("filters") if isinstance(node, Mapping) else getattr(node, "filters", ())
    return found if isinstance(found, list | tuple) else ()
