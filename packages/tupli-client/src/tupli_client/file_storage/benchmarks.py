"""Benchmarks in a folder: the text of the environment is the payload."""

from typing import Any

from tupli_client.file_storage.contents import same_or_conflict
from tupli_client.file_storage.headers import read_header
from tupli_client.file_storage.index import Condition, Row
from tupli_client.file_storage.payloads import payload_of
from tupli_client.file_storage.shelf import Shelf
from tupli_client.file_storage.writer import Writer, draft_of
from tupli_schemas import inspection
from tupli_schemas.base import new_id, now
from tupli_schemas.benchmarks import Benchmark, BenchmarkHeader, BenchmarkQuery
from tupli_schemas.errors import ConflictError


def store(shelf: Shelf[BenchmarkHeader], query: BenchmarkQuery, created_by: str) -> BenchmarkHeader:
    """Store a benchmark, unless its author has stored one with an equal hash."""
    header = BenchmarkHeader(
        id=query.id or new_id(),
        created_by=created_by,
        created_at=now(),
        hash=query.hash,
        metadata=query.metadata,
        **_read(query.serialized),
    )
    draft = draft_of("benchmark", header, [query.serialized.encode()])

    def work(writer: Writer) -> BenchmarkHeader:
        if (row := writer.index.get(header.id)) is not None:
            return same_or_conflict(row, header, draft)
        for row in writer.index.with_hash("benchmark", header.hash):
            there = read_header(BenchmarkHeader, row.header)
            if there.created_by == created_by:
                raise ConflictError(
                    f"you have stored this environment already, as benchmark {there.id} ({there.metadata.name!r})",
                    hint="use that one",
                )
        writer.store(draft)
        return header

    return shelf.session.write(work)


def _read(serialized: str) -> dict[str, Any]:
    """What the text says without being run: what it would touch, and the spaces."""
    report = inspection.inspect(serialized)
    if report.verdict == "refused":
        return {"inspection": report}  # kept all the same: its data may be worth something
    form = inspection.read(serialized).form
    return {"inspection": report, "observation_space": form.observation_space, "action_space": form.action_space}


def load(shelf: Shelf[BenchmarkHeader], uri: str) -> Benchmark:
    """A benchmark with its text."""
    row, payload = payload_of(shelf, uri)
    header = read_header(BenchmarkHeader, row.header)
    return Benchmark(**dict(header), serialized=str(payload, "utf-8"))


def delete(shelf: Shelf[BenchmarkHeader], uri: str) -> None:
    """Delete a benchmark that has no episodes."""

    def work(writer: Writer, row: Row) -> None:
        n_episodes = sum(1 for _ in writer.index.headers("episode", [Condition("benchmark_id", "in", [row.id])]))
        if n_episodes:
            raise ConflictError(f"benchmark {row.id} has {n_episodes} episodes", hint="delete them first")
        writer.delete(row.id)

    shelf.change(uri, work)
