"""The bytes of artifacts: one file each, named after its content, written beside and moved into place."""

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

from tupli_client.file_storage.failures import explained
from tupli_client.file_storage.folder import sync_folder
from tupli_client.file_storage.locks import is_free
from tupli_client.sources import PIECE_BYTES, opened_source, pieces_of
from tupli_client.storage import ArtifactSource
from tupli_schemas.base import new_id
from tupli_schemas.errors import ChecksumError

PART = ".part"
"""Ends the name of a file that is being written."""


class Received(NamedTuple):
    """Bytes that lie in the folder, but are nobody's yet."""

    path: Path
    hash: str
    n_bytes: int


class Blobs:
    """The artifact files of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, hash_: str) -> Path:
        """The file of this content."""
        return self.folder / hash_

    @contextmanager
    def receive(self, source: ArtifactSource) -> Iterator[Received]:
        """Copy an artifact's bytes into the folder, durably. Within the context they can be kept; afterwards the copy is gone."""
        path = self.folder / f"{new_id()}{PART}"
        digest, n_bytes = hashlib.sha256(), 0
        with opened_source(source) as stream, explained(self.folder), path.open("xb") as target:
            is_free(target.fileno())  # from now on it is not: nobody sweeps it away
            self.sweep_parts()
            try:
                for piece in pieces_of(stream):
                    digest.update(piece)
                    n_bytes += target.write(piece)
                target.flush()
                os.fsync(target.fileno())
                yield Received(path, digest.hexdigest(), n_bytes)
            finally:
                path.unlink(missing_ok=True)

    def keep(self, received: Received) -> None:
        """Give the bytes their place, unless they are there."""
        if not self.path(received.hash).exists():
            received.path.rename(self.path(received.hash))
            sync_folder(self.folder)

    def open(self, hash_: str, damage: ChecksumError) -> BinaryIO:
        """The bytes of this content as a stream, which raises ``damage`` at its end if they are not."""
        try:
            file = self.path(hash_).open("rb", buffering=0)
        except FileNotFoundError:
            raise damage from None
        return io.BufferedReader(_Checked(file, hash_, damage), PIECE_BYTES)

    def sweep_parts(self) -> None:
        """Delete what processes that died had not received whole."""
        for path in self.folder.glob(f"*{PART}"):
            if _is_abandoned(path):
                path.unlink(missing_ok=True)

    def sweep(self, used: set[str]) -> int:
        """Delete the files of all other contents, under the folder's lock; how many bytes they had."""
        won = 0
        for path in self.folder.iterdir():
            if path.suffix != PART and path.name not in used:
                won += path.stat().st_size
                path.unlink()
        return won


class _Checked(io.RawIOBase):
    """A file that compares itself with its hash while it is read in order."""

    def __init__(self, file: io.FileIO, hash_: str, damage: ChecksumError) -> None:
        self._file = file
        self._hash = hash_
        self._damage = damage
        self._digest = hashlib.sha256()
        self._digested = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return self._file.seek(offset, whence)

    def readinto(self, buffer: Any, /) -> int:
        position = self._file.tell()
        count = self._file.readinto(buffer) or 0
        if position == self._digested:
            self._digest.update(memoryview(buffer)[:count])
            self._digested += count
            if not count and len(buffer) and self._digest.hexdigest() != self._hash:
                raise self._damage
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def _is_abandoned(path: Path) -> bool:
    try:
        with path.open("rb+") as file:
            return is_free(file.fileno())
    except FileNotFoundError:
        return False
