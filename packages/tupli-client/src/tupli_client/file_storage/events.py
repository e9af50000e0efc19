"""What a segment holds: a frame for every event, in the order in which things happened.

An event's JSON is ``{"store": kind, "header": {…}}``, ``{"delete": id}`` or ``{"publish": id, "published_in": […]}``, together with the
length and CRC-32 of the payload. Around it stand the id of the folder and a CRC-32 of its own, so that what is no whole event of this
folder is never taken for one.
"""

import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from tupli_schemas.errors import InvalidDataError, TooLargeError
from tupli_schemas.frames import Limits, frame_at
from tupli_schemas.payload import Buffer

PREFIX_BYTES = 12
"""The lengths at the beginning of a frame."""

LIMITS = Limits(header_bytes=1 << 28, payload_bytes=1 << 62)
"""Our own files are believed as far as they reach; the headers of a storage may be longer than those of a request."""


class Found(NamedTuple):
    """An event in a segment."""

    event: dict[str, Any]
    start: int  # of its frame
    offset: int  # of its payload
    n_bytes: int  # of its payload
    crc: int  # of its payload
    end: int  # of its frame


def stored(kind: str, header: str) -> bytes:
    """The event of an object (its header as JSON) that is stored, or stored anew in another place."""
    return f'"store":"{kind}","header":{header}'.encode()


def deleted(object_id: str) -> bytes:
    """The event of an object that is deleted."""
    return f'"delete":"{object_id}"'.encode()


def published(object_id: str, published_in: Sequence[str]) -> bytes:
    """The event of an object whose publications change: those that it has from now on."""
    return f'"publish":"{object_id}","published_in":'.encode() + to_json(published_in)


def crc_of(payload: Iterable[Buffer]) -> int:
    """CRC-32 of the bytes of ``payload`` one after another: finds damage as fast as the bytes can be read."""
    crc = 0
    for buffer in payload:
        crc = zlib.crc32(buffer, crc)
    return crc


def sealed(event: bytes, folder_id: str, n_bytes: int, crc: int) -> bytes:
    """The header of the frame of an event with this payload."""
    body = b'{"n_bytes":%d,"crc32":%d,%s}' % (n_bytes, crc, event)
    return _seal(folder_id) + b'%08x","event":%s}' % (zlib.crc32(body), body)


def events_in(segment: memoryview, folder_id: str, start: int = 0) -> Iterator[Found]:
    """The events of a segment from ``start`` on, in order. What is damaged or not whole is passed over."""
    position = start
    while position < len(segment):
        found = event_at(segment, position, folder_id)
        if found is not None:
            yield found
            position = found.end
        else:
            position = _next_seal(segment, position + 1, folder_id)


def event_at(segment: memoryview, position: int, folder_id: str) -> Found | None:
    """The event whose frame begins there; None if there is no whole one."""
    try:
        frame, end = frame_at(segment, position, LIMITS)
    except (InvalidDataError, TooLargeError):
        return None
    event = _unsealed(frame.header, folder_id)
    if event is None or event.get("n_bytes") != len(frame.payload):
        return None
    return Found(event, position, end - len(frame.payload), len(frame.payload), event["crc32"], end)


def _seal(folder_id: str) -> bytes:
    return b'{"folder":"%s","crc32":"' % folder_id.encode()


def _unsealed(header: bytes, folder_id: str) -> dict[str, Any] | None:
    seal = _seal(folder_id)
    begin = len(seal) + len('12345678","event":')
    crc, body = header[len(seal) : len(seal) + 8], header[begin:-1]
    if not header.startswith(seal) or crc != b"%08x" % zlib.crc32(body):
        return None
    event: dict[str, Any] = from_json(body)
    return event


def _next_seal(segment: memoryview, position: int, folder_id: str) -> int:
    """Where the next frame may begin; the end of the segment if none does."""
    found = _find(segment, _seal(folder_id), position + PREFIX_BYTES)
    return len(segment) if found is None else found - PREFIX_BYTES


def _find(segment: memoryview, wanted: bytes, start: int, piece: int = 1 << 24) -> int | None:
    while start < len(segment):
        found = bytes(segment[start : start + piece + len(wanted)]).find(wanted)
        if found >= 0:
            return start + found
        start += piece
    return None
