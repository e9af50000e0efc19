"""The actor of a request: found once, before its body is read, and given to every handler."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from litestar.connection import ASGIConnection, Request
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp

from tupli_schemas.errors import SignInRequiredError
from tupli_server.policy import NOBODY, THE_GUEST, Actor

Access: TypeAlias = str

PUBLIC = {"access": "public"}
"""``opt=PUBLIC`` on a handler: it never asks who makes the request."""

OPEN = {"access": "open"}
"""``opt=OPEN`` on a handler: it is reached without a token too, and decides by itself."""

FindActor: TypeAlias = Callable[[str], Awaitable[Actor]]
"""From a bearer token to its actor, or ``SignInRequiredError``."""


class ActorMiddleware(AbstractAuthenticationMiddleware):
    """Finds the actor of every request. A bad token is refused; without one, guests act where they are let in."""

    def __init__(self, app: ASGIApp, find_actor: FindActor, *, open_access: bool) -> None:
        super().__init__(app)
        self._find_actor = find_actor
        self._open_access = open_access

    async def authenticate_request(self, connection: ASGIConnection[Any, Any, Any, Any]) -> AuthenticationResult:
        return AuthenticationResult(user=await self._actor(connection), auth=None)

    async def _actor(self, connection: ASGIConnection[Any, Any, Any, Any]) -> Actor:
        access = connection.route_handler.opt.get("access")
        if access == PUBLIC["access"]:
            return NOBODY
        if "authorization" in connection.headers:
            return await self._find_actor(bearer_token(connection))
        if self._open_access:
            return THE_GUEST
        if access == OPEN["access"]:
            return NOBODY
        raise SignInRequiredError("this needs somebody who is signed in", hint="send an access token as bearer token")


def bearer_token(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The bearer token of a request.

    Raises:
        SignInRequiredError: There is none.
    """
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise SignInRequiredError("the request has no bearer token", hint="send 'Authorization: Bearer TOKEN'")
    return token.strip()


async def provide_actor(request: Request[Actor, Any, Any]) -> Actor:
    """What a handler's parameter ``actor: Actor`` is given."""
    return request.user
