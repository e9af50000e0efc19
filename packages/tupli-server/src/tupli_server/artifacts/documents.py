"""What the database keeps of an artifact, beside its bytes."""

from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel

from tupli_schemas.artifacts import ArtifactHeader
from tupli_schemas.base import Header
from tupli_server.blobs import Blobs
from tupli_server.documents import CONTENT_INDEXES, StoredDocument


class ArtifactDocument(StoredDocument):
    """An artifact's header."""

    header_type: ClassVar[type[Header]] = ArtifactHeader
    noun: ClassVar[str] = "Artifact"
    content: ClassVar[str] = "artifact"

    name: str
    description: str = ""
    benchmark_id: str | None = None
    content_type: str | None = None
    extra: dict[str, Any]
    hash: str
    n_bytes: int
    encoding: str = "binary"
    payload_id: str

    class Settings:
        """One owner has each content once."""

        name = "artifacts"
        indexes = (*CONTENT_INDEXES, IndexModel([("created_by", ASCENDING), ("hash", ASCENDING)], unique=True))

    async def erase(self) -> None:
        """Delete the header first: bytes without it are only waste."""
        await self.delete()
        await Blobs.of(ArtifactDocument).delete([self.payload_id])
