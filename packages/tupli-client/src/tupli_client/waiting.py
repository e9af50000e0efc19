"""Episodes that wait a moment, so that many short ones are stored together; whoever reads in this process comes after them.

To store an episode costs the same whether it has ten steps or ten thousand: a disk that is waited for, or a request. So a storage
that calls ``settle`` before it reads, and says so with ``settles_waiting = True``, may get short episodes in groups.
"""

import atexit
from typing import Protocol

from tupli_client.storage import TupliStorage


class Waiting(Protocol):
    """Somebody who has episodes that wait."""

    def settle(self) -> None:
        """Store them now. Those that the storage does not take are kept, with a warning."""


_waiting: dict[int, Waiting] = {}


def may_wait(storage: TupliStorage) -> bool:
    """Whether nobody will notice that an episode waits for others on its way to this storage."""
    return bool(getattr(storage, "settles_waiting", False))


def enter(somebody: Waiting) -> None:
    """Remember somebody until they ``leave``; what waits is not lost when nothing else refers to it."""
    _waiting[id(somebody)] = somebody


def leave(somebody: Waiting) -> None:
    """Nothing of theirs waits any more."""
    _waiting.pop(id(somebody), None)


def settle() -> None:
    """Have everything stored that waits in this process."""
    for somebody in list(_waiting.values()):
        somebody.settle()


atexit.register(settle)
