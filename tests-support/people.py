"""Accounts for tests: each with a name that nobody had before."""

from typing import NamedTuple
from uuid import uuid4

from live_server import LiveServer
from tupli_client.api_client import TupliAPIClient
from tupli_schemas.accounts import Group, GroupMembership, GroupMembershipQuery

PASSWORD = "a-good-password"


def a_name(word: str = "user") -> str:
    return f"{word}-{uuid4().hex[:12]}"


def an_account(server: LiveServer, name: str | None = None) -> TupliAPIClient:
    """A client that is signed in to a new account."""
    client, name = TupliAPIClient(server.url), name or a_name()
    client.signup(name, PASSWORD)
    client.login(name, PASSWORD)
    return client


def the_admin(server: LiveServer) -> TupliAPIClient:
    client = TupliAPIClient(server.url)
    client.login("admin", server.admin_password)
    return client


def name_of(client: TupliAPIClient) -> str:
    return client.whoami().username


class Team(NamedTuple):
    """Two people who share a group, and one who does not belong."""

    group: str
    owner: TupliAPIClient
    member: TupliAPIClient
    stranger: TupliAPIClient


def a_team(server: LiveServer, *, role: str = "member") -> Team:
    owner, member, stranger = (an_account(server) for _ in range(3))
    group = a_name("group")
    owner.create_group(Group(name=group))
    membership = GroupMembership(user=name_of(member), roles=(role,))
    owner.add_group_members(GroupMembershipQuery(group_name=group, members=(membership,)))
    return Team(group, owner, member, stranger)
