"""``tupli auth``: tokens for scripts, and your password."""

from datetime import timedelta
from typing import Annotated

import typer

from tupli_client.cli import terminal
from tupli_client.cli.nouns import Noun
from tupli_client.cli.places import Place
from tupli_client.cli.prompts import Consent
from tupli_client.cli.screens import Screen
from tupli_client.cli.signing_in import Password
from tupli_schemas.base import now
from tupli_schemas.permissions import Permission

app = Noun("Tokens for scripts, and your password.")
tokens = Noun("Personal access tokens, for scripts.")
passwords = Noun("The password of an account.")
app.add_typer(tokens, name="token")
app.add_typer(passwords, name="password")


@tokens.command("list")
def list_tokens(place: Place, screen: Screen) -> None:
    """List your tokens; their secrets are shown only when they are made."""
    with place.open_server() as server:
        screen.show_list(
            server.list_tokens(),
            {
                "id": "id",
                "name": "name",
                "expires": "expires_at",
                "last used": "last_used_at",
                "created": "created_at",
                "rights": "rights",
            },
        )


@tokens.command("create")
def create_token(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.", show_default=False)],
    place: Place,
    screen: Screen,
    rights: Annotated[
        list[Permission] | None,
        typer.Option(
            "--right",
            metavar="RIGHT",
            help="Such as episode_read, instead of all that you have; can be repeated.",
            show_default=False,
        ),
    ] = None,
    days: Annotated[
        int | None,
        typer.Option(min=1, metavar="NUMBER", help="Until when it is good; for ever if not given.", show_default=False),
    ] = None,
) -> None:
    """Make a token. Its secret is shown this once: keep it in TUPLI_TOKEN, or sign in with 'tupli login --token-stdin'."""
    expires_at = None if days is None else now() + timedelta(days=days)
    with place.open_server() as server:
        token = server.create_token(name, rights=rights or None, expires_at=expires_at)
        screen.show(token if screen.as_json or not screen.quiet else {"id": token.token})


@tokens.command("delete")
def delete_token(
    token_id: Annotated[str, typer.Argument(metavar="ID", show_default=False)],
    place: Place,
    screen: Screen,
    consent: Consent,
) -> None:
    """Revoke a token: nobody can use it from now on."""
    consent.require("this revokes for good", [f"token {token_id}"])
    with place.open_server() as server:
        server.delete_token(token_id)
        screen.show_done("deleted", "token", [{"id": token_id}])


@passwords.command("set")
def set_password(
    place: Place,
    password: Password,
    username: Annotated[
        str | None, typer.Argument(metavar="[USER]", help="Yourself, if not given.", show_default=False)
    ] = None,
    old_password: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Needed for your own; you are asked for it.", show_default=False)
    ] = None,
) -> None:
    """Give an account a new password. It is signed out everywhere."""
    with place.open_server() as server:
        own = server.whoami().username
        name = username or own
        old = old_password or (password.ask("old password", "--old-password", hidden=True) if name == own else None)
        server.change_password(name, password.secret("new password"), old)
    terminal.tell(f"{name} has a new password, and has to sign in again")
