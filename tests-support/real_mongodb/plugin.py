"""The fixtures of a real MongoDB, for every test of the workspace. A server starts when the first test asks for it."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from real_mongodb.local import connect
from real_mongodb.sources import NoMongoDBError, replica_set, standalone


@pytest.fixture(scope="session")
def mongodb_url() -> Iterator[str]:
    """The URL of a MongoDB server that this test run may write to."""
    with _or_fail(), standalone() as url:
        yield url


@pytest.fixture(scope="session")
def mongodb_replica_set_url() -> Iterator[str]:
    """The URL of a MongoDB replica set (of one node), for what needs transactions or elections."""
    with _or_fail(), replica_set() as url:
        yield url


@pytest.fixture
def mongodb_database(mongodb_url: str) -> Iterator[str]:
    """The name of an empty database of ``mongodb_url`` that is this test's own; it is dropped afterwards."""
    name = f"tupli-test-{secrets.token_hex(6)}"
    yield name
    with connect(mongodb_url) as client:
        client.drop_database(name)


@contextmanager
def _or_fail() -> Iterator[None]:
    """A missing database fails the tests that need one: a run that skipped them would look like a pass."""
    try:
        yield
    except NoMongoDBError as error:
        pytest.fail(str(error), pytrace=False)
