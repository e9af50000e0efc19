"""Storing, loading and deleting benchmarks."""

from typing import Any, cast

from pymongo.errors import DuplicateKeyError

from tupli_schemas import inspection
from tupli_schemas.base import new_id
from tupli_schemas.benchmarks import Benchmark, BenchmarkHeader, BenchmarkQuery
from tupli_schemas.episodes import EpisodeHeader
from tupli_schemas.errors import ConflictError, PermissionDeniedError, TooLargeError
from tupli_schemas.filters import FilterEQ
from tupli_schemas.permissions import GLOBAL, Permission
from tupli_server import audit, policy
from tupli_server.benchmarks.documents import BenchmarkDocument
from tupli_server.documents import kind_of
from tupli_server.policy import Actor

MAX_TEXT_BYTES = 14_000_000
"""A document of MongoDB holds 16 MB; what is larger belongs into artifacts."""


async def store(actor: Actor, query: BenchmarkQuery) -> BenchmarkHeader:
    """Store a benchmark, with what a reading of its text (which runs nothing) says about it.

    Raises:
        ConflictError: It is there already, as the actor's own or public.
        TooLargeError: The text is larger than a document can be.
    """
    policy.require(actor, Permission.BENCHMARK_CREATE, group=GLOBAL)
    if len(query.serialized.encode()) > MAX_TEXT_BYTES:
        raise TooLargeError(f"the environment has more than {MAX_TEXT_BYTES} bytes", hint="store its data as artifacts")
    if (known := await _same(actor, query)) is not None:
        return known
    document = BenchmarkDocument(id=query.id or new_id(), created_by=actor.name, **_described(query))
    try:
        await document.insert()
    except DuplicateKeyError:
        known = await _same(actor, query)
        if known is None:
            raise ConflictError(f"the id {document.id!r} is taken", hint="leave the id out") from None
        return known
    return cast(BenchmarkHeader, document.to_header())


async def load(actor: Actor, benchmark_id: str) -> Benchmark:
    """A benchmark with its text."""
    document = await BenchmarkDocument.find_visible(actor, Permission.BENCHMARK_READ, benchmark_id)
    header = document.to_header()
    return Benchmark(
        **{name: getattr(header, name) for name in BenchmarkHeader.model_fields}, serialized=document.serialized
    )


async def delete(actor: Actor, benchmark_id: str, *, force: bool = False) -> None:
    """Delete a benchmark for good.

    Raises:
        ConflictError: There are episodes of it, and nobody with the right everywhere forces it.
    """
    document = await BenchmarkDocument.find_visible(actor, Permission.BENCHMARK_READ, benchmark_id)
    policy.require(actor, Permission.BENCHMARK_DELETE, document.to_header())
    if force and Permission.BENCHMARK_DELETE not in actor.everywhere:
        raise PermissionDeniedError("only an administrator can force this", hint="delete its episodes first")
    if not force:
        await _require_no_episodes(actor, benchmark_id)
    await document.delete()
    await audit.note(actor.name, "benchmark.delete", benchmark_id, owner=document.created_by)


async def _same(actor: Actor, query: BenchmarkQuery) -> BenchmarkHeader | None:
    """The header of the very same upload, sent once more; an equal environment that was stored otherwise is a conflict."""
    own = {"created_by": actor.name, "$or": [{"_id": query.id}, {"hash": query.hash}]}
    found = await BenchmarkDocument.find_one({"$or": [own, {"hash": query.hash, "published_in": GLOBAL}]})
    if found is None:
        return None
    if found.id == query.id and found.created_by == actor.name and _is_the_same(found, query):
        return cast(BenchmarkHeader, found.to_header())
    raise ConflictError(f"Benchmark already exists: {found.id}", hint="use that one, or change the environment")


def _is_the_same(found: BenchmarkDocument, query: BenchmarkQuery) -> bool:
    described = _described(query)
    return all(getattr(found, name) == described[name] for name in ("hash", "serialized", "metadata"))


def _described(query: BenchmarkQuery) -> dict[str, Any]:
    """What is stored of a benchmark beside its owner, in the database's own types."""
    report = inspection.inspect(query.serialized)
    # What nobody could ever load is kept all the same, with that verdict on it: its data may be worth something.
    form = inspection.read(query.serialized).form if report.verdict != "refused" else None
    spaces = (form.observation_space, form.action_space) if form else (None, None)
    observation_space, action_space = (space.model_dump(mode="json") if space else None for space in spaces)
    return {
        "hash": query.hash,
        "serialized": query.serialized,
        "metadata": query.metadata.model_dump(mode="json"),
        "inspection": report.model_dump(mode="json"),
        "observation_space": observation_space,
        "action_space": action_space,
    }


async def _require_no_episodes(actor: Actor, benchmark_id: str) -> None:
    """Only those that the actor may see are spoken of."""
    episodes = kind_of(EpisodeHeader)
    visible = episodes.visible(actor, Permission.EPISODE_READ, FilterEQ(key="benchmark_id", value=benchmark_id))
    if await episodes.find_one(visible):
        raise ConflictError("there are episodes of this benchmark", hint="delete its episodes first")
