"""Artifacts in a folder: a header in a segment, and a file that equal artifacts share."""

from typing import BinaryIO

from tupli_client.file_storage.blobs import Blobs, Received
from tupli_client.file_storage.headers import read_header
from tupli_client.file_storage.index import Row
from tupli_client.file_storage.payloads import damaged
from tupli_client.file_storage.shelf import Shelf
from tupli_client.file_storage.writer import Writer, draft_of
from tupli_client.storage import ArtifactSource
from tupli_schemas.artifacts import ArtifactHeader, ArtifactMetadata
from tupli_schemas.base import new_id, now


def store(
    shelf: Shelf[ArtifactHeader], blobs: Blobs, source: ArtifactSource, metadata: ArtifactMetadata, created_by: str
) -> ArtifactHeader:
    """Store bytes, unless their author has stored the same before."""
    shelf.session.create()
    with blobs.receive(source) as received:
        header = ArtifactHeader(
            id=new_id(),
            created_by=created_by,
            created_at=now(),
            hash=received.hash,
            n_bytes=received.n_bytes,
            **dict(metadata),
        )
        return shelf.session.write(lambda writer: _store(writer, blobs, received, header))


def open_(shelf: Shelf[ArtifactHeader], blobs: Blobs, uri: str) -> BinaryIO:
    """The bytes of an artifact as a stream that checks itself."""
    row = shelf.row(uri)
    return blobs.open(str(row.hash), damaged(row))


def delete(shelf: Shelf[ArtifactHeader], blobs: Blobs, uri: str) -> None:
    """Delete an artifact, and its file if no other artifact has the same content."""

    def work(writer: Writer, row: Row) -> None:
        writer.delete(row.id)
        if row.hash and not writer.index.with_hash("artifact", row.hash):
            file = blobs.path(row.hash)
            writer.afterwards.append(lambda: file.unlink(missing_ok=True))

    shelf.change(uri, work)


def _store(writer: Writer, blobs: Blobs, received: Received, header: ArtifactHeader) -> ArtifactHeader:
    for row in writer.index.with_hash("artifact", header.hash):
        there = read_header(ArtifactHeader, row.header)
        if there.created_by == header.created_by:
            return there
    blobs.keep(received)
    writer.store(draft_of("artifact", header))
    return header
