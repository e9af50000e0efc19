"""Payload bytes by id: put, streamed, deleted. Kept as GridFS keeps them, in chunks of 1 MiB, and readable by every GridFS client.

Chunks are written without waiting for the journal: the header that is written after them, journaled, is what makes them exist. The
database keeps its log in order, so whoever sees a header finds its chunks.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import Any

from beanie import Document
from pymongo import ASCENDING, IndexModel, InsertOne, WriteConcern
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import OperationFailure

from tupli_schemas.errors import StorageError
from tupli_server.database import Database

CHUNK_BYTES = 1 << 20
_INSERT_BYTES = 4 << 20
_INSERTS_IN_FLIGHT = 2
_READ_CHUNKS = 4
_LOOK_INLINE_BYTES = 64 << 10
_UNJOURNALED = WriteConcern(w=1)
_NAMESPACE_EXISTS = 48

INDEXES = [IndexModel([("files_id", ASCENDING), ("n", ASCENDING)], unique=True)]

Chunks = AsyncCollection[dict[str, Any]]


class Blobs:
    """The payloads of one kind of content."""

    def __init__(self, database: Database, name: str) -> None:
        self._chunks: Chunks = database.get_collection(f"{name}.chunks", write_concern=_UNJOURNALED)
        self._name = name

    @classmethod
    def of(cls, kind: type[Document]) -> "Blobs":
        """The payloads of a kind of documents."""
        headers = kind.get_pymongo_collection()
        return cls(headers.database, headers.name)

    async def prepare(self, database: Database) -> None:
        """Create the index, and the view that shows headers to GridFS clients as the files that they know."""
        await self._chunks.create_indexes(INDEXES)
        if f"{self._name}.files" not in await database.list_collection_names():
            try:
                await database.create_collection(f"{self._name}.files", viewOn=self._name, pipeline=_AS_FILES)
            except OperationFailure as error:
                # Another process that starts at the same time may be quicker.
                if error.code != _NAMESPACE_EXISTS:
                    raise

    def outbox(self) -> "Outbox":
        """Where the chunks of one request are put."""
        return Outbox(self._chunks)

    async def read_small(self, payload_ids: Sequence[str]) -> dict[str, bytes]:
        """Whole payloads that are small enough to be held together; one that is gone is left out."""
        found: dict[str, list[bytes]] = {}
        cursor = self._chunks.find({"files_id": {"$in": list(payload_ids)}}).sort({"files_id": 1, "n": 1})
        async for chunk in cursor:
            found.setdefault(chunk["files_id"], []).append(chunk["data"])
        return {payload_id: b"".join(pieces) for payload_id, pieces in found.items()}

    async def stream(self, payload_id: str, start: int = 0, stop: int | None = None) -> AsyncIterator[bytes]:
        """The bytes ``start`` to ``stop - 1`` of a payload in pieces, the next ones on their way while one is in use.

        Raises:
            StorageError: A chunk is missing.
        """
        first, last = start // CHUNK_BYTES, None if stop is None else (stop - 1) // CHUNK_BYTES
        ahead = asyncio.create_task(self._some(payload_id, first))
        try:
            expected = first
            while chunks := await ahead:
                ahead = asyncio.create_task(self._some(payload_id, chunks[-1]["n"] + 1))
                for chunk in chunks:
                    _require_next(chunk["n"], expected, payload_id)
                    yield _cut(chunk["data"], chunk["n"] * CHUNK_BYTES, start, stop)
                    if chunk["n"] == last:
                        return
                    expected += 1
        finally:
            ahead.cancel()

    async def delete(self, payload_ids: Iterable[str]) -> None:
        """Delete payloads; those that are not there are nothing to do."""
        await self._chunks.delete_many({"files_id": {"$in": list(payload_ids)}})

    async def _some(self, payload_id: str, first: int) -> list[dict[str, Any]]:
        wanted = {"files_id": payload_id, "n": {"$gte": first, "$lt": first + _READ_CHUNKS}}
        return await self._chunks.find(wanted, {"_id": 0, "n": 1, "data": 1}).sort("n").to_list()


class Outbox:
    """Chunks on their way to the database: gathered into inserts of a few megabytes, a few of which are under way at once."""

    def __init__(self, chunks: Chunks) -> None:
        self._chunks = chunks
        self._gathered: list[InsertOne[dict[str, Any]]] = []
        self._gathered_bytes = 0
        self._under_way: list[asyncio.Task[Any]] = []

    async def put(self, payload_id: str, n: int, data: bytes) -> None:
        """Send one chunk off, at once or with others; waits while enough is under way."""
        self._gathered.append(InsertOne({"files_id": payload_id, "n": n, "data": data}))
        self._gathered_bytes += len(data)
        if self._gathered_bytes >= _INSERT_BYTES:
            await self._send()

    async def settle(self) -> None:
        """Wait until the database has everything that was put."""
        if self._gathered:
            await self._send()
        await self._wait_for(0)

    async def abandon(self) -> None:
        """Forget what was not sent, and wait for the rest, whatever becomes of it."""
        self._gathered.clear()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    async def _send(self) -> None:
        await self._wait_for(_INSERTS_IN_FLIGHT - 1)
        self._under_way.append(asyncio.create_task(self._chunks.bulk_write(self._gathered, ordered=False)))
        self._gathered, self._gathered_bytes = [], 0

    async def _wait_for(self, at_most: int) -> None:
        while len(self._under_way) > at_most:
            await self._under_way.pop(0)


class Cutter:
    """One payload on its way into an outbox, cut into chunks as its bytes arrive.

    ``look`` sees every chunk, in order; the large ones in a thread, where hashing them holds nobody up.
    """

    def __init__(self, outbox: Outbox, payload_id: str, look: Callable[[memoryview], None]) -> None:
        self._outbox = outbox
        self._payload_id = payload_id
        self._look = look
        self._held = bytearray()
        self._n = 0

    async def feed(self, piece: bytes | memoryview) -> None:
        """Take the next bytes."""
        self._held += piece
        while len(self._held) >= CHUNK_BYTES:
            await self._put(bytes(self._held[:CHUNK_BYTES]))
            del self._held[:CHUNK_BYTES]

    async def finish(self) -> None:
        """Put what is left."""
        if self._held:
            await self._put(bytes(self._held))
            self._held.clear()

    async def _put(self, chunk: bytes) -> None:
        if len(chunk) > _LOOK_INLINE_BYTES:
            await asyncio.to_thread(self._look, memoryview(chunk))
        else:
            self._look(memoryview(chunk))
        await self._outbox.put(self._payload_id, self._n, chunk)
        self._n += 1


_AS_FILES: list[dict[str, Any]] = [
    {"$match": {"payload_id": {"$exists": True}}},
    {
        "$project": {
            "_id": "$payload_id",
            "length": "$n_bytes",
            "chunkSize": {"$literal": CHUNK_BYTES},
            "uploadDate": "$created_at",
            "filename": "$_id",
        }
    },
]


def _require_next(found: int, expected: int, payload_id: str) -> None:
    if found != expected:
        raise StorageError(f"piece {expected} of payload {payload_id} is missing", hint="restore it from a backup")


def _cut(data: bytes, begin: int, start: int, stop: int | None) -> bytes:
    if begin >= start and (stop is None or begin + len(data) <= stop):
        return data
    return data[max(start - begin, 0) : None if stop is None else stop - begin]
