"""Lists over HTTP: ``limit``, ``cursor`` and ``sort`` in the query, ``Link: rel="next"`` in the answer."""

from typing import Annotated, Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from litestar import Request, Response
from litestar.params import QueryParameter

from tupli_schemas.searches import MAX_LIMIT
from tupli_server.paging import Listed, PageQuery

Item = TypeVar("Item")

MAX_SORT_KEYS = 4

Limit = Annotated[
    int | None, QueryParameter(ge=1, le=MAX_LIMIT, description=f"How many at most; {MAX_LIMIT} when left out.")
]
Cursor = Annotated[
    str | None,
    QueryParameter(
        pattern=r"^[A-Za-z0-9_-]*$",
        max_length=2_000,
        description="Where to go on: from the Link header of the page before.",
    ),
]
_KEY = r"-?[^\x00-\x1f$.,-][^\x00-\x1f.,]*(\.[^\x00-\x1f$.,][^\x00-\x1f.,]*)*"
Sort = Annotated[
    str | None,
    QueryParameter(
        pattern=f"^({_KEY}(,{_KEY}){{0,{MAX_SORT_KEYS - 1}}})?$",
        max_length=1_200,
        description=f"Up to {MAX_SORT_KEYS} keys as in a filter, with commas between; '-' before one puts the largest first.",
    ),
]


async def provide_page(limit: Limit = None, cursor: Cursor = None, sort: Sort = None) -> PageQuery:
    """What a handler's parameter ``page: PageQuery`` is given."""
    return PageQuery(limit=limit, cursor=cursor, sort=tuple(sort.split(",")) if sort else ())


def as_list(request: Request[Any, Any, Any], listed: Listed[Item]) -> Response[list[Item]]:
    """A page as a plain JSON array; where the next one is, a header says."""
    headers = {"Link": f'<{_next_url(request, listed.next)}>; rel="next"'} if listed.next else {}
    return Response(listed.items, headers=headers)


def _next_url(request: Request[Any, Any, Any], cursor: str) -> str:
    """Relative to the request's own, so that it holds behind any path prefix."""
    query = [(name, value) for name, value in parse_qsl(request.url.query) if name != "cursor"]
    return "?" + urlencode([*query, ("cursor", cursor)])
