"""What the operating system and SQLite report, in words of our own."""

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from tupli_schemas.errors import StorageError, StorageFullError, TupliError

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
READ_ONLY = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})

_FULL_HINT = "make room on the disk, or use a folder on another one; what was stored before is untouched"
_PERMISSION_HINTS = {
    "read": "ask its owner for permission",
    "written": "use a folder that you may write to, or ask its owner for permission",
}


@contextmanager
def explained(folder: Path, attempt: Literal["read", "written"] = "written") -> Iterator[None]:
    """Raise ``StorageError`` or ``StorageFullError``, with what to do about it, for what goes wrong with files and the index."""
    try:
        yield
    except TupliError:
        raise  # some are an OSError too
    except OSError as error:
        raise _of_system(error, folder, attempt) from error
    except sqlite3.Error as error:
        raise _of_index(error, folder, attempt) from error


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the index is at fault, and not the disk or a lock."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF
    return code in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def _of_system(error: OSError, folder: Path, attempt: str) -> StorageError:
    if error.errno in NO_ROOM:
        return StorageFullError(f"there is no room left in {folder}: {error.strerror}", hint=_FULL_HINT)
    if error.errno in READ_ONLY:
        return StorageError(f"{folder} cannot be {attempt}: {error.strerror}", hint=_PERMISSION_HINTS[attempt])
    return StorageError(f"{folder} failed: {error}")


def _of_index(error: sqlite3.Error, folder: Path, attempt: str) -> StorageError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StorageFullError(f"there is no room left in {folder} for its index", hint=_FULL_HINT)
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return StorageError(f"the index of {folder} cannot be {attempt}: {error}", hint=_PERMISSION_HINTS[attempt])
    return StorageError(f"the index of {folder} failed: {error}", hint="try again; if it persists, check the disk")
