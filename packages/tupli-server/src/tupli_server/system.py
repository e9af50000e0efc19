"""What machines ask a server about itself: is it alive, is it ready, which version is it."""

from typing import Literal

from litestar import Response, get
from litestar.datastructures import State
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from tupli_schemas.base import Schema
from tupli_schemas.errors import UnreachableError
from tupli_schemas.permissions import Permission
from tupli_server import database, policy
from tupli_server.__about__ import __version__
from tupli_server.auth.actors import PUBLIC
from tupli_server.parameters import Actor


class Status(Schema):
    """That all is well; what is not is a problem instead."""

    status: Literal["ok"] = "ok"


class Version(Schema):
    """Which server this is."""

    name: Literal["tupli-server"] = "tupli-server"
    version: str = __version__


@get("/health", opt=PUBLIC, tags=["system"])
async def health() -> Status:
    """Say that the process is alive."""
    return Status()


@get("/ready", opt=PUBLIC, tags=["system"])
async def ready(state: State) -> Status:
    """Say whether requests can be answered now, that is, whether the database answers."""
    if not await database.ping(state.database):
        raise UnreachableError("the database does not answer", hint="try again in a moment")
    return Status()


@get("/version", opt=PUBLIC, tags=["system"])
async def version() -> Version:
    """Say which version of the server this is."""
    return Version()


@get("/metrics", tags=["system"], media_type=CONTENT_TYPE_LATEST)
async def metrics(actor: Actor) -> Response[bytes]:
    """Give an administrator's Prometheus the figures of this process."""
    policy.require(actor, Permission.ROLE_MANAGEMENT)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)
