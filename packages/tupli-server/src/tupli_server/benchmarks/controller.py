"""The routes of benchmarks."""

from typing import Annotated

from litestar import Router, delete, get, post

from tupli_schemas.benchmarks import Benchmark, BenchmarkHeader, BenchmarkQuery
from tupli_server.benchmarks import service
from tupli_server.benchmarks.documents import BenchmarkDocument
from tupli_server.contents import id_parameter, list_routes, publish_routes
from tupli_server.openapi import problems
from tupli_server.parameters import Actor, FromQuery, JSONBody

MAX_BODY = 64_000_000
"""The text may have 14 MB, and JSON may write each of its characters with six."""

Id = Annotated[str, id_parameter("benchmark")]


@post("/create", status_code=200, request_max_body_size=MAX_BODY, responses=problems(409))
async def create_benchmark(actor: Actor, data: JSONBody[BenchmarkQuery]) -> BenchmarkHeader:
    """Store a benchmark."""
    return await service.store(actor, data)


@get("/load", responses=problems(404))
async def load_benchmark(actor: Actor, object_id: Id) -> Benchmark:
    """A benchmark with the text that its environment is rebuilt from."""
    return await service.load(actor, object_id)


@delete("/delete", status_code=200, responses=problems(404, 409))
async def delete_benchmark(actor: Actor, object_id: Id, force: FromQuery[bool] = False) -> None:
    """Delete a benchmark for good; with ``force`` (administrators alone) although there are episodes of it."""
    await service.delete(actor, object_id, force=force)


ROUTES = Router(
    "/benchmarks",
    tags=["benchmarks"],
    route_handlers=[
        create_benchmark,
        load_benchmark,
        delete_benchmark,
        *list_routes(BenchmarkDocument),
        *publish_routes(BenchmarkDocument),
    ],
)
