"""``tupli user``: the accounts of a server."""

from typing import Annotated

import typer

from tupli_client.api_client import TupliAPIClient
from tupli_client.cli.batches import Batch
from tupli_client.cli.named import find_named
from tupli_client.cli.nouns import Noun
from tupli_client.cli.places import Place
from tupli_client.cli.prompts import Consent
from tupli_client.cli.screens import Screen
from tupli_client.cli.signing_in import Password
from tupli_schemas.accounts import Membership, User
from tupli_schemas.permissions import GLOBAL

app = Noun("The accounts of a server.")
roles = Noun("What a user may do: in a group, or everywhere.")
app.add_typer(roles, name="role")

COLUMNS = {"username": "username", "memberships": "memberships"}

Username = Annotated[str, typer.Argument(metavar="USER", show_default=False)]
Roles = Annotated[list[str], typer.Argument(metavar="ROLE", show_default=False)]
In = Annotated[str, typer.Option("--in", metavar="GROUP", help="The group; 'global' is everywhere.")]


@app.command("list")
def list_users(place: Place, screen: Screen) -> None:
    """List the accounts."""
    with place.open_server() as server:
        screen.show_list(server.list_users(), COLUMNS)


@app.command("show")
def show_user(username: Username, place: Place, screen: Screen) -> None:
    """Show one account, and its roles."""
    with place.open_server() as server:
        show(_find(server, username), screen)


@app.command("create")
def create_user(username: Username, password: Password, place: Place, screen: Screen) -> None:
    """Make an account."""
    with place.open_server() as server:
        show(server.signup(username, password.secret(f"password of {username}")), screen)


@app.command("delete")
def delete_users(
    usernames: Annotated[list[str], typer.Argument(metavar="USER", show_default=False)],
    place: Place,
    screen: Screen,
    consent: Consent,
) -> None:
    """Delete accounts and their private content for good; what they published stays."""
    with place.open_server() as server:
        doomed, batch = [_find(server, username) for username in usernames], Batch()
        consent.require(
            "this deletes for good, with their private content", [f"user {user.username}" for user in doomed]
        )
        gone = batch.do(lambda user: server.delete_user(user.username), doomed, lambda user: user.username)
        screen.show_done("deleted", "user", gone)
        batch.finish()


@roles.command("create")
def give_roles(username: Username, names: Roles, place: Place, screen: Screen, group: In = GLOBAL) -> None:
    """Give a user roles."""
    with place.open_server() as server:
        user = _find(server, username)
        show(server.change_roles(username, _with_roles(user, group, {*_roles_in(user, group), *names})), screen)


@roles.command("delete")
def take_roles(username: Username, names: Roles, place: Place, screen: Screen, group: In = GLOBAL) -> None:
    """Take roles away from a user."""
    with place.open_server() as server:
        user = _find(server, username)
        show(server.change_roles(username, _with_roles(user, group, _roles_in(user, group) - set(names))), screen)


def show(user: User, screen: Screen) -> None:
    """Print an account."""
    in_groups = {f"roles in {item.group}": list(item.roles) for item in user.memberships}
    screen.show(user, {"username": user.username, **in_groups})


def _find(server: TupliAPIClient, username: str) -> User:
    return find_named(username, {user.username: user for user in server.list_users()}, "user")


def _roles_in(user: User, group: str) -> set[str]:
    return {role for membership in user.memberships if membership.group == group for role in membership.roles}


def _with_roles(user: User, group: str, names: set[str]) -> list[Membership]:
    """What a user's memberships are with these roles in one group."""
    others = [membership for membership in user.memberships if membership.group != group]
    return [*others, Membership(group=group, roles=tuple(sorted(names)))] if names else others
