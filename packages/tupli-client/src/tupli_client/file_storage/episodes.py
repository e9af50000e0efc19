"""Episodes in a folder: recorded in batches, loaded as views of the segments."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import NamedTuple

from pydantic import ValidationError

from tupli_client.batches import in_batches
from tupli_client.file_storage.contents import same_or_conflict
from tupli_client.file_storage.headers import read_header
from tupli_client.file_storage.payloads import payload_of
from tupli_client.file_storage.shelf import Shelf
from tupli_client.file_storage.writer import Draft, Writer, draft_of
from tupli_client.questions import check_selection
from tupli_client.references import names, not_found
from tupli_client.storage import Progress, Selection
from tupli_schemas import codec
from tupli_schemas.base import new_id, now
from tupli_schemas.benchmarks import BenchmarkHeader
from tupli_schemas.episodes import Episode, EpisodeHeader, EpisodeItem
from tupli_schemas.errors import TupliError, invalid_data
from tupli_schemas.filters import BaseFilter
from tupli_schemas.statistics import statistics_of


class Encoded(NamedTuple):
    """An episode that is ready to be stored."""

    header: EpisodeHeader
    draft: Draft


def encode(episode: Episode, created_by: str) -> Encoded:
    """An episode as header and payload; ``InvalidDataError`` if it cannot be stored exactly."""
    data = episode.data
    payload = codec.encode(data)
    try:
        header = EpisodeHeader(
            id=episode.id or new_id(),
            created_by=created_by,
            created_at=now(),
            benchmark_id=episode.benchmark_id,
            metadata=episode.metadata,
            abandoned=episode.abandoned,
            recording=episode.recording,
            checksum=payload.checksum,
            n_bytes=payload.n_bytes,
            **dict(statistics_of(data)),
        )
    except ValidationError as error:  # the dicts of an episode can be changed after it was checked
        raise invalid_data(error, "the episode") from None
    return Encoded(header, draft_of("episode", header, payload.buffers))


def record(
    shelf: Shelf[EpisodeHeader], episodes: Iterable[Episode], created_by: str, progress: Progress | None = None
) -> list[EpisodeHeader]:
    """Store episodes as they come; the headers that are then there."""
    headers: list[EpisodeHeader] = []
    n_bytes = 0
    for batch in in_batches(
        (encode(episode, created_by) for episode in episodes), lambda encoded: encoded.header.n_bytes
    ):
        headers += shelf.session.write(_storing(batch))
        n_bytes += sum(encoded.header.n_bytes for encoded in batch)
        if progress is not None:
            progress(len(headers), n_bytes)
    return headers


def load(shelf: Shelf[EpisodeHeader], uri: str, columns: Collection[str] | None = None) -> Episode:
    """An episode with its steps, as views of the file."""
    row, payload = payload_of(shelf, uri)
    header = read_header(EpisodeHeader, row.header)
    return Episode(
        id=header.id,
        benchmark_id=header.benchmark_id,
        metadata=header.metadata,
        abandoned=header.abandoned,
        recording=header.recording,
        data=codec.decode(payload, columns=columns, max_bytes=_ANY_SIZE),
    )


def with_tuples(shelf: Shelf[EpisodeHeader], header: EpisodeHeader) -> EpisodeItem:
    """A header together with its steps."""
    return EpisodeItem(**dict(header), tuples=tuple(load(shelf, header.id).tuples))


class Loading(Iterator[Episode]):
    """Episodes, each loaded when it is asked for. One that fails raises; asked on, it goes on with the next."""

    def __init__(
        self, shelf: Shelf[EpisodeHeader], selection: Selection, columns: Collection[str] | None = None
    ) -> None:
        self._shelf = shelf
        self._selection = check_selection(selection)
        self._columns = columns
        self._rest: Iterator[EpisodeHeader | str] | None = None

    def __next__(self) -> Episode:
        if self._rest is None:
            selection = self._selection
            self._rest = iter(self._shelf.ids(selection) if isinstance(selection, BaseFilter) else selection)
        item = next(self._rest)
        return load(self._shelf, item if isinstance(item, str) else item.id, self._columns)


_ANY_SIZE = 1 << 62  # of our own payloads, whose checksum was right


def _storing(batch: list[Encoded]) -> Callable[[Writer], list[EpisodeHeader]]:
    def work(writer: Writer) -> list[EpisodeHeader]:
        known: set[str] = set()
        return [_store(writer, encoded, known) for encoded in batch]

    return work


def _store(writer: Writer, encoded: Encoded, known_benchmarks: set[str]) -> EpisodeHeader:
    header, draft = encoded
    if (row := writer.index.get(header.id)) is not None:
        return same_or_conflict(row, header, draft)
    if header.benchmark_id not in known_benchmarks:
        benchmark = writer.index.get(header.benchmark_id)
        if benchmark is None or benchmark.kind != "benchmark":
            raise _unknown_benchmark(writer, header.benchmark_id)
        known_benchmarks.add(header.benchmark_id)
    writer.store(draft)
    return header


def _unknown_benchmark(writer: Writer, benchmark_id: str) -> TupliError:
    headers = [read_header(BenchmarkHeader, header) for header in writer.index.headers("benchmark")]
    error = not_found(benchmark_id, headers, BenchmarkHeader)
    if named := [header.id for header in headers if benchmark_id in names(header)]:
        error.hint = f"an episode names its benchmark by id, here {' or '.join(named)}"
    error.hint = (
        error.hint or "an episode names its benchmark by id: store the benchmark first and use the id that this returns"
    )
    return error
