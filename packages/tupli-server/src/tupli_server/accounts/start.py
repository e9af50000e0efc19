"""The first administrator: made on the first start, from the password that the operator gave, and never again."""

import asyncio

import structlog

from tupli_schemas.errors import ConflictError, InvalidDataError
from tupli_server.accounts import users
from tupli_server.auth.context import Auth
from tupli_server.settings import SettingsError

_log = structlog.get_logger(__name__)


async def make_administrator(auth: Auth) -> None:
    """Make the first administrator, unless there is one.

    Raises:
        SettingsError: The name or the password cannot be used.
    """
    if await users.administrators().count():
        return
    password = auth.settings.admin_password
    if password is None:
        _log.warning("there is no administrator: set TUPLI_ADMIN_PASSWORD for one start to make one")
        return
    try:
        name = users.check_name(auth.settings.admin_username)
        await users.add(name, password.get_secret_value(), auth, server_roles=("admin",))
    except InvalidDataError as error:
        raise SettingsError(f"TUPLI_ADMIN_USERNAME or TUPLI_ADMIN_PASSWORD: {error}") from None
    except ConflictError:
        await _wait_for_another_start(name)
    else:
        _log.info("made the first administrator", name=name)


async def _wait_for_another_start(name: str) -> None:
    """Another process of this server is just making the administrator, or the name is somebody else's."""
    for _ in range(50):
        if await users.administrators().count():
            return
        await asyncio.sleep(0.1)
    raise SettingsError(f"TUPLI_ADMIN_USERNAME: the name {name!r} is taken by a user or group")
