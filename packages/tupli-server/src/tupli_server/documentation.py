"""Pages for people: the start page, and the API's description as a page that needs nothing from elsewhere."""

from collections.abc import Callable
from importlib.resources import files
from typing import Annotated, Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import Parameter

from tupli_schemas.errors import NotFoundError
from tupli_server.auth.actors import PUBLIC

_TYPES = {"html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8"}
_FILES = ("start.html", "docs.html", "docs.js", "style.css")


@get("/", opt=PUBLIC, include_in_schema=False, sync_to_thread=False)
def start(request: Request[Any, Any, Any]) -> Response[Any]:
    """A page in a browser; for programs ``null``, which tells older clients that the server is there."""
    if "text/html" not in request.headers.get("accept", ""):
        return Response(None, media_type="application/json")
    return _page("start.html")


@get("/docs", opt=PUBLIC, include_in_schema=False, sync_to_thread=False)
def docs() -> Response[bytes]:
    """The API's description, to be read."""
    return _page("docs.html")


@get("/docs/{name:str}", opt=PUBLIC, include_in_schema=False, sync_to_thread=False)
def asset(name: Annotated[str, Parameter(max_length=100)]) -> Response[bytes]:
    """What the pages are made of."""
    if name not in _FILES:
        raise NotFoundError(f"there is no page {name!r}")
    return _page(name)


def description(describe: Callable[[], dict[str, Any]]) -> HTTPRouteHandler:
    """The route of the API's description, which is made when it is first asked for."""

    @get("/openapi.json", opt=PUBLIC, include_in_schema=False, sync_to_thread=True)
    def openapi_json() -> dict[str, Any]:
        """The API's description, for programs (OpenAPI 3.1)."""
        return describe()

    return openapi_json


def _page(name: str) -> Response[bytes]:
    content = files("tupli_server").joinpath("pages", name).read_bytes()
    return Response(content, media_type=_TYPES[name.rpartition(".")[2]], headers={"Cache-Control": "no-cache"})
