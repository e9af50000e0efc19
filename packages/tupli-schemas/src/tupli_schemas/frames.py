"""Many headers with their payloads as one stream of bytes: the body of an upload or a download, and a segment file.

A frame is the header's length (4 bytes), the payload's length (8 bytes; both little-endian), the header (JSON), the payload. A
stream is frames and nothing between them; it ends only between two.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
from pydantic import NonNegativeInt

from tupli_schemas.base import Schema
from tupli_schemas.errors import InvalidDataError, TooLargeError
from tupli_schemas.payload import Buffer

ALIGNMENT = 16
"""Payloads begin at a multiple of it, so that their columns can be used where they lie."""

MAX_HEADER_BYTES = 1 << 20
MAX_PAYLOAD_BYTES = 16 << 30

_PREFIX_BYTES = 12
_AHEAD_BYTES = 256 << 10  # small frames are read many at a time; what is larger goes straight to its place
_TORN = "the stream ends inside a frame"


class Manifest(Schema):
    """The header of a download's first frame, whose payload is empty: what follows, so that room can be made for it once."""

    n_episodes: NonNegativeInt
    n_tuples: NonNegativeInt
    n_bytes: NonNegativeInt


class Frame(NamedTuple):
    """A header and its payload."""

    header: bytes
    payload: memoryview


class HeaderEvent(NamedTuple):
    """A frame has begun; ``n_bytes`` of payload follow."""

    header: bytes
    n_bytes: int


class PayloadEvent(NamedTuple):
    """The next bytes of the frame's payload: a view of the chunk that was fed."""

    data: memoryview


class EndEvent(NamedTuple):
    """The frame is complete."""


Event: TypeAlias = HeaderEvent | PayloadEvent | EndEvent


@dataclass(frozen=True, slots=True)
class Limits:
    """The longest header and payload that are accepted, in bytes."""

    header_bytes: int = MAX_HEADER_BYTES
    payload_bytes: int = MAX_PAYLOAD_BYTES

    def lengths(self, prefix: Buffer) -> tuple[int, int]:
        """The lengths of header and payload that a frame claims; ``TooLargeError`` before anything of that length is read."""
        header_bytes, payload_bytes = int.from_bytes(prefix[:4], "little"), int.from_bytes(prefix[4:], "little")
        if header_bytes > self.header_bytes:
            raise TooLargeError(
                f"a frame claims a header of {header_bytes} bytes; at most {self.header_bytes} are accepted"
            )
        if payload_bytes > self.payload_bytes:
            raise TooLargeError(
                f"a frame claims a payload of {payload_bytes} bytes; at most {self.payload_bytes} are accepted"
            )
        return header_bytes, payload_bytes


DEFAULT_LIMITS = Limits()


class Readable(Protocol):
    """What ``read`` reads from: a file, a socket's file, the raw response of an HTTP client."""

    def readinto(self, buffer: memoryview, /) -> int | None: ...


def write(header: bytes, payload: Iterable[Buffer], *, position: int = 0) -> list[Buffer]:
    """A frame as buffers to be written one after another.

    Args:
        header: JSON, without spaces at its end: it is filled up with spaces, so that the payload begins at a multiple of 16.
        payload: The payload's buffers, which are passed on as they are.
        position: Where in its file or stream the frame will begin.
    """
    buffers = list(payload)
    return [beginning(header, sum(map(len, buffers)), position=position), *buffers]


def beginning(header: bytes, payload_bytes: int, *, position: int = 0) -> bytes:
    """What goes before the payload of a frame, for those who do not hold the payload itself; arguments as for ``write``."""
    header += b" " * (-(position + _PREFIX_BYTES + len(header)) % ALIGNMENT)
    return len(header).to_bytes(4, "little") + payload_bytes.to_bytes(8, "little") + header


def read(file: Readable, limits: Limits = DEFAULT_LIMITS) -> Iterator[Frame]:
    """The frames of a stream, each payload in one aligned buffer of its own. Reads ahead.

    Raises:
        TooLargeError: A frame claims more than ``limits`` allow.
        InvalidDataError: The stream ends inside a frame.
    """
    source = _Source(file)
    while prefix := source.take(_PREFIX_BYTES, may_end=True):
        header_bytes, payload_bytes = limits.lengths(prefix)
        header = bytes(source.take(header_bytes)).rstrip(b" ")
        yield Frame(header, source.take(payload_bytes))


def frame_at(buffer: Buffer, position: int, limits: Limits = DEFAULT_LIMITS) -> tuple[Frame, int]:
    """The frame that begins at ``position`` of a buffer (such as a mapped file), as a view of it, and the position behind it.

    Raises:
        TooLargeError: It claims more than ``limits`` allow.
        InvalidDataError: The buffer ends inside the frame.
    """
    view = memoryview(buffer).cast("B").toreadonly()
    begin = position + _PREFIX_BYTES
    if begin > len(view):
        raise InvalidDataError(_TORN)
    header_bytes, payload_bytes = limits.lengths(view[position:begin])
    middle = begin + header_bytes
    end = middle + payload_bytes
    if end > len(view):
        raise InvalidDataError(_TORN)
    return Frame(bytes(view[begin:middle]).rstrip(b" "), view[middle:end]), end


class FrameParser:
    """Finds the frames in chunks of a stream as they arrive, and keeps no payload: for a server that passes payloads on."""

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self._limits = limits
        self._chunk = memoryview(b"")
        self._held = bytearray()  # the part of a prefix or header that has arrived
        self._lengths: tuple[int, int] | None = None  # of the frame whose header is arriving
        self._payload_left: int | None = None  # None outside a payload

    def feed(self, chunk: Buffer) -> list[Event]:
        """What ``chunk`` brings: for each frame a header, pieces of payload, an end.

        Raises:
            TooLargeError: A frame claims more than the limits allow.
        """
        self._chunk = memoryview(chunk)
        return list(iter(self._next, None))

    def close(self) -> None:
        """Say that nothing more will come; ``InvalidDataError`` in the middle of a frame."""
        if self._held or self._lengths is not None or self._payload_left is not None:
            raise InvalidDataError(_TORN)

    def _next(self) -> Event | None:
        if self._payload_left is None:
            return self._next_header()
        if self._payload_left == 0:
            self._payload_left = None
            return EndEvent()
        if not self._chunk:
            return None
        piece = self._cut(self._payload_left)
        self._payload_left -= len(piece)
        return PayloadEvent(piece)

    def _next_header(self) -> HeaderEvent | None:
        if self._lengths is None:
            if (prefix := self._gather(_PREFIX_BYTES)) is None:
                return None
            self._lengths = self._limits.lengths(prefix)
        if (header := self._gather(self._lengths[0])) is None:
            return None
        self._payload_left, self._lengths = self._lengths[1], None
        return HeaderEvent(header.rstrip(b" "), self._payload_left)

    def _gather(self, n_bytes: int) -> bytes | None:
        self._held += self._cut(n_bytes - len(self._held))
        if len(self._held) < n_bytes:
            return None
        gathered = bytes(self._held)
        self._held.clear()
        return gathered

    def _cut(self, n_bytes: int) -> memoryview:
        piece, self._chunk = self._chunk[:n_bytes], self._chunk[n_bytes:]
        return piece


class _Source:
    """A file from which exact numbers of bytes are taken."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self._buffer = memoryview(bytearray(_AHEAD_BYTES))
        self._ahead = self._buffer[:0]

    def take(self, n_bytes: int, *, may_end: bool = False) -> memoryview:
        """The next bytes, in memory of their own; none at the end of the file if it ``may_end`` here."""
        try:
            taken = np.empty(n_bytes, np.uint8).data
        except MemoryError:
            raise TooLargeError(f"a frame claims {n_bytes} bytes, for which there is no memory") from None
        filled = 0
        while filled < n_bytes:
            count = self._some(taken[filled:])
            if not count and may_end and not filled:
                return taken[:0]
            if not count:
                raise InvalidDataError(_TORN)
            filled += count
        return taken.toreadonly()

    def _some(self, target: memoryview) -> int:
        if not self._ahead:
            if len(target) >= _AHEAD_BYTES:
                return self._file.readinto(target) or 0
            self._ahead = self._buffer[: self._file.readinto(self._buffer) or 0]
        count = min(len(target), len(self._ahead))
        target[:count], self._ahead = self._ahead[:count], self._ahead[count:]
        return count
