"""What a specification may ask of Gymnasium's own environments and wrappers without anybody's consent."""

import re
from collections.abc import Iterable, Iterator
from math import prod
from typing import Any

from tupli_schemas.errors import RefusedEnvironmentError
from tupli_schemas.inspection.json_text import shown
from tupli_schemas.inspection.limits import MAX_BINS, MAX_ELEMENTS, MAX_PIXELS, MAX_STACKED
from tupli_schemas.inspection.nodes import DictNode, ListNode, Node, TupleNode

_MODEL_FILE = re.compile(r"\w+\.xml")


def check_environment_arguments(kwargs: dict[str, Any]) -> None:
    """Refuse what would read any file of the machine, or draw pictures that fill its memory."""
    model = kwargs.get("xml_file")
    if model is not None and not (isinstance(model, str) and _MODEL_FILE.fullmatch(model)):
        raise RefusedEnvironmentError(f"the model file {shown(model)} is not one of Gymnasium's")
    for name in ("width", "height"):
        size = kwargs.get(name, 0)
        if type(size) is not int or size > MAX_PIXELS:
            raise RefusedEnvironmentError(f"pictures have a {name} of at most {MAX_PIXELS:,}, not {shown(size)}")


def check_wrapper_arguments(wrappers: Iterable[Node]) -> None:
    """Refuse a chain of wrappers that would fill the memory: each may be modest while their product is not.

    Args:
        wrappers: The arguments of every wrapper, each a dict.
    """
    sizes = [dict(node.items) for node in wrappers if isinstance(node, DictNode)]
    stacked = prod(number for size in sizes for number in _integers(size.get("stack_size")))
    _check("stack", stacked, MAX_STACKED)
    _check("fill", stacked * prod(number for size in sizes for number in _integers(size.get("shape"))), MAX_ELEMENTS)
    _check("divide", max((number for size in sizes for number in _integers(size.get("bins"))), default=0), MAX_BINS)


def _check(verb: str, number: int, limit: int) -> None:
    if number > limit:
        raise RefusedEnvironmentError(f"the wrappers {verb} {shown(number)} values, at most {limit:,}")


def _integers(value: Node) -> Iterator[int]:
    if isinstance(value, ListNode | TupleNode):
        for item in value.items:
            yield from _integers(item)
    elif isinstance(value, int):
        yield max(1, abs(value))
