"""What the database keeps of an episode, beside its payload."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from pydantic import Field
from pymongo import ASCENDING, DESCENDING, IndexModel

from tupli_schemas.base import Header
from tupli_schemas.episodes import EpisodeHeader, EpisodeStatistics, EpisodeUpload
from tupli_server.blobs import Blobs
from tupli_server.documents import CONTENT_INDEXES, StoredDocument


class EpisodeDocument(StoredDocument):
    """An episode's header. The hot paths write and read it as a plain mapping; this class says what is in it."""

    header_type: ClassVar[type[Header]] = EpisodeHeader
    noun: ClassVar[str] = "Episode"
    content: ClassVar[str] = "episode"

    benchmark_id: str
    metadata: dict[str, Any]
    abandoned: bool = False
    recording: dict[str, Any] | None = None
    n_tuples: int
    terminated: bool
    truncated: bool
    return_: float | None = Field(default=None, alias="return")
    min_reward: float | None = None
    max_reward: float | None = None
    has_final_observation: bool = True
    checksum: str
    n_bytes: int
    payload_id: str

    class Settings:
        """Found by benchmark, and by what their steps say."""

        name = "episodes"
        indexes = (
            *CONTENT_INDEXES,
            IndexModel([("benchmark_id", ASCENDING), ("_id", ASCENDING)]),
            IndexModel([("benchmark_id", ASCENDING), ("return", DESCENDING)]),
            IndexModel([("benchmark_id", ASCENDING), ("n_tuples", DESCENDING)]),
            IndexModel([("payload_id", ASCENDING)]),
        )

    async def erase(self) -> None:
        """Delete the header first: a payload without it is only waste, the reverse would be a loss."""
        await self.delete()
        await Blobs.of(EpisodeDocument).delete([self.payload_id])


def document_of(
    upload: EpisodeUpload, statistics: EpisodeStatistics, owner: str, moment: datetime, payload_id: str, n_bytes: int
) -> dict[str, Any]:
    """An episode as the database holds it."""
    return {
        "_id": upload.id,
        "created_by": owner,
        "created_at": moment,
        "published_in": [],
        "benchmark_id": upload.benchmark_id,
        "metadata": upload.metadata,
        "abandoned": upload.abandoned,
        "recording": upload.recording.model_dump(mode="json") if upload.recording else None,
        "n_tuples": statistics.n_tuples,
        "terminated": statistics.terminated,
        "truncated": statistics.truncated,
        "return": statistics.return_,
        "min_reward": statistics.min_reward,
        "max_reward": statistics.max_reward,
        "has_final_observation": statistics.has_final_observation,
        "checksum": upload.checksum,
        "n_bytes": n_bytes,
        "payload_id": payload_id,
    }


SAME = ("created_by", "benchmark_id", "metadata", "abandoned", "recording", "checksum")
"""What two uploads of one id must agree in to be the same upload."""


def is_same(found: Mapping[str, Any], sent: Mapping[str, Any]) -> bool:
    """Whether a stored episode is what was sent once more. As text, in which 1, 1.0 and true differ."""
    return all(json.dumps(found[name], sort_keys=True) == json.dumps(sent[name], sort_keys=True) for name in SAME)
