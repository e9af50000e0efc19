"""The ``tupli`` command for tests: in this process, in one of its own, and on a real terminal."""

import fcntl
import io
import json
import os
import pty
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tupli_client.cli.app import run

COMMAND = [sys.executable, "-c", "from tupli_client.cli.app import main; main()"]
SECONDS = 60


@dataclass(frozen=True)
class Ran:
    """What came of a command."""

    code: int
    out: str
    err: str = ""

    @property
    def lines(self) -> list[str]:
        """The lines of the result."""
        return self.out.splitlines()

    @property
    def rows(self) -> list[list[str]]:
        """The cells of the result, as a program reads them."""
        return [line.split("\t") for line in self.lines]

    @property
    def json(self) -> Any:
        """The result as the one JSON document that it has to be."""
        return json.loads(self.out)


class Tupli:
    """Runs commands in the current folder."""

    def __init__(self, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capsys = capsys
        self._monkeypatch = monkeypatch

    def __call__(self, *arguments: object, stdin: str = "") -> Ran:
        """Run a command in this process, where nobody is at a terminal."""
        self._capsys.readouterr()
        self._monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = run([str(argument) for argument in arguments])
        return Ran(code, *self._capsys.readouterr())


def in_process(*arguments: object, environment: Mapping[str, str] | None = None, stdin: str = "") -> Ran:
    """Run a command in a process of its own."""
    ran = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env={**os.environ, **(environment or {})},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def on_a_terminal(
    *arguments: object, columns: int = 80, typed: str = "", environment: Mapping[str, str] | None = None
) -> Ran:
    """Run a command on a terminal of its own; ``out`` is all that is seen there."""
    return watch([*COMMAND, *map(str, arguments)], columns=columns, typed=typed, environment=environment)


def watch(
    command: Sequence[str], *, columns: int = 80, typed: str = "", environment: Mapping[str, str] | None = None
) -> Ran:
    """Run any program on a terminal of its own."""
    here, there = pty.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    environment = {**os.environ, "TERM": "xterm-256color", **(environment or {})}
    environment.pop("COLUMNS", None)
    process = subprocess.Popen(
        command, stdin=there, stdout=there, stderr=there, env=environment, start_new_session=True
    )
    os.close(there)
    if typed:
        os.write(here, typed.encode())
    seen = _read_all(here)
    os.close(here)
    return Ran(process.wait(SECONDS), seen.decode().replace("\r\n", "\n"))


def _read_all(terminal: int) -> bytes:
    seen = b""
    try:
        while piece := os.read(terminal, 65_536):
            seen += piece
    except OSError:  # Linux's way to say that nobody writes to it any more
        pass
    return seen
