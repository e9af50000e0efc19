"""The application: the only file that knows all parts of the server."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from beanie import Document
from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.middleware import DefineMiddleware
from litestar.plugins.pydantic import PydanticPlugin
from litestar.types import ASGIApp, ControllerRouterHandler

from tupli_server import database, documentation, errors, lists, system
from tupli_server.accounts import controllers as accounts
from tupli_server.accounts import start
from tupli_server.accounts.documents import GroupDocument, RoleDocument, SessionDocument, TokenDocument, UserDocument
from tupli_server.accounts.identities import find_actor
from tupli_server.artifacts import controller as artifacts
from tupli_server.artifacts.documents import ArtifactDocument
from tupli_server.audit import AuditDocument
from tupli_server.auth import actors
from tupli_server.auth.context import Auth
from tupli_server.auth.throttle import AttemptsDocument
from tupli_server.benchmarks import controller as benchmarks
from tupli_server.benchmarks.documents import BenchmarkDocument
from tupli_server.blobs import Blobs
from tupli_server.bodies import BodyGuard, JsonRequest
from tupli_server.datasets import controller as datasets
from tupli_server.datasets.documents import DatasetDocument
from tupli_server.episodes import controller as episodes
from tupli_server.episodes.documents import EpisodeDocument
from tupli_server.observing import Observer
from tupli_server.openapi import describe
from tupli_server.settings import Settings
from tupli_server.strict_queries import refuse_unknown_parameters

CONTROLLERS: Sequence[ControllerRouterHandler] = [
    system.health,
    system.ready,
    system.version,
    system.metrics,
    documentation.start,
    documentation.docs,
    documentation.asset,
    accounts.UserController,
    accounts.SessionController,
    accounts.GroupController,
    accounts.RoleController,
    accounts.AccessTokenController,
    benchmarks.ROUTES,
    artifacts.ROUTES,
    episodes.ROUTES,
    datasets.ROUTES,
]
"""Every domain's routes."""

DOCUMENTS: Sequence[type[Document]] = [
    UserDocument,
    GroupDocument,
    RoleDocument,
    SessionDocument,
    TokenDocument,
    AttemptsDocument,
    AuditDocument,
    BenchmarkDocument,
    ArtifactDocument,
    EpisodeDocument,
    DatasetDocument,
]
"""Every kind of document that the database keeps."""

MAX_BODY = 1_000_000
"""Bytes of a JSON body, unless a route says ``request_max_body_size``: enough for any filter, and read in a moment."""


def create_app(settings: Settings) -> ASGIApp:
    """The server as an ASGI application: the routes, and what every request meets before and after them."""
    return Observer(BodyGuard(create_api(settings)))


def create_api(settings: Settings) -> Litestar:
    """The routes, without what is wrapped around them."""
    auth = Auth.of(settings)
    return Litestar(
        route_handlers=[*CONTROLLERS, documentation.description(describe_api)],
        dependencies=_dependencies(auth),
        before_request=refuse_unknown_parameters(describe_api),
        exception_handlers=errors.HANDLERS,
        middleware=[
            DefineMiddleware(
                actors.ActorMiddleware,
                find_actor=lambda token: find_actor(token, auth),
                open_access=settings.open_access,
            )
        ],
        logging_config=None,
        openapi_config=None,
        plugins=[PydanticPlugin(prefer_alias=True)],
        request_class=JsonRequest,
        request_max_body_size=MAX_BODY,
        state=State({"settings": settings, "auth": auth}),
        lifespan=[_with_database],
    )


@cache
def describe_api() -> dict[str, Any]:
    """The description of all routes (OpenAPI 3.1), which is the same whatever the settings."""
    return describe(CONTROLLERS, _dependencies(None))


def _dependencies(auth: Auth | None) -> dict[str, Provide]:
    """What handlers are given beside what the request holds."""
    return {
        "actor": Provide(actors.provide_actor),
        "page": Provide(lists.provide_page),
        "auth": Provide(lambda: auth, sync_to_thread=False),
    }


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[database.Database]:
    """The database, waited for and ready, for as long as the ``async with`` lasts.

    Raises:
        UnreachableError: It did not answer in time.
        StorageError: It answers, and cannot be used.
    """
    async with database.connect(settings) as client:
        found = database.open_database(client, settings.database)
        await database.wait_for(found, settings.database_wait_seconds)
        await database.prepare(found, DOCUMENTS)
        for kind in (ArtifactDocument, EpisodeDocument):
            await Blobs.of(kind).prepare(found)
        yield found


@asynccontextmanager
async def _with_database(app: Litestar) -> AsyncIterator[None]:
    """The database, from the first request to the last, and an administrator in it."""
    async with opened(app.state.settings) as found:
        await start.make_administrator(app.state.auth)
        app.state.database = found
        yield
