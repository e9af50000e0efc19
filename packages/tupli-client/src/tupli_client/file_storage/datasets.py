"""Datasets in a folder: the list of the members is the payload."""

from collections.abc import Iterable

from pydantic import TypeAdapter

from tupli_client.file_storage.contents import same, same_or_conflict
from tupli_client.file_storage.headers import read_header
from tupli_client.file_storage.index import Condition, Row
from tupli_client.file_storage.payloads import payload_of
from tupli_client.file_storage.shelf import Shelf
from tupli_client.file_storage.writer import Writer, draft_of
from tupli_client.references import not_found
from tupli_schemas.base import new_id, now
from tupli_schemas.datasets import Dataset, DatasetHeader, DatasetUpload, Member, digest
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import ConflictError

_MEMBERS: TypeAdapter[tuple[Member, ...]] = TypeAdapter(tuple[Member, ...])


def store(shelf: Shelf[DatasetHeader], upload: DatasetUpload, created_by: str) -> DatasetHeader:
    """Freeze a dataset, unless its author has an equal one of the same name and version."""

    def work(writer: Writer) -> DatasetHeader:
        episodes = _episodes(writer, upload.episodes)
        members = tuple(Member(id=episode.id, checksum=str(episode.checksum)) for episode in episodes)
        header = _header(upload, episodes, members, created_by)
        draft = draft_of("dataset", header, [_MEMBERS.dump_json(members)])
        if (row := writer.index.get(header.id)) is not None:
            return same_or_conflict(row, header, draft)
        if (row := _same_name(writer, header)) is not None:
            if (there := same(row, header, draft)) is not None and upload.id is None:
                return there
            raise ConflictError(
                f"you have another dataset {header.name}@{header.version} already: {row.id}",
                hint="give this one another version",
            )
        writer.store(draft)
        return header

    return shelf.session.write(work)


def load(shelf: Shelf[DatasetHeader], uri: str) -> Dataset:
    """A dataset with the list of its members."""
    row, payload = payload_of(shelf, uri)
    header = read_header(DatasetHeader, row.header)
    return Dataset(**dict(header), members=_MEMBERS.validate_json(bytes(payload)))


def _episodes(writer: Writer, ids: Iterable[str]) -> list[EpisodeHeader]:
    ids = tuple(ids)
    rows = {row.id: row for row in writer.index.rows("episode", [Condition("id", "in", ids)])}
    if missing := [episode_id for episode_id in ids if episode_id not in rows]:
        raise not_found(missing[0], (), EpisodeHeader)
    return [read_header(EpisodeHeader, rows[episode_id].header) for episode_id in ids]


def _header(
    upload: DatasetUpload, episodes: list[EpisodeHeader], members: tuple[Member, ...], created_by: str
) -> DatasetHeader:
    return DatasetHeader(
        id=upload.id or new_id(),
        created_by=created_by,
        created_at=now(),
        name=upload.name,
        version=upload.version,
        description=upload.description,
        metadata=upload.metadata,
        n_episodes=len(episodes),
        n_tuples=sum(episode.n_tuples for episode in episodes),
        n_bytes=sum(episode.n_bytes for episode in episodes),
        benchmark_ids=tuple(sorted({episode.benchmark_id for episode in episodes})),
        digest=digest(members),
    )


def _same_name(writer: Writer, header: DatasetHeader) -> Row | None:
    for row in writer.index.rows("dataset"):
        there = read_header(DatasetHeader, row.header)
        if (there.name, there.version, there.created_by) == (header.name, header.version, header.created_by):
            return row
    return None
