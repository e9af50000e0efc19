"""Datasets: frozen, citable versions of a selection of episodes."""

import hashlib
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field, NonNegativeInt, model_validator

from tupli_schemas.base import Header, Id, Metadata, Name, Schema, Text

MAX_EPISODES = 5_000_000


class Member(Schema):
    """One episode of a dataset, and the checksum that its payload had when the dataset was frozen."""

    id: Id
    checksum: str


class DatasetDescription(Schema):
    """What its author says about a dataset."""

    name: Name
    version: Name = "1"
    description: Text = ""
    metadata: Metadata = Field(default_factory=dict)


class DatasetUpload(DatasetDescription):
    """A dataset to be stored: the episodes that belong to it, in order."""

    id: Id | None = None
    episodes: Annotated[
        tuple[Id, ...],
        Field(min_length=1, max_length=MAX_EPISODES, fail_fast=True, json_schema_extra={"uniqueItems": True}),
    ]

    @model_validator(mode="after")
    def _hold_no_episode_twice(self) -> "DatasetUpload":
        if len(set(self.episodes)) != len(self.episodes):
            raise ValueError("an episode belongs to a dataset once")
        return self


class DatasetHeader(Header, DatasetDescription):
    """What a storage says about a dataset, without the list of its episodes."""

    n_episodes: NonNegativeInt
    n_tuples: NonNegativeInt
    n_bytes: NonNegativeInt = 0
    benchmark_ids: tuple[Id, ...] = ()
    digest: str = Field(description="Names the content for good: equal digests, equal data.")


class Dataset(DatasetHeader):
    """A dataset with the list of its episodes."""

    members: tuple[Member, ...]


def digest(members: Iterable[Member]) -> str:
    """SHA-256 over ids and checksums in order: what a citation of the dataset refers to."""
    text = "".join(f"{member.id} {member.checksum}\n" for member in members)
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
