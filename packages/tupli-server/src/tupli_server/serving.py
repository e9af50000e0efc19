"""A server from its start to its end: prepared first, so that what is wrong is said in one sentence, then answering."""

import asyncio

import uvicorn

from tupli_server import dev
from tupli_server.accounts.start import make_administrator
from tupli_server.app import create_app, opened
from tupli_server.auth.context import Auth
from tupli_server.settings import Settings

GRACE_SECONDS = 30
"""How long a shutdown waits for requests that are under way."""

KEEP_ALIVE_SECONDS = 150
"""Longer than proxies keep an idle connection (Caddy: 120 s), so that none is closed just as it is used again."""


def serve(settings: Settings) -> None:
    """Answer requests until a signal ends it; requests that are under way are finished first.

    Raises:
        TupliError: The database cannot be used.
        SettingsError: The first administrator cannot be made of what is set.
    """
    asyncio.run(_prepare(settings))
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
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
    )


def give_password(settings: Settings, *, renew: bool) -> str | None:
    """The administrator's new password: on the first start of a laptop's server, and when one is asked for."""
    return asyncio.run(_give_password(settings, renew=renew))


async def _prepare(settings: Settings) -> None:
    async with opened(settings):
        await make_administrator(Auth.of(settings))


async def _give_password(settings: Settings, *, renew: bool) -> str | None:
    async with opened(settings):
        return await dev.give_password(Auth.of(settings), renew=renew)
