"""Many episodes on their way into the database: payloads in chunks as they arrive, headers last, because those make them exist."""

from collections.abc import AsyncIterator
from typing import Any, cast

from pydantic import ValidationError
from pymongo.errors import BulkWriteError

from tupli_schemas.base import new_id, now
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.episodes import EpisodeHeader, EpisodeUpload
from tupli_schemas.errors import ConflictError, InvalidDataError, invalid_data
from tupli_schemas.frames import EndEvent, FrameParser, HeaderEvent, PayloadEvent
from tupli_schemas.permissions import GLOBAL, Permission
from tupli_server import policy
from tupli_server.arrivals import ArrivingEpisode
from tupli_server.blobs import Blobs, Cutter, Outbox
from tupli_server.documents import kind_of
from tupli_server.episodes.documents import EpisodeDocument, document_of, is_same
from tupli_server.policy import Actor

COMMIT_EPISODES = 1_000
"""So many headers are written at once."""

DUPLICATE_KEY = 11000


async def receive(actor: Actor, body: AsyncIterator[bytes]) -> list[EpisodeHeader]:
    """Store the episodes in a stream of frames and return their headers in order.

    Each exists whole or not at all. After an error those before the one that was refused may be stored.

    Raises:
        InvalidDataError: The stream or an episode in it is damaged.
        NotFoundError: The actor can see no such benchmark.
        ConflictError: An id is taken by another episode.
    """
    policy.require(actor, Permission.EPISODE_CREATE, group=GLOBAL)
    receiver, parser = _Receiver(actor), FrameParser()
    try:
        async for piece in body:
            for event in parser.feed(piece):
                await receiver.take(event)
        parser.close()
        return await receiver.finish()
    except BaseException:
        await receiver.abandon()
        raise


class _Incoming:
    """One episode whose payload is arriving."""

    def __init__(self, upload: EpisodeUpload, n_bytes: int, outbox: Outbox) -> None:
        self.payload_id = new_id()
        self._upload = upload
        self._n_bytes = n_bytes
        self._passing = ArrivingEpisode(n_bytes)
        self._cutter = Cutter(outbox, self.payload_id, self._passing.feed)
        self.feed = self._cutter.feed

    async def document(self, owner: str) -> dict[str, Any]:
        """The episode as the database will hold it, once its payload is whole."""
        await self._cutter.finish()
        if self._passing.checksum != self._upload.checksum:
            raise InvalidDataError(
                f"the bytes of episode {self._upload.id} are not those that its checksum was made of",
                hint="send it once more",
            )
        return document_of(self._upload, self._passing.statistics(), owner, now(), self.payload_id, self._n_bytes)


class _Receiver:
    """The episodes of one request."""

    def __init__(self, actor: Actor) -> None:
        self._actor = actor
        self._blobs = Blobs.of(EpisodeDocument)
        self._outbox = self._blobs.outbox()
        self._benchmarks: set[str] = set()
        self._incoming: _Incoming | None = None
        self._pending: list[dict[str, Any]] = []
        self._headers: list[EpisodeHeader] = []

    async def take(self, event: HeaderEvent | PayloadEvent | EndEvent) -> None:
        match event:
            case HeaderEvent(header, n_bytes):
                self._incoming = await self._begin(header, n_bytes)
            case PayloadEvent(data):
                await cast(_Incoming, self._incoming).feed(data)
            case EndEvent():
                await self._end(cast(_Incoming, self._incoming))

    async def finish(self) -> list[EpisodeHeader]:
        await self._commit()
        return self._headers

    async def abandon(self) -> None:
        """Leave behind no payload whose header was never written."""
        await self._outbox.abandon()
        unused = [document["payload_id"] for document in self._pending]
        if self._incoming:
            unused.append(self._incoming.payload_id)
        await self._blobs.delete(unused)

    async def _begin(self, header: bytes, n_bytes: int) -> _Incoming:
        try:
            upload = EpisodeUpload.model_validate_json(header)
        except ValidationError as error:
            raise invalid_data(error, "the header of an episode") from None
        if upload.benchmark_id not in self._benchmarks:
            await kind_of(BenchmarkHeader).find_visible(self._actor, Permission.BENCHMARK_READ, upload.benchmark_id)
            self._benchmarks.add(upload.benchmark_id)
        return _Incoming(upload, n_bytes, self._outbox)

    async def _end(self, incoming: _Incoming) -> None:
        self._pending.append(await incoming.document(self._actor.name))
        self._incoming = None
        if len(self._pending) >= COMMIT_EPISODES:
            await self._commit()

    async def _commit(self) -> None:
        """Write the headers, journaled, once all their payloads are with the database."""
        await self._outbox.settle()
        # From here on nothing is taken back: if the database's answer is lost, these may exist.
        documents, self._pending = self._pending, []
        if documents:
            self._headers += [
                cast(EpisodeHeader, EpisodeDocument.header_of(one)) for one in await self._write(documents)
            ]

    async def _write(self, documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The documents as they are stored now."""
        try:
            await EpisodeDocument.get_pymongo_collection().insert_many(documents, ordered=False)
        except BulkWriteError as error:
            failures = error.details["writeErrors"]
            if any(failure["code"] != DUPLICATE_KEY for failure in failures):
                raise
            return await self._settle_repeats(documents, {failure["index"] for failure in failures})
        return documents

    async def _settle_repeats(self, documents: list[dict[str, Any]], repeated: set[int]) -> list[dict[str, Any]]:
        """An id that is there already is fine if it is the same episode, sent once more: what is there is the answer."""
        await self._blobs.delete(documents[index]["payload_id"] for index in repeated)
        ids = [documents[index]["_id"] for index in repeated]
        cursor = EpisodeDocument.get_pymongo_collection().find({"_id": {"$in": ids}})
        found = {document["_id"]: document async for document in cursor}
        for index in repeated:
            sent = documents[index]
            if sent["_id"] not in found or not is_same(found[sent["_id"]], sent):
                raise ConflictError(
                    f"the id {sent['_id']!r} belongs to another episode", hint="give this one another id"
                )
        return [found[one["_id"]] if index in repeated else one for index, one in enumerate(documents)]
