"""One writer at a time, among all processes: a lock that the operating system takes back from whoever dies."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _take(file: int, *, shared: bool) -> None:  # noqa: ARG001 - Windows has no shared locks: readers too come one by one
        while True:
            try:
                msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
                return
            except OSError:
                time.sleep(0.01)

else:
    import fcntl

    def _take(file: int, *, shared: bool) -> None:
        fcntl.flock(file, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)


@contextmanager
def locked(path: Path, *, shared: bool = False) -> Iterator[None]:
    """Hold the lock of the file at ``path``; wait for it as long as somebody else does.

    The file is opened afresh each time: a lock belongs to an open file, and one that a forked child inherits would be held by both.

    Args:
        path: The lock file; made if it is missing, unless ``shared``.
        shared: Only keep writers out, for which permission to read is enough.
    """
    file = os.open(path, os.O_RDONLY if shared else os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _take(file, shared=shared)
        yield
    finally:
        os.close(file)


def is_free(file: int) -> bool:
    """Whether nobody holds a lock on this open file; from then on its opener does."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
