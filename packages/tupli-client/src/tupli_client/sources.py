"""What can be stored as an artifact, read in pieces: bytes, files and streams."""

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO

from tupli_schemas.errors import InvalidDataError
from tupli_schemas.payload import Buffer

PIECE_BYTES = 1 << 20


@contextmanager
def opened_source(source: Any) -> Iterator[BinaryIO]:
    """What is to be stored, as a stream; ``InvalidDataError`` if there is no such file."""
    if isinstance(source, bytes | bytearray | memoryview):
        yield io.BytesIO(source)
    elif isinstance(source, os.PathLike):
        with _readable(Path(source)) as file:
            yield file
    elif hasattr(source, "read") and not isinstance(source, io.TextIOBase):
        yield source
    else:
        raise InvalidDataError(
            f"an artifact is bytes, a pathlib.Path or a binary stream, not {type(source).__name__}",
            hint="for a file write Path(...), for text its .encode()" if isinstance(source, str) else None,
        )


def _readable(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        raise InvalidDataError(f"the artifact {str(path)!r} cannot be read: {error.strerror}") from error


def pieces_of(stream: IO[Any]) -> Iterator[Buffer]:
    """The rest of a stream, piece by piece; ``InvalidDataError`` if it cannot be read, or not as bytes."""
    while piece := _read(stream):
        if not isinstance(piece, bytes | bytearray | memoryview):
            raise InvalidDataError("an artifact is read as bytes", hint='open its file with "rb"')
        yield piece


def _read(stream: IO[Any]) -> Any:
    try:
        return stream.read(PIECE_BYTES)
    except OSError as error:  # of the source: the folder is not at fault
        raise InvalidDataError(f"the artifact cannot be read: {error.strerror}") from error
