"""The folder itself: what lies where, how it is told from other folders, and who may write."""

import os
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, ValidationError

from tupli_client.file_storage.locks import locked
from tupli_schemas.base import Id, Schema, new_id
from tupli_schemas.errors import StorageError

VERSION = 1
MARKER = "tupli-storage.json"


class Marker(Schema):
    """The content of the file that says what the folder is."""

    format: Literal["tupli-storage"] = "tupli-storage"
    version: int = VERSION
    id: Id


class Folder:
    """A folder that is a Tupli storage, or may become one.

    It holds ``segments/`` (everything that happened, see ``events``), ``artifacts/`` (the bytes of artifacts), ``index-*.sqlite`` (where
    everything is; can be made again from the segments), ``lock`` and the marker.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.segments = path / "segments"
        self.artifacts = path / "artifacts"
        self._marker = path / MARKER
        self._lock = path / "lock"

    def is_storage(self) -> bool:
        """Whether there is a storage already; False for a missing or empty folder, which can become one.

        Raises:
            StorageError: It is something else, or was made by a later version.
        """
        try:
            text = self._marker.read_bytes()
        except FileNotFoundError:
            self._refuse_others()
            return False
        except NotADirectoryError:
            raise StorageError(f"{self.path} is a file, not a folder", hint="choose another path") from None
        version = _version_of(text)
        if version is None:
            raise StorageError(f"{self._marker} is damaged", hint="restore it from a backup of the folder")
        if version > VERSION:
            raise StorageError(
                f"{self.path} was made by a later version of Tupli (format {version}; this one reads {VERSION})",
                hint="upgrade with: pip install --upgrade tupli-client",
            )
        return True

    def id(self) -> str:
        """What all events of this folder are signed with."""
        return Marker.model_validate_json(self._marker.read_bytes()).id

    def create(self) -> None:
        """Make it a storage, unless it is one. Safe for several processes at once."""
        self.path.mkdir(parents=True, exist_ok=True)
        with self.lock():
            is_storage = self.is_storage()
            for folder in (self.segments, self.artifacts):  # copies may leave empty ones out
                folder.mkdir(exist_ok=True)
            if is_storage:
                return
            write_safely(self._marker, Marker(id=new_id()).model_dump_json().encode())
            sync_folder(self.path.parent)

    def lock(self, *, shared: bool = False) -> AbstractContextManager[None]:
        """The right to write, or, ``shared``, a time in which nobody does."""
        return locked(self._lock, shared=shared)

    def has_lock(self) -> bool:
        """Whether there is a lock file; without one nobody has ever written here, as in a copy made for reading."""
        return self._lock.exists()

    def indexes(self) -> list[Path]:
        """The index files, the one in use last."""
        return sorted(self.path.glob("index-*.sqlite"))

    def _refuse_others(self) -> None:
        """A folder may become a storage if it holds nothing but hidden files and what ``create`` makes before the marker."""
        if not self.path.exists():
            return
        ours = {self._lock.name, self.segments.name, self.artifacts.name, MARKER + ".new"}
        others = sorted(entry.name for entry in self.path.iterdir() if entry.name not in ours and entry.name[0] != ".")
        if not others or self._marker.exists():  # somebody else may have made it since we looked
            return
        if any(next((self.path / kind).glob("*.json"), None) for kind in ("benchmarks", "episodes")):
            raise StorageError(
                f"{self.path} is a folder of PyTupli",
                hint="bring it into a new one: tupli_client.importing.import_folder(this folder, FileStorage(another))",
            )
        more = ", …" * (len(others) > 3)
        raise StorageError(
            f"{self.path} is not a Tupli storage: it holds other files ({', '.join(others[:3])}{more})",
            hint="choose a new or an empty folder",
        )


def _version_of(text: bytes) -> int | None:
    """The format version that a marker claims; None if it is no marker."""
    try:
        return _AnyMarker.model_validate_json(text).version
    except ValidationError:
        return None


class _AnyMarker(Schema):
    """What the marker of every version has."""

    model_config = ConfigDict(extra="ignore")

    format: Literal["tupli-storage"]
    version: int


def write_safely(path: Path, content: bytes) -> None:
    """Write a file so that it is there whole or not at all, whatever happens."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable, where the system has a way to do so."""
    if os.name != "posix":
        return
    folder = os.open(path, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
