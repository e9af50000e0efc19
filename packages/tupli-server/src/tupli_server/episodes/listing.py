"""Lists of episodes: headers, with the words that older clients know, and on request the steps as JSON."""

import asyncio
from typing import Any

from tupli_schemas.errors import InvalidDataError, TooLargeError
from tupli_schemas.filters import parse_filter
from tupli_schemas.permissions import Permission
from tupli_server.episodes import older
from tupli_server.episodes.documents import EpisodeDocument
from tupli_server.episodes.payloads import damaged, read_small
from tupli_server.paging import Listed, PageQuery
from tupli_server.policy import Actor

MAX_JSON_BYTES = 256 << 20
"""Of payload that one answer turns into JSON."""

Item = dict[str, Any]


async def find(actor: Actor, page: PageQuery, said: dict[str, Any]) -> Listed[Any]:
    """A page of the episodes that the actor may read, each what a ``ListedEpisode`` is on the wire.

    Args:
        actor: Who asks.
        page: Which part of the list.
        said: A filter, and beside it ``include_tuples``, whether the steps are wanted too.

    Raises:
        TooLargeError: The steps that were asked for are too many for JSON.
        StorageError: Steps that were asked for are damaged.
    """
    include_tuples = said.pop("include_tuples", False)
    if not isinstance(include_tuples, bool):
        raise InvalidDataError("include_tuples is true or false")
    listed = await EpisodeDocument.list_visible(actor, Permission.EPISODE_READ, parse_filter(said), page)
    items = [older.as_json(header) for header in listed.items]
    return Listed(await _with_tuples(items) if include_tuples else items, listed.next)


async def _with_tuples(items: list[Item]) -> list[Item]:
    """The items with their steps; those that were deleted meanwhile are left out."""
    if sum(item["n_bytes"] for item in items) > MAX_JSON_BYTES:
        raise TooLargeError("these are too many steps for JSON", hint="use POST /episodes/download, or a smaller limit")
    ids = {"_id": {"$in": [item["id"] for item in items]}}
    shown = {"payload_id": 1, "n_bytes": 1}
    found = await read_small(await EpisodeDocument.get_pymongo_collection().find(ids, shown).to_list())
    return [item | {"tuples": await _steps(item["id"], found[item["id"]])} for item in items if item["id"] in found]


async def _steps(episode_id: str, payload: bytes | None) -> list[Item]:
    if payload is None:
        raise damaged(episode_id)
    return await asyncio.to_thread(older.steps_of, payload)
