"""The episodes of a frozen dataset, and whether they still are what was frozen."""

from tupli_client.storage import TupliStorage
from tupli_schemas.datasets import Dataset, Member
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import ChecksumError, NotFoundError
from tupli_schemas.filters import FilterIN

_AT_A_TIME = 10_000


def headers_of(storage: TupliStorage, dataset: Dataset) -> list[EpisodeHeader]:
    """The headers of the episodes of a dataset, in its order.

    Raises:
        NotFoundError: One is no longer there.
        ChecksumError: One has other content than it had when the dataset was frozen.
    """
    ids = tuple(member.id for member in dataset.members)
    found = {
        header.id: header
        for start in range(0, len(ids), _AT_A_TIME)
        for header in storage.list_episodes(FilterIN(key="id", value=ids[start : start + _AT_A_TIME]))
    }
    return [_unchanged(member, found.get(member.id), dataset.name) for member in dataset.members]


def _unchanged(member: Member, header: EpisodeHeader | None, dataset: str) -> EpisodeHeader:
    if header is None:
        raise NotFoundError(
            f"episode {member.id} of the dataset {dataset!r} is no longer there",
            hint="it was deleted, or is no longer published where you can see it",
        )
    if header.checksum != member.checksum:
        raise ChecksumError(f"episode {member.id} is not the one that the dataset {dataset!r} was frozen with")
    return header
