"""Many episodes on their way out: a manifest, then for each its header and its payload, as a stream of frames."""

from collections.abc import AsyncIterator, Iterable, Iterator
from typing import Annotated, Any

from pydantic import ConfigDict, Field, model_validator

from tupli_schemas import frames
from tupli_schemas.base import Id, Schema, is_id
from tupli_schemas.errors import NotFoundError, TupliError, to_problem
from tupli_schemas.filters import EVERYTHING, BaseFilter, BoundedFilter, FilterGT, FilterIN
from tupli_schemas.permissions import Permission
from tupli_server.blobs import CHUNK_BYTES, Blobs
from tupli_server.episodes.documents import EpisodeDocument
from tupli_server.episodes.payloads import damaged, read_small
from tupli_server.policy import Actor

MAX_IDS = 1_000_000
_LOOK_UP = 500
"""Ids that are looked up at once, in the order in which they were asked for."""
_COUNT = 50_000
"""Ids that are counted at once: a query of MongoDB has at most 16 MB."""
_TOGETHER_BYTES = 4 << 20
"""Small payloads are read from the database so many bytes at a time."""

_SUMS = {"n_episodes": {"$sum": 1}, "n_tuples": {"$sum": "$n_tuples"}, "n_bytes": {"$sum": "$n_bytes"}}

Document = dict[str, Any]


_BY_FILTER_OR_BY_ID: Any = {
    "anyOf": [
        {"properties": {"ids": {"type": "null"}}},
        {"properties": {"filter": {"const": EVERYTHING.model_dump(mode="json")}, "after": {"type": "null"}}},
    ]
}


class DownloadQuery(Schema):
    """Which episodes: those that satisfy a filter, in the order of their ids, or these, in this order."""

    model_config = ConfigDict(json_schema_extra=_BY_FILTER_OR_BY_ID)

    filter: BoundedFilter = EVERYTHING
    ids: Annotated[tuple[str, ...], Field(fail_fast=True)] | None = Field(
        default=None, max_length=MAX_IDS, description="What is no id is not found."
    )
    after: Id | None = Field(
        default=None, description="Only those behind this id: where an interrupted download left off."
    )

    @model_validator(mode="after")
    def _ask_one_way(self) -> "DownloadQuery":
        if self.ids is not None and (self.filter != EVERYTHING or self.after is not None):
            raise ValueError("give ids, or a filter with after, not both")
        return self


async def download(actor: Actor, wanted: DownloadQuery) -> AsyncIterator[bytes]:
    """The frames of a download. An episode that is asked for by its id and is not there, or not for the actor, is a frame that says so.

    What is wrong with the question itself is raised here, before a stream has begun.
    """
    manifest = await _manifest(actor, wanted)

    async def stream() -> AsyncIterator[bytes]:
        yield frames.beginning(manifest.model_dump_json().encode(), 0)
        async for together in _in_handfuls(_documents(actor, wanted)):
            if len(together) == 1 and together[0]["n_bytes"] > CHUNK_BYTES:
                async for piece in _large(together[0]):
                    yield piece
            else:
                yield await _small(together, by_id=wanted.ids is not None)

    return stream()


async def _manifest(actor: Actor, wanted: DownloadQuery) -> frames.Manifest:
    parts = [wanted] if wanted.ids is None else [DownloadQuery(ids=some) for some in _slices(wanted.ids, _COUNT)]
    total = dict.fromkeys(_SUMS, 0)
    for part in parts:
        stages: list[Document] = [{"$match": _query(actor, part)}, {"$group": {"_id": None, **_SUMS}}]
        for sums in await (await EpisodeDocument.get_pymongo_collection().aggregate(stages)).to_list():
            total = {name: total[name] + sums[name] for name in total}
    return frames.Manifest(**total)


def _slices(ids: tuple[str, ...], length: int) -> Iterator[tuple[str, ...]]:
    return (ids[start : start + length] for start in range(0, len(ids), length))


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
    for some in _slices(wanted.ids, _LOOK_UP):
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


async def _small(documents: list[Document], *, by_id: bool) -> bytes:
    payloads = await read_small([document for document in documents if "payload_id" in document])
    shown = [document for document in documents if by_id or document["_id"] in payloads]
    return b"".join(piece for document in shown for piece in _frame(document, payloads))


def _frame(document: Document, payloads: dict[str, bytes | None]) -> Iterable[bytes]:
    episode_id = document["_id"]
    if episode_id not in payloads:
        hint = "list the episodes you can read"
        return _refusal(NotFoundError(f"Episode id doesn't exist: {episode_id!r}", hint=hint))
    payload = payloads[episode_id]
    if payload is None:
        return _refusal(damaged(episode_id))
    return [frames.beginning(_header(document), len(payload)), payload]


def _refusal(error: TupliError) -> Iterable[bytes]:
    return [frames.beginning(to_problem(error).model_dump_json().encode(), 0)]


def _header(document: Document) -> bytes:
    return EpisodeDocument.header_of(document).model_dump_json().encode()
