"""A folder in use: its index and segments, opened when they are first needed, shared by threads, let go before a fork."""

import atexit
import os
import sqlite3
import threading
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from tupli_client import waiting
from tupli_client.file_storage.failures import READ_ONLY, explained, is_damage
from tupli_client.file_storage.folder import Folder
from tupli_client.file_storage.index import Index
from tupli_client.file_storage.replay import catch_up
from tupli_client.file_storage.segments import Segments
from tupli_client.file_storage.writer import Writer
from tupli_schemas.base import new_id

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Opened:
    """The open files of a folder. Without permission to write, the index is one of our own, in memory."""

    index: Index
    segments: Segments
    folder_id: str

    @property
    def is_current(self) -> bool:
        """Whether the index file is still the one that others use: who makes the index anew deletes the old file."""
        return self.index.path is None or self.index.path.exists()


class Session:
    """Reads and writes of one folder: ``work`` is called with open files, by one thread at a time."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.turn = threading.RLock()
        self._opened: Opened | None = None
        with _sessions_lock:
            _SESSIONS.add(self)

    def read(self, work: Callable[[Opened], T]) -> T:
        """The result of ``work``, which must not keep the index. A missing folder is read as an empty one."""
        waiting.settle()
        with self.turn, explained(self.folder.path, "read"):
            try:
                return work(self._readable())
            except sqlite3.Error as error:
                self._discard_index_if_damaged(error)
                return work(self._readable())

    def write(self, work: Callable[[Writer], T]) -> T:
        """The result of ``work``, once all changes that it makes are stored for good. Makes the folder if it is missing.

        ``work`` may be called again. If it raises, or anything else goes wrong, none of its changes is made.
        """
        with self.turn, explained(self.folder.path):
            try:
                return self._write(work)
            except sqlite3.Error as error:
                self._discard_index_if_damaged(error)
                return self._write(work)

    def create(self) -> None:
        """Make the folder if it is missing."""
        with explained(self.folder.path):
            self.folder.create()

    def close(self) -> None:
        """Let go of the files; the next call opens them again."""
        with self.turn:
            if self._opened is not None:
                self._opened.index.close()
            self._opened = None

    def _write(self, work: Callable[[Writer], T]) -> T:
        while True:
            opened = self._writable()
            with self.folder.lock():
                if opened.is_current:
                    position = catch_up(opened.index, opened.segments, opened.folder_id)
                    return _commit(Writer(opened.index, opened.segments, position, opened.folder_id), work)
            self.close()

    def _readable(self) -> Opened:
        if not (self._opened and self._opened.is_current):
            self.close()
            if not self.folder.is_storage():
                return Opened(Index(None), Segments(self.folder.segments), folder_id="")
            self._opened = self._open()
        if self._opened.index.path is None:
            with self._while_nobody_writes():
                catch_up(self._opened.index, self._opened.segments, self._opened.folder_id)
        return self._opened

    def _writable(self) -> Opened:
        if not (self._opened and self._opened.index.path):
            self.close()
            self.folder.create()
            self._opened = self._open_writable()
        return self._opened

    def _open(self) -> Opened:
        try:
            return self._open_writable()
        except OSError as error:
            if error.errno not in READ_ONLY:
                raise
        except sqlite3.OperationalError:
            pass  # for example no room for the journal of the index; reading needs none
        return Opened(Index(None), Segments(self.folder.segments), self.folder.id())

    def _open_writable(self) -> Opened:
        with self.folder.lock():
            segments, folder_id = Segments(self.folder.segments), self.folder.id()
            *older, path = self.folder.indexes() or [self._new_index_path()]
            try:
                index = Index(path)
                catch_up(index, segments, folder_id)
            except sqlite3.DatabaseError as error:
                if not is_damage(error):
                    raise
                older.append(path)
                index = Index(self._new_index_path())
                catch_up(index, segments, folder_id)
            for outdated in older:
                _unlink_index(outdated)
            return Opened(index, segments, folder_id)

    def _new_index_path(self) -> Path:
        """A name that no index had before: SQLite's files beside an index must never meet those of another one."""
        return self.folder.path / f"index-{new_id()}.sqlite"

    def _while_nobody_writes(self) -> AbstractContextManager[None]:
        return self.folder.lock(shared=True) if self.folder.has_lock() else nullcontext()

    def _discard_index_if_damaged(self, error: sqlite3.Error) -> None:
        """Delete a damaged index, so that the next call makes it anew; raise any other error again."""
        path = self._opened.index.path if self._opened else None
        if path is None or not is_damage(error):
            raise error
        self.close()
        with self.folder.lock():
            _unlink_index(path)


def _commit(writer: Writer, work: Callable[[Writer], T]) -> T:
    try:
        with writer.index.transaction():
            result = work(writer)
            writer.flush()
    except BaseException:
        # Ctrl-C may arrive behind the commit: then everything is stored.
        if writer.index.position != writer.end:
            writer.take_back()
        raise
    for finish in writer.afterwards:
        finish()
    return result


def _unlink_index(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


_SESSIONS: weakref.WeakSet[Session] = weakref.WeakSet()
_sessions_lock = threading.Lock()
_held_for_fork: list[Session] = []


def _let_go() -> None:
    """Before a fork: SQLite forbids to carry a connection into another process."""
    _sessions_lock.acquire()
    _held_for_fork.extend(_SESSIONS)
    for session in _held_for_fork:
        session.turn.acquire()
        session.close()


def _go_on() -> None:
    """After a fork, in both processes."""
    while _held_for_fork:
        _held_for_fork.pop().turn.release()
    _sessions_lock.release()


@atexit.register
def _close_all() -> None:
    """At the end of the process, so that SQLite can tidy up; whoever stores something still opens the files again."""
    for session in list(_SESSIONS):
        session.close()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_let_go, after_in_parent=_go_on, after_in_child=_go_on)
