"""The ground that every schema stands on: immutability, identities, times, names and metadata."""

import math
import os
import re
import threading
import time
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, StringConstraints

MAX_INT = 2**63 - 1
MIN_INT = -(2**63)
MAX_METADATA_DEPTH = 32


class Schema(BaseModel):
    """A value that client and server agree on: frozen, and a misspelt field fails where it is made."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)


def now() -> datetime:
    """The present moment in UTC, cut to milliseconds, which is what every storage can keep."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def new_id() -> str:
    """A fresh id: a UUID of version 7 as 32 hex digits (RFC 9562). Ids sort by the time they were made.

    Those of one process ascend even within a millisecond, so that what is stored in a row is listed in that order.
    """
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    number = (milliseconds & (2**48 - 1)) << 80 | 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | random & (2**61 - 1)
    with _id_lock:
        # A random step, because a forked process goes on from the same id.
        number = _last_id[0] = max(number, _last_id[0] + 1 + (random >> 40))
    return f"{number:032x}"


_last_id = [0]
_id_lock = threading.Lock()
if hasattr(os, "register_at_fork"):  # a lock that another thread held at a fork would stay locked in the child
    os.register_at_fork(before=_id_lock.acquire, after_in_parent=_id_lock.release, after_in_child=_id_lock.release)


def is_id(text: str) -> bool:
    """Whether an object could have this id."""
    return re.fullmatch(_ID, text) is not None


def _without_controls(text: str) -> str:
    # A character that is newer than this Python's tables is nobody's fault, and refused elsewhere it would not be.
    if any(not character.isprintable() and unicodedata.category(character) != "Cn" for character in text):
        raise ValueError("control characters and lone surrogates are not allowed in a name")
    return text


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone, for example 2026-01-31T12:00:00Z")
    return moment.astimezone(UTC)


_ID = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"

Id = Annotated[str, StringConstraints(pattern=f"^{_ID}$", max_length=64)]
"""An id: up to 64 letters, digits, ``_`` and ``-``, so that none can leave a folder or reach into a query."""

Time = Annotated[datetime, AfterValidator(_in_utc)]
"""A moment with its zone, kept in UTC."""

_ACCOUNT_NAME = StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@-]*$", min_length=1, max_length=64)
UserName = Annotated[str, _ACCOUNT_NAME]
GroupName = Annotated[str, _ACCOUNT_NAME]
RoleName = Annotated[str, _ACCOUNT_NAME]
Name = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200),
    AfterValidator(_without_controls),
    Field(json_schema_extra={"pattern": r"^[\p{L}\p{M}\p{N}\p{P}\p{S} ]*$"}),
]
"""What people call a thing: any printable text of 1 to 200 characters."""


def _well_formed(text: str) -> str:
    if problem := _text_problem(text):
        raise ValueError(problem)
    return text


Text = Annotated[
    str,
    StringConstraints(max_length=10_000),
    AfterValidator(_well_formed),
    Field(json_schema_extra={"pattern": r"^[^\u0000]*$"}),
]
"""Free text, such as a description: up to 10,000 characters."""

Scalar = bool | int | float | str
"""What a filter compares with. Numbers, strings and booleans each compare within their own kind."""

Key = Annotated[
    str, StringConstraints(pattern=r"^[^\x00-\x1f$.][^\x00-\x1f.]*(\.[^\x00-\x1f$.][^\x00-\x1f.]*)*$", max_length=300)
]
"""A path into a header: parts joined by dots; no part is empty or begins with ``$``."""


def _text_problem(text: str) -> str | None:
    if "\x00" in text:
        return "text cannot hold the NUL character"
    if not text.isascii() and re.search("[\ud800-\udfff]", text):
        return "text cannot hold half a surrogate pair"
    return None


def _key_problem(key: Any) -> str | None:
    if not isinstance(key, str):
        return f"keys are strings, not {type(key).__name__}"
    if not key or key.startswith("$") or "." in key:
        return f"the key {key!r} is empty, begins with '$' or holds a '.', so no filter could name it"
    return _text_problem(key)


def _value_problem(value: Any) -> str | None:
    if isinstance(value, str):
        return _text_problem(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f"{value} has no JSON form; leave the key out or write it as a string"
    if isinstance(value, int) and not isinstance(value, bool) and not MIN_INT <= value <= MAX_INT:
        return "integers have at most 64 bits; write a larger one as a string"
    if value is None or isinstance(value, bool | int | float):
        return None
    return f"{type(value).__name__} has no JSON form; use numbers, strings, booleans, null, lists and dicts"


def _problems(value: Any, path: str, depth: int) -> Iterator[str]:
    """Walk ``value`` and say, with its path, everything that could not be stored exactly."""
    if depth > MAX_METADATA_DEPTH:
        yield f"{path}: nested more than {MAX_METADATA_DEPTH} deep"
    elif isinstance(value, dict):
        for key, item in value.items():
            if problem := _key_problem(key):
                yield f"{path}: {problem}"
            yield from _problems(item, f"{path}.{key}", depth + 1)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _problems(item, f"{path}[{index}]", depth + 1)
    elif problem := _value_problem(value):
        yield f"{path}: {problem}"


def _storable(value: Any) -> Any:
    """Refuse what JSON or the database would change; numpy scalars become the Python values they stand for."""
    value = _plain(value, MAX_METADATA_DEPTH + 1)
    if problem := next(_problems(value, "metadata", 0), None):
        raise ValueError(problem)
    return value


def _plain(value: Any, depth: int) -> Any:
    """A copy of ``value`` on built-in containers, so that nobody can change it afterwards by way of their own object."""
    if depth < 0:
        return value
    if isinstance(value, dict):
        return {key: _plain(item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, depth - 1) for item in value]
    if type(value).__module__ == "numpy" and hasattr(value, "tolist"):
        return _plain(value.tolist(), depth - 1)
    return value


Metadata = Annotated[
    dict[str, JsonValue],
    BeforeValidator(_storable),
    Field(json_schema_extra={"propertyNames": {"pattern": r"^[^$.\u0000][^.\u0000]*$"}}),
]
"""Free JSON data of a user. What could not be stored exactly (NaN, too large integers, other objects) is refused with its path."""


class Header(Schema):
    """What every stored object shows of itself in a list."""

    id: Id
    created_by: str
    created_at: Time
    published_in: tuple[str, ...] = Field(default=(), description="Groups that may read it; 'global' is everybody.")
