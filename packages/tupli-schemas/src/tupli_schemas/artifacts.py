"""Artifacts: bytes that benchmarks refer to, such as time series and policies."""

from pydantic import Field, NonNegativeInt

from tupli_schemas.base import Header, Id, Metadata, Name, Schema, Text


class ArtifactMetadata(Schema):
    """What people say about an artifact."""

    name: Name
    description: Text = ""
    benchmark_id: Id | None = None
    content_type: Name | None = Field(default=None, description="A media type such as text/csv.")
    extra: Metadata = Field(default_factory=dict)


class ArtifactHeader(Header, ArtifactMetadata):
    """What a storage says about an artifact, without its bytes."""

    hash: str = Field(description="The SHA-256 of the bytes, in hex.")
    n_bytes: NonNegativeInt = 0
    encoding: str = "binary"


ArtifactMetadataItem = ArtifactHeader
"""The name that PyTupli's users know."""
