"""Everything in a folder read once and compared with what was stored."""

import hashlib
from typing import NamedTuple

from pydantic_core import from_json

from tupli_client.file_storage.blobs import Blobs
from tupli_client.file_storage.events import crc_of, event_at
from tupli_client.file_storage.index import Row
from tupli_client.file_storage.segments import Segments
from tupli_client.file_storage.session import Session
from tupli_schemas.payload import checksum_of


class Damage(NamedTuple):
    """An object of which not everything is as it was stored."""

    kind: str
    id: str
    detail: str


def verify(session: Session, blobs: Blobs) -> list[Damage]:
    """Every damaged object, in the order of ids. Reads everything, one object at a time, so that others can work meanwhile."""
    ids = session.read(lambda opened: [row.id for row in opened.index.rows()])
    return [damage for object_id in ids if (damage := _check(session, blobs, object_id)) is not None]


def _check(session: Session, blobs: Blobs, object_id: str) -> Damage | None:
    def find_problem() -> Damage | None:
        row, opened = session.read(lambda opened: (opened.index.get(object_id), opened))
        if row is None:  # deleted meanwhile
            return None
        detail = _frame_problem(row, opened.segments, opened.folder_id) or _content_problem(row, opened.segments, blobs)
        return Damage(row.kind, row.id, detail) if detail else None

    # A segment may be replaced while it is read; then the object is found whole in its new place.
    return find_problem() and find_problem()


def _frame_problem(row: Row, segments: Segments, folder_id: str) -> str | None:
    """Whether the frame in the segment still says what the index says, so that the index could be made anew."""
    found = event_at(segments.view(row.place.segment), row.place.start, folder_id)
    if found is None or (found.offset, found.n_bytes, found.crc) != row.place[2:]:
        return f"its entry in {segments.path(row.place.segment).name} is damaged"
    if _unpublished(found.event["header"]) != _unpublished(from_json(row.header)):
        return "the index says something else of it than the segment; delete the index to have it made anew"
    return None


def _content_problem(row: Row, segments: Segments, blobs: Blobs) -> str | None:
    payload = segments.payload(row.place)
    if payload is None or crc_of([payload]) != row.place.crc:
        return f"its payload in {segments.path(row.place.segment).name} is damaged"
    if row.kind == "episode" and checksum_of([payload]) != from_json(row.header)["checksum"]:
        return "its payload does not have the checksum in its header"
    return _blob_problem(blobs, str(row.hash)) if row.kind == "artifact" else None


def _blob_problem(blobs: Blobs, hash_: str) -> str | None:
    try:
        with blobs.path(hash_).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != hash_:
                return "its file is damaged"
    except FileNotFoundError:
        return "its file is missing"
    return None


def _unpublished(header: dict[str, object]) -> dict[str, object]:
    """Publications have events of their own."""
    return {key: value for key, value in header.items() if key != "published_in"}
