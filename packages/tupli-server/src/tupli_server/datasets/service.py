"""Freezing, loading and deleting datasets."""

from typing import Any, cast

from pymongo.errors import DuplicateKeyError

from tupli_schemas.base import new_id
from tupli_schemas.datasets import Dataset, DatasetHeader, DatasetUpload, Member, digest
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import ConflictError, NotFoundError
from tupli_schemas.filters import FilterIN
from tupli_schemas.permissions import GLOBAL, Permission
from tupli_server import audit, policy
from tupli_server.datasets.documents import DatasetDocument, members_of
from tupli_server.documents import kind_of
from tupli_server.policy import Actor

SLICE = 50_000
"""Members in one document: about 5 MB of the 16 that it may have."""

ASK = 5_000
"""Episodes that are looked up at once."""


async def store(actor: Actor, upload: DatasetUpload) -> DatasetHeader:
    """Freeze a list of episodes, each with the checksum that it has now.

    Raises:
        NotFoundError: The actor can read no such episode.
        ConflictError: The actor has another dataset of this name and version.
    """
    policy.require(actor, Permission.EPISODE_CREATE, group=GLOBAL)
    found = await _episodes(actor, upload.episodes)
    members = [Member(id=episode["_id"], checksum=episode["checksum"]) for episode in found]
    document = _document(actor, upload, found, digest(members))
    await members_of(DatasetDocument).insert_many(_slices(document.members_id, members))
    try:
        await document.insert()
    except DuplicateKeyError:
        return await _existing(actor, document)
    return cast(DatasetHeader, document.to_header())


async def load(actor: Actor, dataset_id: str) -> Dataset:
    """A dataset with the list of its episodes, in order."""
    document = await DatasetDocument.find_visible(actor, Permission.EPISODE_READ, dataset_id)
    slices = await members_of(DatasetDocument).find({"members_id": document.members_id}).sort("n").to_list()
    members = tuple(Member(id=item[0], checksum=item[1]) for part in slices for item in part["members"])
    header = document.to_header()
    return Dataset(**{name: getattr(header, name) for name in DatasetHeader.model_fields}, members=members)


async def delete(actor: Actor, dataset_id: str) -> None:
    """Delete a dataset for good; its episodes stay."""
    document = await DatasetDocument.find_visible(actor, Permission.EPISODE_READ, dataset_id)
    policy.require(actor, Permission.EPISODE_DELETE, document.to_header())
    await document.erase()
    await audit.note(actor.name, "dataset.delete", dataset_id, owner=document.created_by)


async def _episodes(actor: Actor, ids: tuple[str, ...]) -> list[dict[str, Any]]:
    """What a dataset keeps of its episodes, in order."""
    episodes = kind_of(EpisodeHeader)
    shown = {"checksum": 1, "n_tuples": 1, "n_bytes": 1, "benchmark_id": 1}
    found: dict[str, dict[str, Any]] = {}
    for start in range(0, len(ids), ASK):
        query = episodes.visible(actor, Permission.EPISODE_READ, FilterIN(key="id", value=ids[start : start + ASK]))
        async for episode in episodes.get_pymongo_collection().find(query, shown):
            found[episode["_id"]] = episode
    if missing := next((one for one in ids if one not in found), None):
        raise NotFoundError(f"Episode id doesn't exist: {missing!r}", hint="a dataset holds episodes that you can read")
    return [found[one] for one in ids]


def _document(actor: Actor, upload: DatasetUpload, episodes: list[dict[str, Any]], content: str) -> DatasetDocument:
    return DatasetDocument(
        id=upload.id or new_id(),
        created_by=actor.name,
        **upload.model_dump(mode="json", include={"name", "version", "description", "metadata"}),
        n_episodes=len(episodes),
        n_tuples=sum(episode["n_tuples"] for episode in episodes),
        n_bytes=sum(episode["n_bytes"] for episode in episodes),
        benchmark_ids=sorted({episode["benchmark_id"] for episode in episodes}),
        digest=content,
        members_id=new_id(),
    )


def _slices(members_id: str, members: list[Member]) -> list[dict[str, Any]]:
    return [
        {
            "members_id": members_id,
            "n": n,
            "members": [[member.id, member.checksum] for member in members[at : at + SLICE]],
        }
        for n, at in enumerate(range(0, len(members), SLICE))
    ]


async def _existing(actor: Actor, document: DatasetDocument) -> DatasetHeader:
    """The header of an equal dataset that is there already."""
    same_name = {"name": document.name, "version": document.version}
    found = await DatasetDocument.find_one({"created_by": actor.name, **same_name})
    await members_of(DatasetDocument).delete_many({"members_id": document.members_id})
    if found is not None and _content(found) == _content(document):
        return cast(DatasetHeader, found.to_header())
    raise ConflictError(
        f"there is another dataset {document.name}@{document.version}", hint="give this one another version"
    )


def _content(document: DatasetDocument) -> tuple[Any, ...]:
    return document.digest, document.description, document.metadata
