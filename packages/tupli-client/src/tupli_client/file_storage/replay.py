"""From the segments to the index: what happened since the index was last up to date, after a crash or without any index."""

from collections.abc import Iterator, Sequence
from typing import Any

from pydantic_core import from_json, to_json

from tupli_client.file_storage.events import Found, crc_of, events_in
from tupli_client.file_storage.index import Index, Row
from tupli_client.file_storage.segments import Place, Position, Segments

_START = Position(0, 0)


def catch_up(index: Index, segments: Segments, folder_id: str) -> Position:
    """Bring the index up to date, in one transaction, and say where it is then.

    The caller holds the folder's lock, so nobody is in mid-write. What a process that died had not written whole is passed over:
    nobody was told that it is stored. Payloads behind the position of the index are checked for that reason; for an index made anew they
    are not, so that damage is reported when they are loaded.
    """
    position = index.position
    unread = list(_unread(position, segments))
    if not unread:
        return position
    check = position != _START
    with index.transaction():
        for start in unread:
            index.position = position = _read(index, segments, start, folder_id, check=check)
    return position


def next_position(position: Position, segments: Segments) -> Position:
    """Where to append, if the index is up to date: at ``position``, or in a new segment."""
    if position != _START and segments.size(position.segment) == position.offset < segments.max_bytes:
        return position
    return Position(max(position.segment, *segments.numbers(), 0) + 1, 0)


def row_of(kind: str, header: dict[str, Any], place: Place) -> Row:
    """The row of an object."""
    return Row(kind, header["id"], header.get("benchmark_id"), header.get("hash"), to_json(header).decode(), place)


def with_publications(row: Row, published_in: Sequence[str]) -> Row:
    """The row with other publications."""
    header = from_json(row.header) | {"published_in": published_in}
    return row._replace(header=to_json(header).decode())


def _unread(position: Position, segments: Segments) -> Iterator[Position]:
    if segments.size(position.segment) > position.offset:
        yield position
    yield from (Position(number, 0) for number in segments.numbers() if number > position.segment)


def _read(index: Index, segments: Segments, start: Position, folder_id: str, *, check: bool) -> Position:
    """Make the rest of a segment part of the index; the position behind it.

    Behind a frame that was cut short the next segment begins, so that its remains and what is appended never look like a frame.
    """
    view, end = segments.view(start.segment), start.offset
    for found in events_in(view, folder_id, start.offset):
        end = found.end
        if not check or crc_of([view[found.offset : found.end]]) == found.crc:
            _apply(index, start.segment, found)
    return Position(start.segment, end) if end == len(view) else Position(start.segment + 1, 0)


def _apply(index: Index, number: int, found: Found) -> None:
    event = found.event
    if "store" in event:
        place = Place(number, found.start, found.offset, found.n_bytes, found.crc)
        index.put(row_of(event["store"], event["header"], place))
    elif "delete" in event:
        index.remove(event["delete"])
    elif (row := index.get(event["publish"])) is not None:
        index.put(with_publications(row, event["published_in"]))
