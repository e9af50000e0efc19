"""Storing, streaming and deleting artifacts."""

import hashlib
from collections.abc import AsyncIterator
from typing import cast

from pymongo.errors import DuplicateKeyError

from tupli_schemas.artifacts import ArtifactHeader, ArtifactMetadata
from tupli_schemas.base import new_id
from tupli_schemas.errors import ConflictError
from tupli_schemas.permissions import GLOBAL, Permission
from tupli_server import audit, policy
from tupli_server.artifacts.documents import ArtifactDocument
from tupli_server.blobs import Blobs, Cutter
from tupli_server.policy import Actor


class Arrival:
    """An artifact on its way in: fed piece by piece, and there once it is finished."""

    def __init__(self, actor: Actor) -> None:
        """Refuse at once who may not store.

        Raises:
            PermissionDeniedError: The actor may not.
        """
        policy.require(actor, Permission.ARTIFACT_CREATE, group=GLOBAL)
        self._actor = actor
        self._payload_id = new_id()
        self._outbox = Blobs.of(ArtifactDocument).outbox()
        self._cutter = Cutter(self._outbox, self._payload_id, self._look)
        self._digest = hashlib.sha256()
        self._n_bytes = 0

    async def feed(self, piece: bytes | memoryview) -> None:
        """Take the next bytes."""
        await self._cutter.feed(piece)

    async def finish(self, metadata: ArtifactMetadata) -> ArtifactHeader:
        """Make it exist. Content that the actor has stored before is the artifact that is there."""
        await self._cutter.finish()
        await self._outbox.settle()
        document = ArtifactDocument(
            created_by=self._actor.name,
            **metadata.model_dump(mode="json"),
            hash=self._digest.hexdigest(),
            n_bytes=self._n_bytes,
            payload_id=self._payload_id,
        )
        try:
            await document.insert()
        except DuplicateKeyError:
            await self.abandon()
            return await _existing(document)
        return cast(ArtifactHeader, document.to_header())

    async def abandon(self) -> None:
        """Leave nothing behind."""
        await self._outbox.abandon()
        await Blobs.of(ArtifactDocument).delete([self._payload_id])

    def _look(self, chunk: memoryview) -> None:
        self._digest.update(chunk)
        self._n_bytes += len(chunk)


async def _existing(document: ArtifactDocument) -> ArtifactHeader:
    found = await ArtifactDocument.find_one({"created_by": document.created_by, "hash": document.hash})
    if found is None:
        raise ConflictError("the artifact was deleted while it was stored again", hint="store it once more")
    return cast(ArtifactHeader, found.to_header())


async def find(actor: Actor, artifact_id: str) -> ArtifactDocument:
    """The artifact with this id, as far as the actor may read it."""
    return await ArtifactDocument.find_visible(actor, Permission.ARTIFACT_READ, artifact_id)


def stream(document: ArtifactDocument, start: int, stop: int) -> AsyncIterator[bytes]:
    """Some of an artifact's bytes."""
    return Blobs.of(ArtifactDocument).stream(document.payload_id, start, stop)


async def delete(actor: Actor, artifact_id: str) -> None:
    """Delete an artifact for good."""
    document = await find(actor, artifact_id)
    policy.require(actor, Permission.ARTIFACT_DELETE, document.to_header())
    await document.erase()
    await audit.note(actor.name, "artifact.delete", artifact_id, owner=document.created_by)
