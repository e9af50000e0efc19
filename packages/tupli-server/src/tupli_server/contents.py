"""The routes that are the same for every kind of content: listing, publishing and taking back."""

from typing import Annotated, Any

from litestar import Response, get, post, put
from litestar.handlers import HTTPRouteHandler

from tupli_schemas.base import Header
from tupli_schemas.errors import InvalidDataError
from tupli_schemas.filters import BaseFilter, parse_filter
from tupli_schemas.permissions import GLOBAL
from tupli_server import publishing
from tupli_server.documents import StoredDocument
from tupli_server.lists import as_list
from tupli_server.parameters import Actor, AnyRequest, PageQuery, QueryParameter

Group = Annotated[str, QueryParameter(min_length=1, max_length=64, description="A group, or 'global' for everybody.")]


def id_parameter(noun: str) -> QueryParameter:
    """A handler's parameter ``object_id``: in the query it has the name of its kind, as ``episode_id``."""
    return QueryParameter(name=f"{noun}_id", description=f"The id of the {noun}.")


def list_routes(kind: type[StoredDocument]) -> list[HTTPRouteHandler]:
    """GET and POST ``/list``: what the actor may read, and of that what satisfies the filter in the body."""
    noun, header_type = kind.noun.lower(), kind.header_type

    async def answer(actor: Actor, page: PageQuery, request: AnyRequest) -> Response[list[Header]]:
        wanted, _ = await wanted_in(request)
        return as_list(request, await kind.list_visible(actor, kind.right("read"), wanted, page))

    @get("/list", operation_id=f"list_{noun}s", summary=f"List {noun}s")
    async def list_all(actor: Actor, page: PageQuery, request: AnyRequest) -> Response[list[header_type]]:  # type: ignore[valid-type]  # for the documentation
        return await answer(actor, page, request)

    @post("/list", status_code=200, operation_id=f"search_{noun}s", summary=f"Find {noun}s by a filter")
    async def search(actor: Actor, page: PageQuery, request: AnyRequest) -> Response[list[header_type]]:  # type: ignore[valid-type]  # for the documentation
        return await answer(actor, page, request)

    return [list_all, search]


def publish_routes(kind: type[StoredDocument]) -> list[HTTPRouteHandler]:
    """PUT ``/publish`` and ``/unpublish``."""
    noun = kind.noun.lower()

    @put("/publish", operation_id=f"publish_{noun}", summary=f"Let a group read the {noun}")
    async def publish(actor: Actor, object_id: Annotated[str, id_parameter(noun)], publish_in: Group = GLOBAL) -> None:
        await publishing.publish(actor, kind, object_id, publish_in)

    @put("/unpublish", operation_id=f"unpublish_{noun}", summary="Take a publication back")
    async def unpublish(
        actor: Actor, object_id: Annotated[str, id_parameter(noun)], unpublish_from: Group = GLOBAL
    ) -> None:
        await publishing.unpublish(actor, kind, object_id, unpublish_from)

    return [publish, unpublish]


async def wanted_in(request: AnyRequest) -> tuple[BaseFilter, bool]:
    """The filter in the body of a list request (everything, where there is none), and the ``include_tuples`` beside it.

    Raises:
        InvalidFilterError: It is no filter.
    """
    raw = await read_object(request)
    with_tuples = raw.pop("include_tuples", False)
    if not isinstance(with_tuples, bool):
        raise InvalidDataError("include_tuples is true or false")
    return parse_filter(raw), with_tuples


async def read_object(request: AnyRequest) -> dict[str, Any]:
    """The JSON object in the body of a request; an empty one where there is no body.

    Raises:
        InvalidDataError: It is no JSON object.
    """
    found = await request.json() if await request.body() else None
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise InvalidDataError("the body is no JSON object")
    return found
