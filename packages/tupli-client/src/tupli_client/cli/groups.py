"""``tupli group``: who belongs together, and may read what is published there."""

from typing import Annotated

import typer

from tupli_client.cli.nouns import Noun
from tupli_client.cli.places import Place
from tupli_client.cli.prompts import Consent
from tupli_client.cli.screens import Screen
from tupli_schemas.accounts import Group, GroupMembership, GroupMembershipQuery

app = Noun("Who belongs together, and may read what is published there.")
members = Noun("Who belongs to a group.")
app.add_typer(members, name="member")

Name = Annotated[str, typer.Argument(metavar="GROUP", show_default=False)]
Users = Annotated[list[str], typer.Argument(metavar="USER", show_default=False)]


@app.command("list")
def list_groups(place: Place, screen: Screen) -> None:
    """List the groups that you belong to."""
    with place.open_server() as server:
        screen.show_list(server.list_groups(), {"name": "name", "description": "description"})


@app.command("show")
def show_group(name: Name, place: Place, screen: Screen) -> None:
    """Show one group and its members."""
    with place.open_server() as server:
        screen.show(server.read_group(name))


@app.command("create")
def create_group(
    name: Name,
    place: Place,
    screen: Screen,
    description: Annotated[
        str | None, typer.Option(metavar="TEXT", help="A few sentences.", show_default=False)
    ] = None,
) -> None:
    """Make a group; you become its admin."""
    with place.open_server() as server:
        screen.show(server.create_group(Group(name=name, description=description)))


@app.command("delete")
def delete_group(name: Name, place: Place, screen: Screen, consent: Consent) -> None:
    """Delete a group; what was published in it is its owner's alone again."""
    with place.open_server() as server:
        group = server.read_group(name)
        consent.require("this deletes for good", [f"group {name} of {len(group.members)} members"])
        server.delete_group(name)
        screen.show_done("deleted", "group", [group])


@members.command("create")
def add_members(
    name: Name,
    users: Users,
    place: Place,
    screen: Screen,
    roles: Annotated[
        list[str] | None,
        typer.Option("--role", metavar="ROLE", help="Instead of 'member'; can be repeated.", show_default=False),
    ] = None,
) -> None:
    """Let users belong to a group."""
    given = tuple(roles) if roles else None
    with place.open_server() as server:
        screen.show(server.add_group_members(_query(name, users, given)))


@members.command("delete")
def remove_members(name: Name, users: Users, place: Place, screen: Screen) -> None:
    """Let users belong to a group no longer."""
    with place.open_server() as server:
        screen.show(server.remove_group_members(_query(name, users, None)))


def _query(name: str, users: list[str], roles: tuple[str, ...] | None) -> GroupMembershipQuery:
    members = tuple(GroupMembership(user=user, roles=roles) for user in users)
    return GroupMembershipQuery(group_name=name, members=members)
