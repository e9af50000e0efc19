"""``tupli role``: named sets of rights."""

from typing import Annotated

import typer

from tupli_client.cli.named import find_named
from tupli_client.cli.nouns import Noun
from tupli_client.cli.places import Place
from tupli_client.cli.prompts import Consent
from tupli_client.cli.screens import Screen
from tupli_schemas.accounts import UserRole
from tupli_schemas.permissions import Permission

app = Noun("Named sets of rights.")

Name = Annotated[str, typer.Argument(metavar="ROLE", show_default=False)]
Rights = Annotated[
    list[Permission],
    typer.Option("--right", metavar="RIGHT", help="Such as episode_read; can be repeated.", show_default=False),
]


@app.command("list")
def list_roles(place: Place, screen: Screen) -> None:
    """List the roles."""
    with place.open_server() as server:
        screen.show_list(server.list_roles(), {"role": "role", "rights": "rights", "description": "description"})


@app.command("show")
def show_role(name: Name, place: Place, screen: Screen) -> None:
    """Show one role and its rights."""
    with place.open_server() as server:
        screen.show(find_named(name, {role.role: role for role in server.list_roles()}, "role"))


@app.command("create")
def create_role(
    name: Name,
    rights: Rights,
    place: Place,
    screen: Screen,
    description: Annotated[
        str | None, typer.Option(metavar="TEXT", help="A few sentences.", show_default=False)
    ] = None,
) -> None:
    """Make a role."""
    with place.open_server() as server:
        screen.show(server.create_role(UserRole(role=name, rights=tuple(rights), description=description)))


@app.command("delete")
def delete_role(name: Name, place: Place, screen: Screen, consent: Consent) -> None:
    """Delete a role; who had it has it no longer."""
    consent.require("this deletes for good", [f"role {name}"])
    with place.open_server() as server:
        server.delete_role(name)
        screen.show_done("deleted", "role", [{"role": name}])
