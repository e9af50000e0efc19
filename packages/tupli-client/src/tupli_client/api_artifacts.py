"""The bytes of artifacts to a server and back, in pieces, so that no size is too large for memory."""

import hashlib
import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

import requests
import urllib3

from tupli_client.sources import opened_source, pieces_of
from tupli_client.storage import ArtifactSource
from tupli_client.transport import unreachable
from tupli_schemas import frames
from tupli_schemas.artifacts import ArtifactMetadata
from tupli_schemas.errors import ChecksumError
from tupli_schemas.payload import Buffer


class Upload:
    """One frame: the metadata, then the content, read again from its beginning as often as a retry asks."""

    def __init__(self, metadata: ArtifactMetadata, content: BinaryIO) -> None:
        self._content = content
        self._start = content.tell()
        self._n_bytes = content.seek(0, os.SEEK_END) - self._start
        self._prefix = frames.beginning(metadata.model_dump_json().encode(), self._n_bytes)
        self.hash = ""

    def __len__(self) -> int:
        return len(self._prefix) + self._n_bytes

    def __iter__(self) -> Iterator[Buffer]:
        digest = hashlib.sha256()
        self._content.seek(self._start)
        yield self._prefix
        for piece in pieces_of(self._content):
            digest.update(piece)
            yield piece
        self.hash = digest.hexdigest()


@contextmanager
def seekable(artifact: ArtifactSource) -> Iterator[BinaryIO]:
    """The content as a file that knows its length: a stream that does not is put into a temporary one first."""
    with opened_source(artifact) as stream:
        if isinstance(stream, io.IOBase) and stream.seekable():
            yield stream
            return
        with tempfile.TemporaryFile() as file:
            for piece in pieces_of(stream):
                file.write(piece)
            file.seek(0)
            yield cast(BinaryIO, file)


class Download(io.RawIOBase):
    """The bytes of an artifact as they arrive; the read that reaches the end checks that they are those that were stored."""

    def __init__(self, answer: requests.Response, what: str) -> None:
        self._answer = answer
        self._what = what
        self._digest = hashlib.sha256()
        self._expected = answer.headers.get("ETag", "").strip('"')

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            piece: bytes = self._answer.raw.read(len(buffer))
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise unreachable(self._answer.url, error) from error
        if piece:
            self._digest.update(piece)
        elif self._digest.hexdigest() != self._expected:
            raise ChecksumError(f"the bytes of {self._what} are not those that were stored", hint="load it once more")
        buffer[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        self._answer.close()
        super().close()
