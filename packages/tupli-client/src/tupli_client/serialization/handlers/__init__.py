"""Data that travels without consent: how each type is written, and made again from checked parts.

The table belongs to our encoder and decoder. jsonpickle's process-wide registry, where any library may put a handler, is
neither read nor written.
"""

import sys
from collections.abc import Hashable
from functools import cache, lru_cache

from tupli_client.serialization.handlers.base import Handler
from tupli_client.serialization.handlers.collections_ import COLLECTIONS
from tupli_client.serialization.handlers.fields import Fields
from tupli_client.serialization.handlers.keys import check_keys
from tupli_client.serialization.handlers.numpy_ import NUMPY
from tupli_client.serialization.handlers.plain import PLAIN
from tupli_client.serialization.handlers.random_ import RANDOM
from tupli_schemas.errors import RefusedEnvironmentError

__all__ = ["Fields", "Handler", "check_keys", "handler_named", "handler_of"]


def handler_of(kind: type) -> Handler | None:
    """The handler that writes values of the type ``kind``, if that is data."""
    return _found(kind)


@lru_cache(maxsize=1_000)
def _found(kind: Hashable) -> Handler | None:
    assert isinstance(kind, type)  # noqa: S101 - a class hashes by identity, which the type checker does not know
    # Without pandas in the process no type can be of pandas, so it is not imported for nothing.
    handlers = {**_BASIC, **(_pandas() if "pandas" in sys.modules else {})}
    for handler in handlers.values():
        if kind in handler.types or (handler.subclasses and issubclass(kind, handler.types)):
            return handler
    return None


def handler_named(name: str) -> Handler | None:
    """The handler that reads what a text calls ``name``, if that is data.

    Raises:
        RefusedEnvironmentError: It is data of pandas, which is not installed here.
    """
    return _pandas().get(name) if name.startswith("pandas.") else _BASIC.get(name)


_BASIC = {handler.name: handler for handler in (*PLAIN, *COLLECTIONS, *NUMPY, *RANDOM)}


@cache
def _pandas() -> dict[str, Handler]:
    try:
        from tupli_client.serialization.handlers.pandas_ import PANDAS
    except ImportError:
        raise RefusedEnvironmentError(
            "the environment holds data of pandas", hint="Run `pip install pandas`."
        ) from None
    return {handler.name: handler for handler in PANDAS}
