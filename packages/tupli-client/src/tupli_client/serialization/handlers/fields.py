"""The parts of a stored value, each taken with the type that it must have."""

from collections.abc import Mapping
from typing import Any, TypeVar

from tupli_schemas.errors import RefusedEnvironmentError

T = TypeVar("T")

_MISSING = object()


class Fields:
    """The decoded attributes of one stored value.

    Args:
        name: What the text calls the value, for messages.
        values: Its attributes.
    """

    def __init__(self, name: str, values: Mapping[str, Any]) -> None:
        self.name = name
        self._values = values

    def get(self, key: str, kind: type[T], default: Any = _MISSING) -> T:
        """The attribute ``key``, exactly of the type ``kind`` (so that no bool passes for an int), or ``default``."""
        value = self._values.get(key, default)
        if value is default and default is not _MISSING:
            return default  # type: ignore[no-any-return]
        if type(value) is not kind:
            raise self.wrong(f"{key!r} is not of the type {kind.__name__}")
        return value

    def integer(self, key: str, low: int, high: int) -> int:
        """An integer between two bounds, both included."""
        value = self.get(key, int)
        if not low <= value <= high:
            raise self.wrong(f"{key!r} is not between {low} and {high}")
        return value

    def any(self, key: str) -> Any:
        """The attribute ``key``, whatever it is."""
        return self._values.get(key)

    def wrong(self, why: str) -> RefusedEnvironmentError:
        """The refusal of this value."""
        return RefusedEnvironmentError(f"a stored {self.name} is not valid: {why}")
