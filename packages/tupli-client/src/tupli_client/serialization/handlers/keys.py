"""What may be a key or the item of a set: data whose hash runs no foreign code, and that was not chosen to collide."""

import datetime as dt
import decimal
import enum
import fractions
import uuid
from collections.abc import Hashable, Iterable
from itertools import groupby
from typing import Any

import numpy as np

from tupli_schemas.errors import RefusedEnvironmentError

MAX_COLLISIONS = 64

_PLAIN = {
    *(type(None), bool, int, float, complex, str, bytes, frozenset, range),
    *(
        dt.date,
        dt.datetime,
        dt.time,
        dt.timedelta,
        decimal.Decimal,
        fractions.Fraction,
        uuid.UUID,
    ),
}
_NUMPY = (np.number, np.bool_, np.str_, np.bytes_, np.datetime64, np.timedelta64)
_ENUM_HASHES = (enum.Enum.__hash__, int.__hash__, str.__hash__)


def check_keys(keys: Iterable[Any]) -> None:
    """Refuse keys that are not plain data, or of which many have one hash.

    Numbers and tuples hash the same everywhere, so such keys can be made to order; without this check a small text could
    keep a dict or a set busy for hours.
    """
    known = list(keys)
    if not all(map(_is_plain, known)):
        raise RefusedEnvironmentError(
            "a key of a dict or an item of a set is neither a number, a text, a tuple of these, nor a time"
        )
    # Sorted, not counted in a dict: that would collide in its turn.
    for _, equal in groupby(sorted(map(hash, known))):
        if sum(1 for _ in equal) > MAX_COLLISIONS:
            raise RefusedEnvironmentError("the keys of a container were chosen to collide")


def _is_plain(key: Hashable) -> bool:
    if type(key) is tuple:
        return all(map(_is_plain, key))
    if issubclass(type(key), enum.Enum):
        return type(key).__hash__ in _ENUM_HASHES
    return type(key) in _PLAIN or issubclass(type(key), _NUMPY)
