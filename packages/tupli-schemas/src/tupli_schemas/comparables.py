"""What a filter can compare with: numbers, strings and booleans that every interpreter understands alike."""

import math
from datetime import datetime
from typing import Annotated, Any, Protocol, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

from tupli_schemas.base import MAX_INT, MIN_INT, Scalar


def _comparable(value: Any) -> Any:
    """A value that a filter can compare with: numpy scalars and times take their plain form, anything else is refused."""
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        value = value.item()
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat()
    if problem := _value_problem(value):
        raise ValueError(problem)
    return value


def _value_problem(value: Any) -> str | None:
    if isinstance(value, datetime):
        return "a time needs its zone, for example datetime(2026, 1, 31, tzinfo=UTC)"
    if not isinstance(value, bool | int | float | str):
        return f"a filter compares with a number, a string or a boolean, not with {type(value).__name__}"
    if isinstance(value, float) and not math.isfinite(value):
        return f"nothing compares with {value}"
    if isinstance(value, int) and not MIN_INT <= value <= MAX_INT:
        return "integers have at most 64 bits"
    if isinstance(value, str) and ("\x00" in value or not _encodable(value)):
        return "text cannot hold NUL or half a surrogate pair"
    return None


def _encodable(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


_JSON_SCHEMA = {
    "anyOf": [
        {"type": "boolean"},
        {"type": "integer", "minimum": MIN_INT, "maximum": MAX_INT},
        {"type": "number"},
        {"type": "string", "pattern": r"^[^\u0000]*$"},
    ]
}
Comparable = Annotated[Scalar, BeforeValidator(_comparable), WithJsonSchema(_JSON_SCHEMA)]
"""One such value. A numpy scalar becomes the Python value it stands for, a time becomes text (ISO 8601)."""


class _NumpyScalar(Protocol):
    def item(self) -> Any: ...


Operand: TypeAlias = Scalar | datetime | _NumpyScalar
"""What a user may write where a filter keeps a ``Comparable``."""
