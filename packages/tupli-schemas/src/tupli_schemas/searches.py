"""A question to a storage, and one page of its answer."""

from typing import Annotated, Generic, TypeVar

from pydantic import Field, PositiveInt

from tupli_schemas.base import Schema
from tupli_schemas.filters import EVERYTHING, BoundedFilter

DEFAULT_LIMIT = 1_000
MAX_LIMIT = 10_000

SortKey = Annotated[str, Field(pattern=r"^-?[^\x00-\x1f$.-][^\x00-\x1f]*$", max_length=300)]
"""A key to sort by; with ``-`` before it, the largest come first."""

Item = TypeVar("Item")


class Search(Schema):
    """Which objects, in which order, and from where on."""

    filter: BoundedFilter = EVERYTHING
    sort: tuple[SortKey, ...] = Field(default=(), max_length=4)
    cursor: str | None = Field(default=None, max_length=2_000)
    limit: PositiveInt | None = Field(default=None, le=MAX_LIMIT)


class Page(Schema, Generic[Item]):
    """Some of the answer, and where the rest begins."""

    items: tuple[Item, ...]
    next: str | None = Field(default=None, description="The cursor of the next page; null on the last.")
