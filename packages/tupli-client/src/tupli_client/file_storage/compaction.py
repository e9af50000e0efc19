"""Space won back: what is still needed of a segment moves to a new one, and the old one is deleted."""

from functools import partial

from pydantic_core import from_json

from tupli_client.file_storage.blobs import Blobs
from tupli_client.file_storage.events import Found, events_in
from tupli_client.file_storage.index import Row
from tupli_client.file_storage.segments import Segments
from tupli_client.file_storage.session import Session
from tupli_client.file_storage.writer import Draft, Writer


def compact(session: Session, blobs: Blobs) -> int:
    """Free the space of everything that was deleted; the number of bytes that are won.

    One segment after another moves, each under the lock and in one transaction: whenever this is interrupted, everything is there.
    """
    if not session.folder.is_storage():
        return 0
    segments = Segments(session.folder.segments)
    won = 0
    for number in segments.numbers():
        won += session.write(partial(_move, segments=segments, number=number))
    return won + session.write(lambda writer: blobs.sweep({str(row.hash) for row in writer.index.rows("artifact")}))


def _move(writer: Writer, segments: Segments, number: int) -> int:
    """Move what is needed of a segment, if it holds anything that is not; the number of bytes that are won."""
    view = segments.view(number)
    found = list(events_in(view, writer.folder_id))
    n_bytes_of_events = sum(one.end - one.start for one in found)
    if n_bytes_of_events == len(view) and all(
        "store" not in one.event or _row_at(writer, number, one) for one in found
    ):
        return 0
    writer.begin_segment()
    for one in found:
        _keep(writer, view, number, one)
    writer.afterwards.append(lambda: segments.remove(number))
    return len(view) - writer.end.offset


def _keep(writer: Writer, view: memoryview, number: int, found: Found) -> None:
    """Say again what an event says, if that is still so."""
    event = found.event
    if "store" in event:
        if (row := _row_at(writer, number, found)) is not None:
            payload = [view[found.offset : found.end]]
            writer.store(Draft(row.kind, row.id, row.benchmark_id, row.hash, row.header, payload, found.crc))
    elif "delete" in event:
        if writer.index.get(event["delete"]) is None:  # of an object in an older segment
            writer.delete(event["delete"])
    elif (published := writer.index.get(event["publish"])) is not None:
        writer.publish(published, from_json(published.header)["published_in"])


def _row_at(writer: Writer, number: int, found: Found) -> Row | None:
    """The row of the object that an event stored, if that is still its place."""
    row = writer.index.get(found.event["header"]["id"])
    return row if row and row.place[:2] == (number, found.start) else None
