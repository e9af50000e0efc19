"""The connection to MongoDB: made once, waited for, and never without journaled commits."""

import asyncio
from collections.abc import Sequence
from typing import Any, TypeAlias

import pymongo
import structlog
from beanie import Document, init_beanie
from pymongo import AsyncMongoClient, WriteConcern
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import ConfigurationError, InvalidURI, OperationFailure, PyMongoError

from tupli_schemas.errors import StorageError, UnreachableError
from tupli_server.settings import Settings

Client: TypeAlias = AsyncMongoClient[dict[str, Any]]
Database: TypeAlias = AsyncDatabase[dict[str, Any]]

JOURNALED = WriteConcern(w="majority", j=True)
"""How everything is written whose writer was told that it is stored: it survives the end of the database's process."""

SCHEMA_VERSION = 1
SERVER_SELECTION_SECONDS = 15
"""How long an operation waits for a server that takes it: long enough for a replica set to elect a new primary."""

SILENCE_SECONDS = 60
"""How long a database that hangs may say nothing."""

ATTEMPT_SECONDS = 2

_log = structlog.get_logger(__name__)


def connect(settings: Settings) -> Client:
    """A client of the database; it connects when it is first used, and belongs to the running event loop.

    Raises:
        StorageError: The URL cannot be understood.
    """
    try:
        return AsyncMongoClient(
            settings.mongodb_url.get_secret_value(),
            tz_aware=True,
            appname="tupli-server",
            serverSelectionTimeoutMS=SERVER_SELECTION_SECONDS * 1_000,
            socketTimeoutMS=SILENCE_SECONDS * 1_000,
        )
    except (ConfigurationError, InvalidURI) as error:
        raise StorageError(f"TUPLI_MONGODB_URL cannot be used: {error}") from None


def open_database(client: Client, name: str) -> Database:
    """The database of this server, in which every write is journaled before it is acknowledged."""
    return client.get_database(name, write_concern=JOURNALED)


async def wait_for(database: Database, seconds: float) -> None:
    """Return as soon as the database takes and journals a write.

    Raises:
        UnreachableError: It did not answer in time.
        StorageError: It answers, and refuses us (authentication, rights, version of the stored data).
    """
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            with pymongo.timeout(ATTEMPT_SECONDS):
                return await _mark(database)
        except PyMongoError as error:
            if isinstance(error, OperationFailure) and not error.timeout:
                raise StorageError(f"the database refuses to work for us: {error}") from None
            if asyncio.get_running_loop().time() >= deadline:
                raise UnreachableError(
                    f"the database did not answer within {seconds:g} s: {_gist(error)}",
                    hint="start MongoDB, or name its address in TUPLI_MONGODB_URL",
                ) from None
            _log.warning("waiting for the database", problem=_gist(error))
            await asyncio.sleep(0.5)


def _gist(error: PyMongoError) -> str:
    """The driver's message without its topology."""
    return str(error).partition(" (configured")[0].partition(", Timeout:")[0]


async def _mark(database: Database) -> None:
    """Write down the version of the stored form, which at once proves that journaled writes are acknowledged."""
    found = await database["meta"].find_one_and_update(
        {"_id": "schema"}, {"$setOnInsert": {"version": SCHEMA_VERSION}}, upsert=True, return_document=True
    )
    version = found and found.get("version")
    if version != SCHEMA_VERSION:
        raise StorageError(
            f"the database holds data of version {version}, and this server understands {SCHEMA_VERSION}"
        )


async def prepare(database: Database, kinds: Sequence[type[Document]]) -> None:
    """Bind the kinds of documents to the database and create their indexes."""
    await init_beanie(database=database, document_models=list(kinds))


async def ping(database: Database) -> bool:
    """Whether the database answers right now."""
    try:
        async with asyncio.timeout(2):
            await database.command("ping")
    except (PyMongoError, TimeoutError):
        return False
    return True
