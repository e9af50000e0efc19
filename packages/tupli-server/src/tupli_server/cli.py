"""The operator's command line: ``tupli-server run``."""

import logging
import os
import sys
from typing import Annotated, Any

import structlog
import typer
import uvicorn

from tupli_server.__about__ import __version__
from tupli_server.app import create_app
from tupli_server.settings import Settings, SettingsError, unknown_variables

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

GRACE_SECONDS = 30
"""How long a shutdown waits for requests that are under way."""


@app.callback()
def tupli_server() -> None:
    """A self-hosted home for offline reinforcement-learning data."""


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


@app.command()
def run(
    host: Annotated[str | None, typer.Option(help="Instead of TUPLI_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Instead of TUPLI_PORT.")] = None,
) -> None:
    """Run the server with the settings of the environment (TUPLI_…)."""
    configure_logs()
    for warning in unknown_variables(os.environ):
        structlog.get_logger(__name__).warning(warning)
    given: dict[str, Any] = {name: value for name, value in (("host", host), ("port", port)) if value is not None}
    serve(Settings.from_environment(**given))


def serve(settings: Settings) -> None:
    """Answer requests until a signal ends it; requests that are under way are finished first."""
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


def configure_logs() -> None:
    """One JSON object a line on stderr; on a terminal, text for people."""
    renderer = structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            renderer,
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")


def main() -> None:
    """The command ``tupli-server``."""
    try:
        app()
    except SettingsError as error:
        sys.exit(f"tupli-server cannot start with these settings.\n{error}")
