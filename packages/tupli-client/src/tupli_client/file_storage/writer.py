"""Changes to a folder that are made together: entered in the index at once, appended to a segment at the end."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from tupli_client.file_storage.events import crc_of, deleted, published, sealed, stored
from tupli_client.file_storage.index import Index, Row
from tupli_client.file_storage.replay import next_position, with_publications
from tupli_client.file_storage.segments import Place, Position, Segments
from tupli_schemas.base import Header
from tupli_schemas.frames import write
from tupli_schemas.payload import Buffer


class Draft(NamedTuple):
    """An object to be stored. Made before the lock is taken, so that nobody waits for its encoding."""

    kind: str
    id: str
    benchmark_id: str | None
    hash: str | None
    header: str
    payload: Sequence[Buffer]
    crc: int


def draft_of(kind: str, header: Header, payload: Sequence[Buffer] = ()) -> Draft:
    """The draft of an object with this header and payload."""
    benchmark_id, hash_ = getattr(header, "benchmark_id", None), getattr(header, "hash", None)
    return Draft(kind, header.id, benchmark_id, hash_, header.model_dump_json(), payload, crc_of(payload))


class Writer:
    """Collects changes while the folder's lock is held and a transaction of the index is open."""

    def __init__(self, index: Index, segments: Segments, position: Position, folder_id: str) -> None:
        self.index = index
        self.afterwards: list[Callable[[], object]] = []
        """What is to be done as soon as the changes are stored for good, still under the lock."""
        self._segments = segments
        self.folder_id = folder_id
        self._start = self.end = next_position(position, segments)
        self._buffers: list[Buffer] = []
        self._adds = self._makes_room = False

    def begin_segment(self) -> None:
        """Append to a new segment from here on; before any change. What makes room may use the last of it."""
        self._makes_room = True
        self._start = self.end = Position(max(self._segments.numbers(), default=0) + 1, 0)

    def store(self, draft: Draft) -> None:
        """Add an object, or replace the place of one."""
        self._adds = True
        place = self._append(stored(draft.kind, draft.header), draft.payload, draft.crc)
        self.index.put(Row(draft.kind, draft.id, draft.benchmark_id, draft.hash, draft.header, place))

    def delete(self, object_id: str) -> None:
        """Delete an object."""
        self._append(deleted(object_id))
        self.index.remove(object_id)

    def publish(self, row: Row, published_in: Sequence[str]) -> None:
        """Let an object have these publications from now on."""
        self._append(published(row.id, published_in))
        self.index.put(with_publications(row, published_in))

    def flush(self) -> None:
        """Wait until everything is on the disk."""
        if self._adds and not self._makes_room:
            self._segments.check_room(sum(map(len, self._buffers)))
        if self._buffers:
            self._segments.append(self._start, self._buffers)
            self.index.position = self.end

    def take_back(self) -> None:
        """Leave nothing behind of changes that the index did not accept."""
        if self._buffers and self._segments.size(self._start.segment) == self.end.offset:
            self._segments.cut(self._start)

    def _append(self, event: bytes, payload: Sequence[Buffer] = (), crc: int = 0) -> Place:
        n_bytes = sum(map(len, payload))
        start = self.end.offset
        frame = write(sealed(event, self.folder_id, n_bytes, crc), payload, position=start)
        end = start + sum(map(len, frame))
        self._buffers += frame
        self.end = Position(self.end.segment, end)
        return Place(self.end.segment, start, end - n_bytes, n_bytes, crc)
