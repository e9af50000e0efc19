"""Lists of episodes: headers, with the word that older clients know, and on request the steps as JSON."""

import asyncio
import json
from typing import Any

from pydantic import Field

from tupli_schemas import codec
from tupli_schemas.base import Header, Schema
from tupli_schemas.episodes import EpisodeHeader, steps_as_json
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


class OlderStep(Schema):
    """One step as JSON, in the words of older clients."""

    state: Any
    action: Any
    reward: Any
    terminal: bool
    timeout: bool
    info: dict[str, Any]


class ListedEpisode(EpisodeHeader):
    """A header with what older clients look for beside it."""

    timeout_: bool = Field(alias="timeout", description="The older name of truncated.")
    tuples: tuple[OlderStep, ...] | None = Field(default=None, description="The steps, where they were asked for.")


_OLDER = {name: older for older, name in OLDER_NAMES.items()}
_JSON_FIELDS = RLTuple.model_fields.keys() - {"next_observation"}


async def find(actor: Actor, page: PageQuery, wanted: BaseFilter, include_tuples: bool) -> Listed[Any]:
    """A page of the episodes that satisfy a filter and that the actor may read, each what a ``ListedEpisode`` is on the wire.

    Raises:
        TooLargeError: The steps that were asked for are too many for JSON.
    """
    listed = await EpisodeDocument.list_visible(actor, Permission.EPISODE_READ, wanted, page)
    items = [as_json(header) for header in listed.items]
    if include_tuples:
        await _add_tuples(items)
    return Listed(items, listed.next)


def as_json(header: Header) -> Any:
    """What a ``ListedEpisode`` is on the wire, but for its steps."""
    fields = header.model_dump(mode="json")
    return fields | {"timeout": fields["truncated"]}


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
