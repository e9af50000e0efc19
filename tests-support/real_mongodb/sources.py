"""Where the tests' MongoDB comes from: the order, and what to do when there is none."""

import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from real_mongodb.local import LocalMongod, connect, find_mongod

URL_VARIABLE = "TUPLI_TEST_MONGODB_URL"
IMAGE = "mongo:8.0"  # the one of compose.yaml
DOCKER_SECONDS = 5.0


class NoMongoDBError(Exception):
    """No MongoDB was found. Its message says where one was looked for and what to do."""

    def __init__(self, kind: str, looked_for: str) -> None:
        super().__init__(
            f"The tests need a real MongoDB ({kind}) and found none: looked for {looked_for}. "
            f"Install mongod, start Docker, or set {URL_VARIABLE} to the URL of a server that tests may write to."
        )


@contextmanager
def standalone() -> Iterator[str]:
    """The URL of a server, for as long as the ``with`` lasts."""
    if url := os.environ.get(URL_VARIABLE):
        yield url
    elif _docker_answers():
        with _container() as url:
            yield url
    elif mongod := find_mongod():
        with LocalMongod(mongod) as server:
            yield server.url
    else:
        raise NoMongoDBError(
            "one server", f"{URL_VARIABLE}, a Docker engine, mongod on the PATH, the development wheel"
        )


@contextmanager
def replica_set() -> Iterator[str]:
    """The URL of a replica set of at least one node, for as long as the ``with`` lasts.

    Docker is not asked: with authentication, a replica set in a container needs a key file that the image does not make.
    """
    if (url := os.environ.get(URL_VARIABLE)) and _is_replica_set(url):
        yield url
    elif mongod := find_mongod():
        with LocalMongod(mongod, replica_set=True) as server:
            yield server.url
    else:
        raise NoMongoDBError("a replica set", f"{URL_VARIABLE}, mongod on the PATH, the development wheel")


def _is_replica_set(url: str) -> bool:
    with connect(url) as client:
        return "setName" in client.admin.command("hello")


def _docker_answers() -> bool:
    """Whether an engine answers: the command alone is often installed without one."""
    docker = shutil.which("docker")
    if docker is None:
        return False
    try:
        version = subprocess.run([docker, "version"], capture_output=True, check=False, timeout=DOCKER_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return version.returncode == 0


@contextmanager
def _container() -> Iterator[str]:
    from testcontainers.community.mongodb import MongoDbContainer

    # Docker publishes the port on every interface, so the password is nobody's guess.
    with MongoDbContainer(IMAGE, username="tupli", password=secrets.token_hex(16)) as container:
        url: str = container.get_connection_url()
        yield url
