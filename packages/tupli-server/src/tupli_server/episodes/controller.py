"""The routes of episodes."""

from typing import Annotated

from litestar import Response, Router, delete, get, post
from litestar.response import Stream

from tupli_schemas.episodes import EpisodeHeader
from tupli_server.contents import id_parameter, publish_routes, read_object, require_type
from tupli_server.described import BYTES, takes, takes_filter, takes_json
from tupli_server.episodes import downloads, listing, older, service, uploads
from tupli_server.episodes.documents import EpisodeDocument
from tupli_server.episodes.downloads import DownloadQuery
from tupli_server.episodes.older import ListedEpisode, RecordedEpisode
from tupli_server.lists import as_list
from tupli_server.openapi import problems
from tupli_server.parameters import Actor, AnyRequest, JSONBody, PageQuery

FRAMES = "application/vnd.tupli.frames"
MAX_IDS_BODY = 80_000_000
MAX_JSON_BODY = 32_000_000
"""Twice what older servers could keep of an episode; who has more sends frames."""

Id = Annotated[str, id_parameter("episode")]


@post(
    "/upload",
    status_code=200,
    request_max_body_size=None,
    operation_class=takes({FRAMES: BYTES}, required=False),
    responses=problems(404, 409),
)
async def upload_episodes(actor: Actor, request: AnyRequest) -> list[EpisodeHeader]:
    """Store the episodes in a stream of frames. Sending one again under its id changes nothing."""
    require_type(request, FRAMES)
    return await uploads.receive(actor, request.stream())


@post("/download", status_code=200, request_max_body_size=MAX_IDS_BODY, media_type=FRAMES)
async def download_episodes(actor: Actor, data: JSONBody[DownloadQuery]) -> Stream:
    """Episodes with their payloads as a stream of frames, the first of which is a manifest."""
    return Stream(await downloads.download(actor, data), media_type=FRAMES)


@post(
    "/record",
    status_code=200,
    request_max_body_size=MAX_JSON_BODY,
    operation_class=takes_json(RecordedEpisode),
    responses=problems(404, 409),
)
async def record_episode(actor: Actor, request: AnyRequest) -> Response[ListedEpisode]:
    """Store one episode whose steps are JSON, as older clients send it."""
    return Response(older.as_json(await service.record(actor, await read_object(request))))


@get("/list")
async def list_episodes(actor: Actor, page: PageQuery, request: AnyRequest) -> Response[list[ListedEpisode]]:
    """List episodes."""
    return as_list(request, await listing.find(actor, page, await read_object(request)))


@post("/list", status_code=200, operation_class=takes_filter({"include_tuples": {"type": "boolean"}}))
async def search_episodes(actor: Actor, page: PageQuery, request: AnyRequest) -> Response[list[ListedEpisode]]:
    """Find episodes by a filter; with ``include_tuples`` beside it, each with its steps as JSON."""
    return as_list(request, await listing.find(actor, page, await read_object(request)))


@delete("/delete", status_code=200, responses=problems(404))
async def delete_episode(actor: Actor, object_id: Id) -> None:
    """Delete an episode for good."""
    await service.delete(actor, object_id)


ROUTES = Router(
    "/episodes",
    tags=["episodes"],
    route_handlers=[
        upload_episodes,
        download_episodes,
        record_episode,
        list_episodes,
        search_episodes,
        delete_episode,
        *publish_routes(EpisodeDocument),
    ],
)
