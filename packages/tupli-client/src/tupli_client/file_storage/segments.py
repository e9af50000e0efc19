"""The segment files: appended to under the folder's lock, never changed, read through memory maps."""

import errno
import mmap
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar, NamedTuple

from tupli_client.file_storage.folder import sync_folder
from tupli_schemas.payload import Buffer

RESERVED_BYTES = 16 << 20
"""So much room on the disk is left free, for the index and for deletions."""

_JOINED_BYTES = 1 << 20  # smaller buffers are written together: each call costs as much as a megabyte of copying
_MOST_BYTES = 1 << 30  # Linux writes at most 2 GiB at a time
_SUFFIX = ".frames"
_EMPTY = memoryview(b"")


class Position(NamedTuple):
    """A place in the order of all events: the number of a segment and an offset in it."""

    segment: int
    offset: int


class Place(NamedTuple):
    """Where a payload lies, and the frame that holds it."""

    segment: int
    start: int  # of the frame
    offset: int  # of the payload
    n_bytes: int
    crc: int


class Segments:
    """The segments of one folder, by number from 1 on.

    Attributes:
        max_bytes: A segment that has grown to this size is left for a new one, so that space can be won back piece by piece.
    """

    max_bytes: ClassVar[int] = 1 << 30

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._paths: dict[int, Path] = {}
        self._maps: dict[int, memoryview] = {}

    def path(self, number: int) -> Path:
        """The file of a segment."""
        if number not in self._paths:
            self._paths[number] = self._folder / f"{number:08d}{_SUFFIX}"
        return self._paths[number]

    def numbers(self) -> list[int]:
        """The segments that there are, in order."""
        try:
            with os.scandir(self._folder) as entries:
                names = [entry.name.removesuffix(_SUFFIX) for entry in entries if entry.name.endswith(_SUFFIX)]
        except FileNotFoundError:  # copies may leave empty folders out
            return []
        return sorted(int(name) for name in names if name.isdecimal())

    def size(self, number: int) -> int:
        """The length of a segment; 0 if it is missing."""
        try:
            return self.path(number).stat().st_size
        except FileNotFoundError:
            return 0

    def check_room(self, n_bytes: int) -> None:
        """Raise ``OSError`` unless the disk has room for so many bytes, and some more for what makes room again: deletions."""
        if shutil.disk_usage(self._folder).free < n_bytes + RESERVED_BYTES:
            raise OSError(errno.ENOSPC, f"less than {RESERVED_BYTES >> 20} MiB would remain")

    def append(self, position: Position, buffers: Iterable[Buffer]) -> None:
        """Write at ``position``, the end of a segment, and wait until it is on the disk. On failure nothing is left of it.

        Raises:
            OSError: It could not be written.
        """
        path = self.path(position.segment)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o666)
        try:
            _write(file, position.offset, buffers)
        except BaseException:
            os.ftruncate(file, position.offset)
            raise
        finally:
            os.close(file)
        if position.offset == 0:
            sync_folder(self._folder)

    def cut(self, position: Position) -> None:
        """Take back what was appended at ``position``."""
        os.truncate(self.path(position.segment), position.offset)

    def remove(self, number: int) -> None:
        """Delete a segment. Whoever has mapped it keeps what they have."""
        self._maps.pop(number, None)
        self.path(number).unlink(missing_ok=True)

    def payload(self, place: Place) -> memoryview | None:
        """A payload, as a view of the file; None if the file is too short for it or missing."""
        end = place.offset + place.n_bytes
        view = self._maps.get(place.segment, _EMPTY)
        if end > len(view):
            view = self.view(place.segment)
        return view[place.offset : end] if end <= len(view) else None

    def view(self, number: int) -> memoryview:
        """All of a segment as it is now."""
        view = _EMPTY
        try:
            with self.path(number).open("rb") as file:
                if os.fstat(file.fileno()).st_size:
                    view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        except FileNotFoundError:
            pass
        self._maps[number] = view
        return view


def _write(file: int, offset: int, buffers: Iterable[Buffer]) -> None:
    os.lseek(file, offset, os.SEEK_SET)
    for buffer in _joined(buffers):
        view = memoryview(buffer)
        while view:
            view = view[os.write(file, view[:_MOST_BYTES]) :]
    getattr(os, "fdatasync", os.fsync)(file)


def _joined(buffers: Iterable[Buffer]) -> Iterator[Buffer]:
    """The same bytes in fewer buffers."""
    small: list[Buffer] = []
    n_bytes = 0
    for buffer in buffers:
        if n_bytes + len(buffer) > _JOINED_BYTES:
            yield b"".join(small)
            small, n_bytes = [], 0
        if len(buffer) > _JOINED_BYTES:
            yield buffer
        else:
            small.append(buffer)
            n_bytes += len(buffer)
    yield b"".join(small)
