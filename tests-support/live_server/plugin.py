"""The fixtures of a live server, for every test of the workspace. It starts when the first test asks for it."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest

from live_server import LiveServer
from real_mongodb import connect


@pytest.fixture(scope="session")
def live_server(mongodb_url: str) -> Iterator[LiveServer]:
    """A server that all tests of the run share, with open sign-up: use names of your own in it."""
    with _server(mongodb_url) as server:
        yield server


@pytest.fixture(scope="module")
def own_server(mongodb_url: str) -> Iterator[LiveServer]:
    """A server that the tests of one module have to themselves, for those that look at what is public."""
    with _server(mongodb_url) as server:
        yield server


@pytest.fixture
def start_server(mongodb_url: str) -> Iterator[Callable[..., LiveServer]]:
    """Starts servers with settings of their own, each with an empty database: ``start_server(open_access=True)``."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(_server(mongodb_url, **settings))


@contextmanager
def _server(mongodb_url: str, **settings: Any) -> Iterator[LiveServer]:
    """A server with a database of its own, which goes with it."""
    database = f"tupli-test-{secrets.token_hex(6)}"
    with LiveServer(mongodb_url, database, **settings) as server:
        yield server
    with connect(mongodb_url) as client:
        client.drop_database(database)
