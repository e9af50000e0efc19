"""Containers of Python's ``collections``."""

from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

from tupli_client.serialization.handlers.base import Handler
from tupli_client.serialization.handlers.fields import Fields


def _write_defaultdict(value: defaultdict[Any, Any]) -> dict[str, Any]:
    return {"default_factory": value.default_factory, "items": dict(value)}


def _read_defaultdict(fields: Fields) -> defaultdict[Any, Any]:
    factory = fields.any("default_factory")
    if factory is not None and not isinstance(factory, type):
        raise fields.wrong("its factory is not a class")
    return defaultdict(factory, fields.get("items", dict))


def _read_deque(fields: Fields) -> deque[Any]:
    maxlen = fields.any("maxlen")
    if maxlen is not None and (type(maxlen) is not int or not 0 <= maxlen < 2**63):
        raise fields.wrong("its length is not an integer")
    return deque(fields.get("items", list), maxlen)


COLLECTIONS = (
    Handler("collections.deque", (deque,), lambda v: {"items": list(v), "maxlen": v.maxlen}, _read_deque),
    Handler("collections.defaultdict", (defaultdict,), _write_defaultdict, _read_defaultdict),
    Handler(
        "collections.OrderedDict",
        (OrderedDict,),
        lambda v: {"items": dict(v)},
        lambda f: OrderedDict(f.get("items", dict)),
    ),
    Handler("collections.Counter", (Counter,), lambda v: {"items": dict(v)}, lambda f: Counter(f.get("items", dict))),
)
"""The handlers of this file."""
