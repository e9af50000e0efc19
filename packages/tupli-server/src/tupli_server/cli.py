"""The operator's command line: ``tupli-server run`` and ``tupli-server dev``."""

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer

from tupli_schemas.errors import TupliError
from tupli_server.__about__ import __version__
from tupli_server.logs import configure_logs
from tupli_server.settings import Settings, SettingsError, unknown_variables

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Host = Annotated[str | None, typer.Option(help="The address to listen on, instead of TUPLI_HOST.")]
Port = Annotated[int | None, typer.Option(help="The port to listen on, instead of TUPLI_PORT.")]


@app.callback()
def tupli_server() -> None:
    """A self-hosted home for offline reinforcement-learning data."""


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@app.command()
def run(host: Host = None, port: Port = None) -> None:
    """Run the server with the settings of the environment (TUPLI_…)."""
    configure_logs()
    for warning in unknown_variables(os.environ):
        structlog.get_logger(__name__).warning(warning)
    given: dict[str, Any] = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    settings = Settings.from_environment(**given)
    from tupli_server.serving import serve

    serve(settings)


@app.command()
def dev(
    port: Annotated[int, typer.Option(help="The port on this machine.")] = 8080,
    data: Annotated[Path | None, typer.Option(help="Where to keep the data; by default in your data folder.")] = None,
    new_password: Annotated[bool, typer.Option("--new-password", help="Give the administrator a new one.")] = False,
) -> None:
    """Run a server for yourself alone, with a database of its own: no Docker, no accounts, no settings."""
    configure_logs()
    from tupli_server import dev as laptop
    from tupli_server.serving import give_password, serve

    with laptop.database(data or laptop.default_folder()) as home:
        settings = home.settings(port)
        typer.echo(home.greeting(settings, give_password(settings, renew=new_password)))
        serve(settings)


def main() -> None:
    """The command ``tupli-server``."""
    try:
        app()
    except SettingsError as error:
        sys.exit(f"tupli-server cannot start with these settings.\n{error}")
    except TupliError as error:
        sys.exit(f"tupli-server cannot start: {error}")
