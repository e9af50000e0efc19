"""The two forms in which an artifact arrives: a frame, and the multipart form that PyTupli's client sends. Both are read as streams."""

from collections.abc import AsyncIterator
from typing import Any

from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)
from pydantic import ValidationError

from tupli_schemas.artifacts import ArtifactHeader, ArtifactMetadata
from tupli_schemas.errors import InvalidDataError, invalid_data
from tupli_schemas.frames import EndEvent, FrameParser, HeaderEvent, PayloadEvent
from tupli_server.artifacts.service import Arrival

FRAMES = "application/vnd.tupli.frames"
MULTIPART = "multipart/form-data"
MAX_METADATA_BYTES = 1 << 20


async def receive(arrival: Arrival, content_type: str, body: AsyncIterator[bytes]) -> ArtifactHeader:
    """Read an artifact from the body of a request, which is a frame or a form.

    Raises:
        InvalidDataError: The body is not what its content type says.
    """
    kind, options = parse_options_header(content_type)
    try:
        if kind == FRAMES:
            metadata = await _from_frame(arrival, body)
        elif options.get("boundary"):
            metadata = await _from_form(arrival, options["boundary"], body)
        else:
            raise InvalidDataError(f"{MULTIPART} needs a boundary", hint="let your HTTP library make the form")
    except BaseException:
        await arrival.abandon()
        raise
    # From here on nothing is taken back: if the answer of the database is lost, the artifact may exist, and bytes that turn out to
    # belong to nothing are the sweep's.
    return await arrival.finish(metadata)


async def _from_frame(arrival: Arrival, body: AsyncIterator[bytes]) -> ArtifactMetadata:
    parser, metadata, is_whole = FrameParser(), None, False
    async for piece in body:
        for event in parser.feed(piece):
            match event:
                case HeaderEvent(header) if metadata is None:
                    metadata = _metadata(header)
                case HeaderEvent():
                    raise InvalidDataError("there is more than one artifact in the body")
                case PayloadEvent(data):
                    await arrival.feed(data)
                case EndEvent():
                    is_whole = True
    parser.close()
    if metadata is None or not is_whole:
        raise InvalidDataError("there is no artifact in the body")
    return metadata


async def _from_form(arrival: Arrival, boundary: str, body: AsyncIterator[bytes]) -> ArtifactMetadata:
    said, parts = bytearray(), [""]
    try:
        with PushMultipartParser(boundary) as parser:
            async for piece in body:
                for event in parser.parse(piece):
                    if isinstance(event, MultipartSegment):
                        parts.append(_new_part(event.name, parts))
                    elif event and parts[-1] == "data":
                        await arrival.feed(bytes(event))
                    elif event:
                        said += event
                        _require_small(said)
    except MultipartError as error:
        raise InvalidDataError(f"the form cannot be read: {error}") from None
    if "data" not in parts:
        raise InvalidDataError("the form has no file called data")
    return _metadata(bytes(said))


def _new_part(name: str, before: list[str]) -> str:
    """The name of a part, unless it is unknown or comes twice: two files would quietly become one."""
    if name not in {"data", "metadata"}:
        raise InvalidDataError(f"the form has a part {name[:100]!r}; it has a file 'data' and a text 'metadata'")
    if name in before:
        raise InvalidDataError(f"the form has two parts called {name}")
    return name


def _require_small(said: Any) -> None:
    if len(said) > MAX_METADATA_BYTES:
        raise InvalidDataError(f"the metadata has more than {MAX_METADATA_BYTES} bytes")


def _metadata(said: bytes) -> ArtifactMetadata:
    try:
        return ArtifactMetadata.model_validate_json(said)
    except ValidationError as error:
        raise invalid_data(error, "the artifact's metadata") from None
