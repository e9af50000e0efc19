"""Lists of episodes: headers, with the word that older clients know, and on request the steps as JSON."""

import asyncio
import json
from typing import Any

from tupli_schemas import codec
from tupli_schemas.episodes import steps_as_json
from tupli_schemas.errors import InvalidDataError, TooLargeError
from tupli_schemas.filters import BaseFilter
from tupli_schemas.permissions import Permission
from tupli_schemas.tuples import OLDER_NAMES, RLTuple
from tupli_server.blobs import Blobs
from tupli_server.episodes.documents import EpisodeDocument
from tupli_server.paging import Listed, PageQuery
from tupli_server.policy import Actor

MAX_JSON_BYTES = 256 << 20
"""Of payload that one answer turns into JSON."""

_OLDER = {name: older for older, name in OLDER_NAMES.items()}
_JSON_FIELDS = RLTuple.model_fields.keys() - {"next_observation"}


async def find(actor: Actor, page: PageQuery, wanted: BaseFilter, include_tuples: bool) -> Listed[dict[str, Any]]:
    """A page of the episodes that satisfy a filter and that the actor may read.

    Raises:
        TooLargeError: The steps that were asked for are too many for JSON.
    """
    listed = await EpisodeDocument.list_visible(actor, Permission.EPISODE_READ, wanted, page)
    items = [_as_older_clients_know_it(header.model_dump(mode="json")) for header in listed.items]
    if include_tuples:
        await _add_tuples(items)
    return Listed(items, listed.next)


def _as_older_clients_know_it(header: dict[str, Any]) -> dict[str, Any]:
    return header | {"timeout": header["truncated"]}


async def _add_tuples(items: list[dict[str, Any]]) -> None:
    if sum(item["n_bytes"] for item in items) > MAX_JSON_BYTES:
        raise TooLargeError("these are too many steps for JSON", hint="use POST /episodes/download, or a smaller limit")
    shown = EpisodeDocument.get_pymongo_collection().find(
        {"_id": {"$in": [item["id"] for item in items]}}, {"payload_id": 1}
    )
    payload_ids = {document["_id"]: document["payload_id"] async for document in shown}
    payloads = await Blobs.of(EpisodeDocument).read_small(list(payload_ids.values()))
    for item in items:
        item["tuples"] = await asyncio.to_thread(_tuples, payloads[payload_ids[item["id"]]])


def _tuples(payload: bytes) -> list[dict[str, Any]]:
    """The steps as JSON, under the names that older clients read."""
    steps = steps_as_json(codec.decode(payload))
    try:
        json.dumps(steps, allow_nan=False)
    except (ValueError, TypeError) as error:
        hint = "use POST /episodes/download"
        raise InvalidDataError(f"steps with such values have no JSON form: {error}", hint=hint) from None
    return [{_OLDER.get(name, name): value for name, value in step.items() if name in _JSON_FIELDS} for step in steps]
