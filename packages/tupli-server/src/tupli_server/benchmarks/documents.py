"""What the database keeps of a benchmark."""

from typing import Any, ClassVar

from pymongo import ASCENDING, IndexModel

from tupli_schemas.base import Header
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_server.documents import CONTENT_INDEXES, StoredDocument


class BenchmarkDocument(StoredDocument):
    """A benchmark with the text that its environment is rebuilt from. The server never rebuilds it."""

    header_type: ClassVar[type[Header]] = BenchmarkHeader
    noun: ClassVar[str] = "Benchmark"
    content: ClassVar[str] = "benchmark"

    hash: str
    metadata: dict[str, Any]
    inspection: dict[str, Any] | None = None
    observation_space: dict[str, Any] | None = None
    action_space: dict[str, Any] | None = None
    serialized: str

    class Settings:
        """One owner has each environment once."""

        name = "benchmarks"
        indexes = (*CONTENT_INDEXES, IndexModel([("created_by", ASCENDING), ("hash", ASCENDING)], unique=True))
