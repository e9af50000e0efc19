"""``tupli config``: settings, and where each comes from."""

from pathlib import Path
from typing import Annotated, Any

import typer

from tupli_client.cli import terminal
from tupli_client.cli.config_file import set_value
from tupli_client.cli.nouns import Noun
from tupli_client.cli.places import Place
from tupli_client.cli.screens import Screen
from tupli_client.cli.usage import UsageError
from tupli_client.settings import NAMES, PROJECT_FILE, SECRETS, Settings, config_home, typed
from tupli_schemas.keys import nearest

app = Noun("Settings, and where each comes from: flag, environment, tupli.toml, your own file, or the default.")

COLUMNS = {"key": "key", "value": "value"}
ORIGIN = {"origin": "origin"}

Key = Annotated[str, typer.Argument(metavar="KEY", help=", ".join(NAMES))]


@app.command("list")
def list_settings(
    place: Place,
    screen: Screen,
    show_origin: Annotated[bool, typer.Option("--show-origin", help="Say where each value was found.")] = False,
) -> None:
    """List the settings that hold here."""
    settings = place.settings()
    screen.show_list([_described(settings, name) for name in NAMES], COLUMNS | ORIGIN if show_origin else COLUMNS)


@app.command("show")
def show_setting(key: Key, place: Place, screen: Screen) -> None:
    """Show one setting."""
    screen.show(_described(place.settings(), _known(key)))


@app.command("set")
def set_setting(
    key: Key,
    value: Annotated[str, typer.Argument(metavar="VALUE", help="Text, true or false, or a list with commas.")],
    project: Annotated[bool, typer.Option("--project", help=f"In ./{PROJECT_FILE} instead of your own file.")] = False,
    profile: Annotated[str | None, typer.Option(metavar="NAME", help="For this profile only.")] = None,
) -> None:
    """Set a value for good."""
    if _known(key) in SECRETS:
        raise UsageError(f"a {key} belongs in no settings file", hint="tupli login, or the variable TUPLI_TOKEN")
    file = Path(PROJECT_FILE) if project else config_home() / "config.toml"
    set_value(file, f"profiles.{profile}" if profile else None, key, typed(key, value, key))
    terminal.tell(f"{key} is set in {file}")


def _known(key: str) -> str:
    if key not in NAMES:
        meant = nearest(key, NAMES)
        raise UsageError(
            f"there is no setting {key!r}",
            hint=f"did you mean {meant!r}?" if meant else f"known are {', '.join(NAMES)}",
        )
    return key


def _described(settings: Settings, name: str) -> dict[str, Any]:
    value = getattr(settings, name)
    if name in SECRETS and value is not None:
        value = "(hidden)"
    value = list(value) if isinstance(value, tuple) else value
    return {"key": name, "value": value, "origin": settings.origins.get(name, "default")}
