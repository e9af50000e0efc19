"""Benchmarks: environments, fully configured and stored."""

from typing import Annotated

from pydantic import Field, StringConstraints

from tupli_schemas.base import Header, Id, Metadata, Name, Schema, Text
from tupli_schemas.inspection import Inspection
from tupli_schemas.inspection.limits import MAX_CHARACTERS
from tupli_schemas.spaces import SpaceSpec

MAX_SERIALIZED = MAX_CHARACTERS

Hash = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9:_-]{1,128}$")]
Serialized = Annotated[str, StringConstraints(min_length=1, max_length=MAX_SERIALIZED)]


class BenchmarkMetadata(Schema):
    """What people say about a benchmark."""

    name: Name
    description: Text = ""
    difficulty: Text | None = None
    version: Name | None = None
    extra: Metadata = Field(default_factory=dict)


class BenchmarkQuery(Schema):
    """A benchmark to be stored: equal environments have equal hashes."""

    hash: Hash
    serialized: Serialized
    metadata: BenchmarkMetadata
    id: Id | None = None


class BenchmarkHeader(Header):
    """What a storage says about a benchmark, without the environment itself."""

    hash: Hash
    metadata: BenchmarkMetadata
    inspection: Inspection | None = Field(
        default=None, description="What the stored text would touch, read without running it."
    )
    observation_space: SpaceSpec | None = None
    action_space: SpaceSpec | None = None


class Benchmark(BenchmarkHeader):
    """A benchmark with the text that its environment is rebuilt from."""

    serialized: Serialized
