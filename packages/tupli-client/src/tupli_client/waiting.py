"""Episodes that wait a moment, so that many short ones are stored together; whoever reads in this process comes after them.

To store an episode costs about the same whether it has ten steps or ten thousand: a disk that is waited for, or a request. So short
episodes may go in groups to a storage that calls ``settle`` before it reads, and says so with ``settles_waiting = True``.
"""

import atexit
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from tupli_client.storage import TupliStorage


class Waiting(Protocol):
    """Somebody who has episodes that wait."""

    def settle(self) -> None:
        """Store them now. Those that the storage does not take are kept, with a warning."""


_waiting: dict[int, Waiting] = {}
_thread = threading.local()


def may_wait(storage: TupliStorage) -> bool:
    """Whether nobody will notice that an episode waits for others on its way to this storage."""
    return bool(getattr(storage, "settles_waiting", False))


def enter(somebody: Waiting) -> None:
    """Remember somebody until they ``leave``, so that what waits is not lost when nothing else refers to it."""
    _waiting[id(somebody)] = somebody


def leave(somebody: Waiting) -> None:
    """Nothing of theirs waits any more."""
    _waiting.pop(id(somebody), None)


def settle() -> None:
    """Have everything stored that waits in this process."""
    if _waiting and not getattr(_thread, "is_storing", False):
        for somebody in list(_waiting.values()):
            somebody.settle()


@contextmanager
def storing() -> Iterator[None]:
    """Waiting episodes are stored by this thread now: a storage that reads meanwhile need not wait for others."""
    _thread.is_storing = True
    try:
        yield
    finally:
        _thread.is_storing = False


atexit.register(settle)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_waiting.clear)  # they are the parent's to store
