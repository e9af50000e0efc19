"""The promises of a storage, kept by a server: the very tests that a folder passes."""

from collections.abc import Iterator

import pytest

from live_server import LiveServer
from people import an_account
from tupli_client.api_client import TupliAPIClient
from tupli_client.storage import TupliStorage
from tupli_client.testing import StorageContract
from tupli_schemas.accounts import Group


@pytest.fixture(scope="module")
def client(own_server: LiveServer) -> Iterator[TupliAPIClient]:
    """The only account of a server, with the group that the contract publishes in."""
    with an_account(own_server) as client:
        client.create_group(Group(name="team"))
        yield client


class TestTupliAPIClient(StorageContract):
    @pytest.fixture
    def storage(self, client: TupliAPIClient) -> Iterator[TupliStorage]:
        yield client
        for headers, delete in (
            (client.list_datasets(), client.delete_dataset),
            (client.list_episodes(), client.delete_episode),
            (client.list_benchmarks(), client.delete_benchmark),
            (client.list_artifacts(), client.delete_artifact),
        ):
            for header in headers:
                delete(header.id)
