"""A body is read to its end before the answer goes out, and never waited for without end."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from tupli_schemas.errors import InvalidDataError
from tupli_server import bodies
from tupli_server.bodies import BodyGuard


class Client:
    """Somebody who sends a body in pieces, and then nothing more."""

    def __init__(
        self, pieces: Iterable[bytes], *, ends: bool = True, headers: Iterable[tuple[bytes, bytes]] = ()
    ) -> None:
        pieces = list(pieces)
        self.scope: Any = {"type": "http", "headers": list(headers)}
        self.events: list[str] = []
        self._messages = [
            {"type": "http.request", "body": piece, "more_body": not ends or index < len(pieces) - 1}
            for index, piece in enumerate(pieces)
        ]

    async def receive(self) -> Any:
        if not self._messages:
            await asyncio.Event().wait()
        self.events.append("received")
        return self._messages.pop(0)

    async def send(self, message: Any) -> None:
        self.events.append(message["type"])

    def call(self, app: Any) -> None:
        async def call() -> None:
            async with asyncio.timeout(5):
                await BodyGuard(app)(self.scope, self.receive, self.send)

        asyncio.run(call())


async def refuse(scope: Any, receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 401, "headers": []})
    await send({"type": "http.response.body", "body": b""})


async def read_one(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await refuse(scope, receive, send)


@pytest.mark.parametrize("app", [refuse, read_one])
def test_an_early_answer_waits_for_the_whole_body(app: Any) -> None:
    client = Client([b"a", b"b", b"c"])

    client.call(app)

    assert client.events == ["received"] * 3 + ["http.response.start", "http.response.body"]


def test_who_asks_for_leave_to_send_is_answered_without_a_body() -> None:
    client = Client([b"a"], headers=[(b"expect", b"100-Continue")])

    client.call(refuse)

    assert client.events == ["http.response.start", "http.response.body"]


def test_only_so_much_of_a_refused_body_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "DRAIN_BYTES", 3)
    client = Client([b"a"] * 10)

    client.call(refuse)

    assert client.events.count("received") == 3


@pytest.mark.parametrize("limit", ["IDLE_SECONDS", "DRAIN_SECONDS"])
def test_a_body_that_never_ends_is_answered_all_the_same(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, limit, 0.01)
    client = Client([b"a"], ends=False)

    client.call(refuse)

    assert client.events == ["received", "http.response.start", "http.response.body"]


def test_an_application_that_waits_for_a_body_that_stopped_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "IDLE_SECONDS", 0.01)

    async def read_all(scope: Any, receive: Any, send: Any) -> None:
        while (await receive())["more_body"]:
            pass

    with pytest.raises(InvalidDataError, match="the body stopped"):
        Client([b"a"], ends=False).call(read_all)


def test_what_comes_after_the_body_is_waited_for_as_long_as_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "IDLE_SECONDS", 0.01)

    async def wait_for_disconnect(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await receive()
        await refuse(scope, receive, send)

    client = Client([b"a"])

    client.call(wait_for_disconnect)

    assert client.events == ["received", "http.response.start", "http.response.body"]
