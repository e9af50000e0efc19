"""The promises of a storage, kept by a server: the very tests that a folder passes."""

from collections.abc import Iterator
from uuid import uuid4

import pytest

from live_server import LiveServer
from tupli_client.api_client import TupliAPIClient
from tupli_client.storage import TupliStorage
from tupli_client.testing import StorageContract
from tupli_schemas.accounts import Group, GroupMembership, GroupMembershipQuery
from tupli_schemas.filters import FilterEQ


class TestTupliAPIClient(StorageContract):
    @pytest.fixture
    def storage(self, own_server: LiveServer) -> Iterator[TupliStorage]:
        """An account that nobody used before is an empty storage. It belongs to the group that the contract publishes in."""
        username = f"user-{uuid4().hex[:12]}"
        with TupliAPIClient(own_server.url) as client:
            client.signup(username, "a-good-password")
            client.login(username, "a-good-password")
            let_into(own_server, "team", username)
            yield client
            empty(client)


def let_into(server: LiveServer, group: str, username: str) -> None:
    with TupliAPIClient(server.url) as admin:
        admin.login("admin", server.admin_password)
        if group not in {known.name for known in admin.list_groups()}:
            admin.create_group(Group(name=group))
        member = GroupMembership(user=username, roles=("contributor",))
        admin.add_group_members(GroupMembershipQuery(group_name=group, members=(member,)))


def empty(client: TupliAPIClient) -> None:
    """Take away what was published, so that the next account finds an empty storage too."""
    mine = FilterEQ(key="created_by", value=client.whoami().username)
    for headers, delete in (
        (client.list_datasets(mine), client.delete_dataset),
        (client.list_episodes(mine), client.delete_episode),
        (client.list_benchmarks(mine), client.delete_benchmark),
        (client.list_artifacts(mine), client.delete_artifact),
    ):
        for header in headers:
            delete(header.id)
