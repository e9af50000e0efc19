"""Warnings that are given once, at the line of the user's code that led to them."""

import sys
import warnings

_OURS = ("tupli_client", "gymnasium", "contextlib")


class Notices:
    """Remembers what was said. Environments that are recorded together share one, so that many say it once.

    Args:
        quiet: Say nothing at all.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._said: set[str] = set()

    def once(self, subject: str, message: str) -> None:
        """Warn, unless there was a warning on this subject before."""
        if self._quiet or subject in self._said:
            return
        self._said.add(subject)
        warnings.warn(message, UserWarning, stacklevel=_level_of_caller())

    def is_settled(self, subject: str) -> bool:
        """Whether nothing more is to be said on this subject."""
        return self._quiet or subject in self._said


def _level_of_caller() -> int:
    """How far up the stack the first code is that is neither ours nor Gymnasium's."""
    level, frame = 1, sys._getframe(1)  # noqa: SLF001
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] in _OURS:
        level, frame = level + 1, frame.f_back
    return level
