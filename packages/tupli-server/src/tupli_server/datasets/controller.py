"""The routes of datasets."""

from typing import Annotated

from litestar import Router, delete, get, post

from tupli_schemas.datasets import Dataset, DatasetHeader, DatasetUpload
from tupli_server.contents import id_parameter, list_routes, publish_routes
from tupli_server.datasets import service
from tupli_server.datasets.documents import DatasetDocument
from tupli_server.openapi import problems
from tupli_server.parameters import Actor, JSONBody

MAX_BODY = 256_000_000
"""Five million ids."""

Id = Annotated[str, id_parameter("dataset")]


@post("/create", status_code=200, request_max_body_size=MAX_BODY, responses=problems(404, 409))
async def create_dataset(actor: Actor, data: JSONBody[DatasetUpload]) -> DatasetHeader:
    """Freeze a list of episodes under a name and a version."""
    return await service.store(actor, data)


@get("/load", responses=problems(404))
async def load_dataset(actor: Actor, object_id: Id) -> Dataset:
    """A dataset with the list of its episodes."""
    return await service.load(actor, object_id)


@delete("/delete", status_code=200, responses=problems(404))
async def delete_dataset(actor: Actor, object_id: Id) -> None:
    """Delete a dataset for good; its episodes stay."""
    await service.delete(actor, object_id)


ROUTES = Router(
    "/datasets",
    tags=["datasets"],
    route_handlers=[
        create_dataset,
        load_dataset,
        delete_dataset,
        *list_routes(DatasetDocument),
        *publish_routes(DatasetDocument),
    ],
)
