"""The operator's command line: ``tupli-server run`` and ``tupli-server dev``."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
import uvicorn

from tupli_schemas.errors import TupliError
from tupli_server import dev as laptop
from tupli_server.__about__ import __version__
from tupli_server.accounts.start import make_administrator
from tupli_server.app import create_app, opened
from tupli_server.auth.context import Auth
from tupli_server.logs import configure_logs
from tupli_server.settings import Settings, SettingsError, unknown_variables

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

GRACE_SECONDS = 30
"""How long a shutdown waits for requests that are under way."""

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
    serve(Settings.from_environment(**given))


@app.command()
def dev(
    port: Annotated[int, typer.Option(help="The port on this machine.")] = 8080,
    data: Annotated[Path | None, typer.Option(help="Where to keep the data; by default in your data folder.")] = None,
    new_password: Annotated[bool, typer.Option(help="Give the administrator a new password.")] = False,
) -> None:
    """Run a server for yourself alone, with a database of its own: no Docker, no accounts, no settings."""
    configure_logs()
    with laptop.database(data or laptop.default_folder()) as home:
        settings = home.settings(port)
        password = asyncio.run(_give_password(settings, renew=new_password))
        typer.echo(home.greeting(settings, password))
        serve(settings)


def serve(settings: Settings) -> None:
    """Answer requests until a signal ends it; requests that are under way are finished first."""
    asyncio.run(_make_sure(settings))
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


async def _make_sure(settings: Settings) -> None:
    """Do once, before anything listens, what a start does, so that what is wrong is said in one sentence."""
    async with opened(settings):
        await make_administrator(Auth.of(settings))


async def _give_password(settings: Settings, *, renew: bool) -> str | None:
    """The administrator's new password: on the first start, and when one is asked for."""
    async with opened(settings):
        return await laptop.give_password(Auth.of(settings), renew=renew)


def main() -> None:
    """The command ``tupli-server``."""
    try:
        app()
    except SettingsError as error:
        sys.exit(f"tupli-server cannot start with these settings.\n{error}")
    except TupliError as error:
        sys.exit(f"tupli-server cannot start: {error}")
