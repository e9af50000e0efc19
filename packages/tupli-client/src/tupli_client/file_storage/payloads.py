"""The payload of an object, as a view of its segment, checked."""

from typing import TypeVar

from tupli_client.file_storage.events import crc_of
from tupli_client.file_storage.index import Row
from tupli_client.file_storage.session import Opened
from tupli_client.file_storage.shelf import Shelf
from tupli_client.references import not_found
from tupli_schemas.base import Header
from tupli_schemas.errors import ChecksumError

H = TypeVar("H", bound=Header)


def payload_of(shelf: Shelf[H], uri: str) -> tuple[Row, memoryview]:
    """The row and the payload of the object that ``uri`` stands for.

    Raises:
        NotFoundError: It stands for nothing.
        ChecksumError: The bytes are not those that were stored.
    """
    object_id = shelf.row(uri).id

    def read(opened: Opened) -> tuple[Row | None, memoryview | None]:
        row = opened.index.get(object_id)
        return row, row and opened.segments.payload(row.place)

    row, payload = shelf.session.read(read)
    if row is not None and payload is None:  # its segment has just been replaced, or is damaged
        row, payload = shelf.session.read(read)
    if row is None:
        raise not_found(uri, (), shelf.schema)
    if payload is None or crc_of([payload]) != row.place.crc:
        raise damaged(row)
    return row, payload


def damaged(row: Row) -> ChecksumError:
    """The error that names what is damaged."""
    return ChecksumError(
        f"{row.kind} {row.id} is damaged: its bytes are not those that were stored",
        hint="restore it from a copy, or delete it; verify() lists everything that is damaged",
    )
