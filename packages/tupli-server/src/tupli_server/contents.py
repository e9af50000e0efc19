"""The routes that are the same for every kind of content: listing, publishing and taking back."""

from typing import Annotated, Any

from litestar import Response, get, post, put
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler

from tupli_schemas.base import Header
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.filters import parse_filter
from tupli_schemas.permissions import GLOBAL
from tupli_server import publishing
from tupli_server.described import takes_filter
from tupli_server.documents import StoredDocument
from tupli_server.lists import as_list
from tupli_server.openapi import problems
from tupli_server.parameters import Actor, AnyRequest, PageQuery, QueryParameter

Group = Annotated[
    str,
    QueryParameter(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@-]*$", max_length=64, description="A group, or 'global' for everybody."
    ),
]


def id_parameter(noun: str) -> QueryParameter:
    """A handler's parameter ``object_id``: in the query it has the name of its kind, as ``episode_id``."""
    return QueryParameter(name=f"{noun}_id", description=f"The id of the {noun}.")


def list_routes(kind: type[StoredDocument]) -> list[HTTPRouteHandler]:
    """GET and POST ``/list``: what the actor may read, and of that what satisfies the filter in the body."""
    noun, header_type = kind.noun.lower(), kind.header_type

    async def answer(actor: Actor, page: PageQuery, request: AnyRequest) -> Response[list[Header]]:
        wanted = parse_filter(await read_object(request))
        return as_list(request, await kind.list_visible(actor, kind.right("read"), wanted, page))

    @get("/list", operation_id=f"list_{noun}s", summary=f"List {noun}s")
    async def list_all(actor: Actor, page: PageQuery, request: AnyRequest) -> Response[list[header_type]]:  # type: ignore[valid-type]  # for the documentation
        return await answer(actor, page, request)

    @post(
        "/list",
        status_code=200,
        operation_id=f"search_{noun}s",
        summary=f"Find {noun}s by a filter",
        operation_class=takes_filter(),
    )
    async def search(actor: Actor, page: PageQuery, request: AnyRequest) -> Response[list[header_type]]:  # type: ignore[valid-type]  # for the documentation
        return await answer(actor, page, request)

    return [list_all, search]


def publish_routes(kind: type[StoredDocument]) -> list[HTTPRouteHandler]:
    """PUT ``/publish`` and ``/unpublish``."""
    noun = kind.noun.lower()

    @put(
        "/publish",
        operation_id=f"publish_{noun}",
        summary=f"Let a group read the {noun}",
        responses=problems(404),
    )
    async def publish(actor: Actor, object_id: Annotated[str, id_parameter(noun)], publish_in: Group = GLOBAL) -> None:
        await publishing.publish(actor, kind, object_id, publish_in)

    @put(
        "/unpublish",
        operation_id=f"unpublish_{noun}",
        summary="Take a publication back",
        responses=problems(404),
    )
    async def unpublish(
        actor: Actor, object_id: Annotated[str, id_parameter(noun)], unpublish_from: Group = GLOBAL
    ) -> None:
        await publishing.unpublish(actor, kind, object_id, unpublish_from)

    return [publish, unpublish]


def require_type(request: AnyRequest, *allowed: str) -> None:
    """Refuse a body that is declared to be something else.

    Raises:
        HTTPException: It is; with status 415.
    """
    declared, _ = request.content_type
    if declared not in allowed:
        raise HTTPException(
            f"the body is {declared or 'of no type'}, and this route takes {' or '.join(allowed)}", status_code=415
        )


async def read_object(request: AnyRequest) -> dict[str, Any]:
    """The JSON object in the body of a request; an empty one where there is no body.

    Raises:
        InvalidDataError: It is no JSON object.
    """
    found = await request.json() if await request.body() else {}
    if not isinstance(found, dict):
        raise InvalidDataError("the body is no JSON object")
    return found
