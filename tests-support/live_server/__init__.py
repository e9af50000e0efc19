"""A real server for tests: ``tupli-server run`` in a process of its own, on loopback, on a free port."""

import os
import secrets
import socket
import subprocess
import sys
import time
from types import TracebackType
from typing import Any, Self

import requests

HOST = "127.0.0.1"
START_SECONDS = 60.0
STOP_SECONDS = 40.0
ADMIN = "admin"


class LiveServer:
    """A running server, from ``with`` to its end. ``url`` is what clients connect to; ``settings`` are as in ``TUPLI_…``.

    The administrator ``admin`` has the password ``admin_password``.
    """

    def __init__(self, mongodb_url: str, database: str, **settings: Any) -> None:
        self.admin_password = secrets.token_urlsafe(16)
        self.secret_key = secrets.token_urlsafe(48)
        self.database = database
        self.mongodb_url = mongodb_url
        self.port = _free_port()
        self.url = f"http://{HOST}:{self.port}"
        self._settings: dict[str, Any] = {
            "mongodb_url": mongodb_url,
            "database": database,
            "host": HOST,
            "port": self.port,
            "secret_key": self.secret_key,
            "admin_password": self.admin_password,
            "password_rounds": 10,
            "open_signup": True,
            # All tests of a run come from one address, and some of them fail on purpose.
            "sign_in_limit": 0,
            **settings,
        }
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the server."""
        if self._process is None:
            raise RuntimeError("this server is not running; enter it with `with` first")
        return self._process.pid

    def __enter__(self) -> Self:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("TUPLI_")}
        environment |= {f"TUPLI_{name.upper()}": str(value) for name, value in self._settings.items()}
        self._process = subprocess.Popen([sys.executable, "-m", "tupli_server", "run"], env=environment)
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End the server as an operator would, and wait until it has gone."""
        if self._process is not None:
            self._process.terminate()
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self._process is not None and self._process.poll() is None and time.monotonic() < deadline:
            try:
                if requests.get(f"{self.url}/ready", timeout=5).ok:
                    return
            except requests.ConnectionError:
                time.sleep(0.05)
        raise RuntimeError("the server did not start; what it said is above")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
