"""The first administrator: made on the first start, from the password that the operator gave, and never again."""

import structlog
from pymongo.errors import DuplicateKeyError

from tupli_schemas.errors import ConflictError, InvalidDataError
from tupli_server.accounts import users
from tupli_server.accounts.documents import UserDocument
from tupli_server.auth.context import Auth
from tupli_server.settings import SettingsError

_log = structlog.get_logger(__name__)


async def make_administrator(auth: Auth) -> None:
    """Make the first administrator, unless there is one.

    Raises:
        SettingsError: The name or the password cannot be used.
    """
    if await UserDocument.find({"server_roles": "admin"}).count():
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
    except (ConflictError, DuplicateKeyError):
        # Another process of this server was quicker, or the name belongs to somebody who is no administrator.
        if not await UserDocument.find({"server_roles": "admin"}).count():
            raise SettingsError(f"TUPLI_ADMIN_USERNAME: the name {name!r} is taken by a user or group") from None
        return
    _log.info("made the first administrator", name=name)
