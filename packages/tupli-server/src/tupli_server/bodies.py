"""How bodies come in: read to their end before an early answer, never waited for without end, and JSON only where JSON is meant."""

import asyncio
from typing import Any

from litestar import Request
from litestar.enums import ScopeType
from litestar.exceptions import HTTPException, SerializationException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from tupli_schemas.errors import InvalidDataError, TooLargeError

IDLE_SECONDS = 60.0
"""How long a sender may pause in the middle of a body."""

DRAIN_BYTES = 4_000_000_000
DRAIN_SECONDS = 60.0
"""How much of a refused body is read and dropped, so that its sender gets to read why."""

MAX_JSON_VALUES = 4_000_000
"""About 250 MB once they are made; enough for a million ids, or for an environment with its data in its text."""


class BodyGuard:
    """Wraps an application from outside: its answers go out when the body has come in.

    A client that is still sending when the answer comes sees a broken connection instead of it, above all through TLS.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            return await self._app(scope, receive, send)
        body = _Body(receive, waits_for_leave=_waits_for_leave(scope))

        async def send_after_body(message: Message) -> None:
            if message["type"] == "http.response.start":
                await body.drain()
            await send(message)

        return await self._app(scope, body.receive, send_after_body)


class _Body:
    """The body of one request, on its way in."""

    def __init__(self, receive: Receive, *, waits_for_leave: bool) -> None:
        self._receive = receive
        self._waits_for_leave = waits_for_leave
        self._ended = False

    async def receive(self) -> Any:
        """The next piece.

        Raises:
            InvalidDataError: None came for too long.
        """
        if self._ended:
            return await self._receive()
        self._waits_for_leave = False
        try:
            async with asyncio.timeout(IDLE_SECONDS):
                message = await self._receive()
        except TimeoutError:
            self._ended = True
            raise InvalidDataError(f"the body stopped for {IDLE_SECONDS:g} s", hint="send it again") from None
        self._ended = message["type"] != "http.request" or not message.get("more_body", False)
        return message

    async def drain(self) -> None:
        """Read and drop what is left, within bounds. A sender that waits for leave to send has nothing to drop."""
        left = 0 if self._waits_for_leave else DRAIN_BYTES
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self._ended and left > 0:
                    left -= len((await self.receive()).get("body", b""))
        except (TimeoutError, InvalidDataError):
            pass
        self._ended = True


def _waits_for_leave(scope: Any) -> bool:
    return any(name == b"expect" and value.lower() == b"100-continue" for name, value in scope["headers"])


class JsonRequest(Request[Any, Any, Any]):
    """A request whose JSON is refused with a reason when it is none, larger than the operator allows, or nested without end."""

    async def body(self) -> bytes:
        """The whole body, for routes that do not stream it.

        Raises:
            TooLargeError: It is larger than ``TUPLI_MAX_REQUEST_MB``.
        """
        limit = self.app.state.settings.max_request_mb * 1_000_000
        if (self.content_length or 0) > limit or len(await super().body()) > limit:
            raise TooLargeError(f"a request has at most {limit // 1_000_000} MB here", hint="send less at once")
        return await super().body()

    async def json(self) -> Any:
        """The body, decoded.

        Raises:
            HTTPException: The body is declared to be something else.
            InvalidDataError: It is no JSON, or nested too deeply.
            TooLargeError: It holds more values than anybody means.
        """
        declared, _ = self.content_type
        if declared and declared != "application/json" and not declared.endswith("+json"):
            raise HTTPException(f"the body is {declared}, and this route takes application/json", status_code=415)
        _require_few_values(await self.body())
        try:
            return await super().json()
        except RecursionError:
            raise InvalidDataError("the JSON is nested too deeply") from None
        except SerializationException as error:
            raise InvalidDataError(f"the body is not JSON: {error}") from None


def _require_few_values(body: bytes) -> None:
    """Values take up to twenty times the room of their text, so they are counted before they are made."""
    if len(body) > MAX_JSON_VALUES and sum(map(body.count, (b",", b"[", b"{"))) > MAX_JSON_VALUES:
        raise TooLargeError(
            f"the JSON holds more than {MAX_JSON_VALUES:,} values",
            hint="send less at once: episodes as frames, data as artifacts",
        )
