"""What the database keeps of a dataset."""

from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel

from tupli_schemas.base import Header
from tupli_schemas.datasets import DatasetHeader
from tupli_server.documents import CONTENT_INDEXES, StoredDocument


class DatasetDocument(StoredDocument):
    """A dataset's header. Its members, of which there may be millions, are in a collection beside it."""

    header_type: ClassVar[type[Header]] = DatasetHeader
    noun: ClassVar[str] = "Dataset"
    content: ClassVar[str] = "episode"

    name: str
    version: str
    description: str = ""
    metadata: dict[str, Any]
    n_episodes: int
    n_tuples: int
    n_bytes: int
    benchmark_ids: list[str]
    digest: str
    members_id: str
    """Names its members; fresh for each attempt to store them, so that attempts never mix."""

    class Settings:
        """One owner has each name and version once."""

        name = "datasets"
        indexes = (
            *CONTENT_INDEXES,
            IndexModel([("created_by", ASCENDING), ("name", ASCENDING), ("version", ASCENDING)], unique=True),
        )

    async def erase(self) -> None:
        """Delete the header first: members without it are only waste."""
        await self.delete()
        await members_of(type(self)).delete_many({"members_id": self.members_id})


def members_of(kind: type[DatasetDocument]) -> Any:
    """The collection of the members of all datasets, in numbered slices."""
    return kind.get_pymongo_collection().database["datasets.members"]
