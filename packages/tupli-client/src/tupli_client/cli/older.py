"""What PyTupli's users type: ``set_url``, ``signup``, ``change_password``. Hidden, and one call each."""

from typing import Annotated

import typer

from tupli_client.cli.auth import set_password
from tupli_client.cli.config import set_setting
from tupli_client.cli.nouns import Noun
from tupli_client.cli.places import Place
from tupli_client.cli.screens import Screen
from tupli_client.cli.signing_in import Password
from tupli_client.cli.users import create_user

app = Noun("Older names.")

Username = Annotated[str, typer.Option("--username", metavar="NAME", show_default=False)]


@app.command("set_url")
def set_url(url: Annotated[str, typer.Option("--url", metavar="URL", show_default=False)]) -> None:
    """Use this server from now on; now 'tupli config set storage URL'."""
    set_setting("storage", url)


@app.command("signup")
def signup(username: Username, password: Password, place: Place, screen: Screen) -> None:
    """Make an account; now 'tupli user create NAME'."""
    create_user(username, password, place, screen)


@app.command("change_password")
def change_password(
    username: Username,
    password: Password,
    place: Place,
    old_password: Annotated[str | None, typer.Option(metavar="TEXT", show_default=False)] = None,
) -> None:
    """Give an account a new password; now 'tupli auth password set NAME'."""
    set_password(place, password, username, old_password)
