"""Payloads that are small enough to be held together, read beside others who delete."""

from collections.abc import Sequence
from typing import Any

from tupli_schemas.errors import StorageError
from tupli_server.blobs import Blobs
from tupli_server.episodes.documents import EpisodeDocument


async def read_small(documents: Sequence[dict[str, Any]]) -> dict[str, bytes | None]:
    """The payload of each episode by its id, None where it is damaged. Episodes that were deleted meanwhile are left out.

    Args:
        documents: Of each episode its ``_id``, ``payload_id`` and ``n_bytes``.
    """
    payloads = await Blobs.of(EpisodeDocument).read_small([document["payload_id"] for document in documents])
    found: dict[str, bytes | None] = {}
    for document in documents:
        payload = payloads.get(document["payload_id"], b"")
        found[document["_id"]] = payload if len(payload) == document["n_bytes"] else None
    if suspects := [episode_id for episode_id, payload in found.items() if payload is None]:
        # Headers are deleted first, so an episode whose header is still there should have its payload too.
        there = await EpisodeDocument.get_pymongo_collection().distinct("_id", {"_id": {"$in": suspects}})
        for episode_id in set(suspects).difference(there):
            del found[episode_id]
    return found


def damaged(episode_id: str) -> StorageError:
    """What is said of an episode whose payload is not what it was."""
    return StorageError(f"the payload of episode {episode_id} is damaged", hint="restore it from a backup")
