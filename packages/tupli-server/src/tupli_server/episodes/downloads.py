"""Many episodes on their way out: a manifest, then for each its header and its payload, as a stream of frames."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

from pydantic import Field, model_validator

from tupli_schemas import frames
from tupli_schemas.base import Id, Schema, is_id
from tupli_schemas.errors import NotFoundError, StorageError, to_problem
from tupli_schemas.filters import EVERYTHING, BaseFilter, BoundedFilter, FilterGT, FilterIN
from tupli_schemas.permissions import Permission
from tupli_server.blobs import CHUNK_BYTES, Blobs
from tupli_server.episodes.documents import EpisodeDocument
from tupli_server.policy import Actor

MAX_IDS = 1_000_000
_LOOK_UP = 500
_TOGETHER_BYTES = 4 << 20
"""Small payloads are read from the database so many bytes at a time."""

Document = dict[str, Any]


class DownloadQuery(Schema):
    """Which episodes: those that satisfy a filter, in the order of their ids, or these, in this order."""

    filter: BoundedFilter = EVERYTHING
    ids: tuple[str, ...] | None = Field(default=None, max_length=MAX_IDS, description="What is no id is not found.")
    after: Id | None = Field(
        default=None, description="Only those behind this id: where an interrupted download left off."
    )

    @model_validator(mode="after")
    def _ask_one_way(self) -> "DownloadQuery":
        if self.ids is not None and (self.filter != EVERYTHING or self.after is not None):
            raise ValueError("give ids, or a filter with after, not both")
        return self


async def download(actor: Actor, wanted: DownloadQuery) -> AsyncIterator[bytes]:
    """The frames of a download. An episode that is not there, or not for the actor, is a frame that says so."""
    yield await _manifest(actor, wanted)
    async for together in _in_handfuls(_documents(actor, wanted)):
        if len(together) == 1 and together[0]["n_bytes"] > CHUNK_BYTES:
            async for piece in _large(together[0]):
                yield piece
        else:
            yield await _small(together)


async def _manifest(actor: Actor, wanted: DownloadQuery) -> bytes:
    sums = {"n_episodes": {"$sum": 1}, "n_tuples": {"$sum": "$n_tuples"}, "n_bytes": {"$sum": "$n_bytes"}}
    stages: list[Document] = [{"$match": _query(actor, wanted)}, {"$group": {"_id": None, **sums}}, {"$unset": "_id"}]
    found = await (await EpisodeDocument.get_pymongo_collection().aggregate(stages)).to_list()
    manifest = frames.Manifest(**found[0]) if found else frames.Manifest(n_episodes=0, n_tuples=0, n_bytes=0)
    return frames.beginning(manifest.model_dump_json().encode(), 0)


def _query(actor: Actor, wanted: DownloadQuery) -> Document:
    return EpisodeDocument.visible(actor, Permission.EPISODE_READ, _filter(wanted))


def _filter(wanted: DownloadQuery) -> BaseFilter:
    if wanted.ids is not None:
        return FilterIN(key="id", value=tuple(one for one in wanted.ids if is_id(one)))
    return wanted.filter if wanted.after is None else wanted.filter & FilterGT(key="id", value=wanted.after)


async def _documents(actor: Actor, wanted: DownloadQuery) -> AsyncIterator[Document]:
    collection = EpisodeDocument.get_pymongo_collection()
    if wanted.ids is None:
        async for document in collection.find(_query(actor, wanted)).sort("_id"):
            yield document
        return
    for start in range(0, len(wanted.ids), _LOOK_UP):
        some = wanted.ids[start : start + _LOOK_UP]
        cursor = collection.find(_query(actor, DownloadQuery(ids=some)))
        found = {document["_id"]: document async for document in cursor}
        for one in some:
            yield found.get(one) or {"_id": one, "n_bytes": 0}


async def _in_handfuls(documents: AsyncIterator[Document]) -> AsyncIterator[list[Document]]:
    """Documents whose payloads are small together; a large one alone."""
    together: list[Document] = []
    n_bytes = 0
    async for document in documents:
        is_large = document["n_bytes"] > CHUNK_BYTES
        if together and (is_large or n_bytes + document["n_bytes"] > _TOGETHER_BYTES or len(together) >= _LOOK_UP):
            yield together
            together, n_bytes = [], 0
        together.append(document)
        n_bytes += document["n_bytes"]
        if is_large:
            yield together
            together, n_bytes = [], 0
    if together:
        yield together


async def _large(document: Document) -> AsyncIterator[bytes]:
    yield frames.beginning(_header(document), document["n_bytes"])
    async for piece in Blobs.of(EpisodeDocument).stream(document["payload_id"]):
        yield piece


async def _small(documents: list[Document]) -> bytes:
    wanted = [document["payload_id"] for document in documents if "payload_id" in document]
    payloads = await Blobs.of(EpisodeDocument).read_small(wanted)
    return b"".join(piece for document in documents for piece in _frame(document, payloads))


def _frame(document: Document, payloads: dict[str, bytes]) -> Iterable[bytes]:
    if "payload_id" not in document:
        missing = NotFoundError(f"Episode id doesn't exist: {document['_id']!r}", hint="list the episodes you can read")
        return [frames.beginning(to_problem(missing).model_dump_json().encode(), 0)]
    payload = payloads.get(document["payload_id"])
    if payload is None or len(payload) != document["n_bytes"]:
        damaged = StorageError(f"the payload of episode {document['_id']} is damaged", hint="restore it from a backup")
        return [frames.beginning(to_problem(damaged).model_dump_json().encode(), 0)]
    return [frames.beginning(_header(document), len(payload)), payload]


def _header(document: Document) -> bytes:
    return EpisodeDocument.header_of(document).model_dump_json().encode()
