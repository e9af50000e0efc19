"""Episodes in the JSON form of older clients, and deleting."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

from pydantic import ValidationError

from tupli_schemas import codec, frames
from tupli_schemas.base import new_id
from tupli_schemas.episodes import Episode, EpisodeHeader, EpisodeUpload
from tupli_schemas.errors import InvalidDataError, invalid_data
from tupli_schemas.permissions import Permission
from tupli_server import audit, policy
from tupli_server.episodes import uploads
from tupli_server.episodes.documents import EpisodeDocument
from tupli_server.policy import Actor


async def record(actor: Actor, said: dict[str, Any]) -> EpisodeHeader:
    """Store one episode whose steps are JSON. It takes the way of all others, as columns.

    Raises:
        InvalidDataError: It is no episode.
    """
    frame = await asyncio.to_thread(_as_frame, said)

    async def body() -> AsyncIterator[bytes]:
        yield frame

    return (await uploads.receive(actor, body()))[0]


async def delete(actor: Actor, episode_id: str) -> None:
    """Delete an episode for good."""
    document = await EpisodeDocument.find_visible(actor, Permission.EPISODE_READ, episode_id)
    policy.require(actor, Permission.EPISODE_DELETE, document.to_header())
    await document.erase()
    await audit.note(actor.name, "episode.delete", episode_id, owner=document.created_by)


def _as_frame(said: dict[str, Any]) -> bytes:
    try:
        episode = Episode.model_validate(said)
        payload = codec.encode(episode.data)
        upload = EpisodeUpload(
            id=episode.id or new_id(),
            checksum=payload.checksum,
            **{name: getattr(episode, name) for name in ("benchmark_id", "metadata", "abandoned", "recording")},
        )
    except ValidationError as error:
        raise invalid_data(error, "the episode") from None
    except TypeError as error:
        raise InvalidDataError(f"the episode is not valid: {error}") from None
    return b"".join(frames.write(upload.model_dump_json().encode(), payload.buffers))
