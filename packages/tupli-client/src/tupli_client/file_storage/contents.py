"""Whether an object that is stored again is the one that is there."""

import json
from typing import TypeVar

from tupli_client.file_storage.headers import read_header
from tupli_client.file_storage.index import Row
from tupli_client.file_storage.writer import Draft
from tupli_schemas.base import Header
from tupli_schemas.errors import ConflictError

H = TypeVar("H", bound=Header)

_NOT_CONTENT = {"id", "created_by", "created_at", "published_in", "inspection", "observation_space", "action_space"}
"""What a storage adds. The last three it reads from the payload, and a later version may read more from the same."""


def same(row: Row, header: H, draft: Draft) -> H | None:
    """The header that is there, if it and its payload have the content of ``header`` and ``draft``."""
    if (row.kind, row.place.n_bytes, row.place.crc) != (draft.kind, sum(map(len, draft.payload)), draft.crc):
        return None
    there = read_header(type(header), row.header)
    return there if _content(there) == _content(header) else None


def same_or_conflict(row: Row, header: H, draft: Draft) -> H:
    """The header that is there under the id of ``header``; ``ConflictError`` if it is of another content."""
    there = same(row, header, draft)
    if there is None:
        raise ConflictError(
            f"the id {header.id!r} belongs to another {row.kind} already",
            hint="store it without an id, or delete that one first",
        )
    return there


def _content(header: Header) -> str:
    """As text, in which 1, 1.0 and true differ."""
    return json.dumps(header.model_dump(mode="json", exclude=_NOT_CONTENT), sort_keys=True)
