"""The routes of artifacts."""

import re
from typing import Annotated, Any
from urllib.parse import quote

from litestar import Response, Router, delete, get, post
from litestar.openapi import ResponseSpec
from litestar.response import Stream

from tupli_schemas.artifacts import ArtifactHeader
from tupli_schemas.errors import Problem
from tupli_server import errors
from tupli_server.artifacts import service, uploads
from tupli_server.artifacts.documents import ArtifactDocument
from tupli_server.contents import id_parameter, list_routes, publish_routes, require_type
from tupli_server.described import BYTES, takes
from tupli_server.openapi import problems
from tupli_server.parameters import Actor, AnyRequest

Id = Annotated[str, id_parameter("artifact")]

OCTETS = "application/octet-stream"
PARTS = {
    206: ResponseSpec(
        bytes, description="The bytes that `Range` asked for.", media_type=OCTETS, generate_examples=False
    ),
    304: ResponseSpec(None, description="It is still the one that `If-None-Match` names."),
}
METADATA = {"type": "string", "contentMediaType": "application/json", "description": "An ArtifactMetadata as JSON."}
FORM = {"type": "object", "properties": {"data": BYTES, "metadata": METADATA}, "required": ["data", "metadata"]}


@post(
    "/upload",
    status_code=200,
    request_max_body_size=None,
    operation_class=takes({uploads.FRAMES: BYTES, uploads.MULTIPART: FORM}),
    responses=problems(409),
)
async def upload_artifact(actor: Actor, request: AnyRequest) -> ArtifactHeader:
    """Store bytes, sent as one frame or as a multipart form (file ``data``, text ``metadata``)."""
    require_type(request, uploads.FRAMES, uploads.MULTIPART)
    arrival = service.Arrival(actor)
    return await uploads.receive(arrival, request.headers.get("content-type", ""), request.stream())


@get("/download", media_type=OCTETS, responses=PARTS | problems(404, 416))
async def download_artifact(actor: Actor, object_id: Id, request: AnyRequest) -> Response[Any]:
    """The bytes of an artifact, or with ``Range`` some of them."""
    document = await service.find(actor, object_id)
    etag = f'"{document.hash}"'
    if request.headers.get("if-none-match") == etag:
        return Response(b"", status_code=304, headers={"ETag": etag})
    wanted = _range(request.headers.get("range"), document.n_bytes)
    start, stop = wanted or (0, document.n_bytes)
    headers = _headers(document, etag) | {"Content-Length": str(max(stop - start, 0))}
    if wanted is None:
        return Stream(service.stream(document, start, stop), headers=headers)
    if start >= stop:
        return _no_such_bytes(request, document)
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{document.n_bytes}"
    return Stream(service.stream(document, start, stop), status_code=206, headers=headers)


@delete("/delete", status_code=200, responses=problems(404))
async def delete_artifact(actor: Actor, object_id: Id) -> None:
    """Delete an artifact for good."""
    await service.delete(actor, object_id)


def _no_such_bytes(request: AnyRequest, document: ArtifactDocument) -> Response[Any]:
    problem = Problem(
        title="Range not satisfiable",
        status=416,
        detail=f"the artifact has {document.n_bytes} bytes, and none of them is in the range",
        code="range-not-satisfiable",
        hint="ask for bytes that it has, or leave Range out",
        request_id=errors.request_id(request),
    )
    return errors.respond(problem, {"Content-Range": f"bytes */{document.n_bytes}"})


def _headers(document: ArtifactDocument, etag: str) -> dict[str, str]:
    """A browser saves an artifact and never shows or runs it, whatever its name and type claim."""
    return {
        "ETag": etag,
        "Accept-Ranges": "bytes",
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(document.name, safe='')}",
        "X-Content-Type-Options": "nosniff",
        "X-Metadata": quote(document.to_header().model_dump_json(), safe=' {}":,[]._-'),
    }


def _range(header: str | None, n_bytes: int) -> tuple[int, int] | None:
    """The bytes that a ``Range`` header asks for; None for all of them, also if the header is none that we understand."""
    found = re.fullmatch(r"bytes=(\d{0,18})-(\d{0,18})", header or "")
    if not found or not any(found.groups()):
        return None
    first, last = found.groups()
    if not first:
        return max(n_bytes - int(last), 0), n_bytes
    return int(first), min(int(last) + 1, n_bytes) if last else n_bytes


ROUTES = Router(
    "/artifacts",
    tags=["artifacts"],
    route_handlers=[
        upload_artifact,
        download_artifact,
        delete_artifact,
        *list_routes(ArtifactDocument),
        *publish_routes(ArtifactDocument),
    ],
)
