"""The infos of an open episode: what ``env.step`` says beside observation and reward, copied when it is said."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from types import NoneType
from typing import Any, Literal, TypeAlias

import numpy as np

from tupli_client.buffers.notices import Notices
from tupli_schemas.arrays import is_portable
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.info_values import from_json, to_json
from tupli_schemas.infos import InfoColumn, columns_of
from tupli_schemas.text_column import is_unicode

InfoPolicy: TypeAlias = Literal["all", "none"] | Collection[str]
"""Which infos are recorded: all, none, or those under these keys."""

_UNCHANGEABLE = frozenset({NoneType, bool, int, float, complex, str, bytes})
_NOTHING: dict[str, Any] = {}


def wanted_keys(policy: InfoPolicy) -> frozenset[str] | None:
    """The keys that a policy asks for; None for all.

    Raises:
        InvalidDataError: It is no policy.
    """
    if policy == "all":
        return None
    if policy == "none":
        return frozenset()
    if isinstance(policy, str):
        raise InvalidDataError(f"infos are 'all', 'none' or a list of keys, not {policy!r}")
    return frozenset(policy)


class InfoBuffer:
    """The infos of each step, as far as the policy asks for them and they have a portable form."""

    def __init__(self, policy: InfoPolicy, notices: Notices) -> None:
        self._keys = wanted_keys(policy)
        self._notices = notices
        self._rows: list[dict[str, Any]] = []

    def put(self, row: int, info: Mapping[str, Any]) -> None:
        """Keep a copy of what the policy asks for of the info of this step."""
        if not info or self._keys == frozenset():
            self._rows[row:] = [_NOTHING]
            return
        wanted = info if self._keys is None else [key for key in info if key in self._keys]
        self._rows[row:] = [dict(self._portable(info, wanted))]

    def row(self, row: int) -> dict[str, Any]:
        """A copy of the info of one step, as far as it is kept."""
        return {key: _copied(value, key) for key, value in self._rows[row].items()}

    def take(self, n_rows: int) -> dict[str, InfoColumn]:
        """Hand over the infos of the first steps as columns and begin anew."""
        rows, self._rows = self._rows[:n_rows], []
        return columns_of(rows)

    def _portable(self, info: Mapping[str, Any], keys: Iterable[Any]) -> Iterator[tuple[str, Any]]:
        for key in keys:
            try:
                yield _checked(key), _copied(info[key], f"info[{key!r}]")
            except InvalidDataError as error:
                self._notices.once(f"info {key!r}", f"{error.detail}; it is not recorded")


def _checked(key: Any) -> str:
    if not isinstance(key, str) or not is_unicode(key):
        raise InvalidDataError(f"the info key {key!r} is not a str of valid Unicode")
    return key


def _copied(value: Any, name: str) -> Any:
    """A copy that nobody else can change; ``InvalidDataError`` for a value without a portable form."""
    kind = type(value)
    if kind in _UNCHANGEABLE or (isinstance(value, np.generic) and is_portable(value.dtype)):
        return value
    if kind is np.ndarray and is_portable(value.dtype):
        return value.copy()
    return from_json(to_json(value, name))  # containers: an exact, deep copy
