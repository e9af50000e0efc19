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
from threading import Thread
from types import TracebackType
from typing import Any, Self

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


def as_process(*arguments: object, environment: Mapping[str, str] | None = None) -> Ran:
    """Run a command in a process of its own, in which nothing is imported yet and nobody is at a terminal."""
    ran = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env={**os.environ, **(environment or {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def on_a_terminal(*arguments: object, columns: int = 80) -> Ran:
    """Run a command in this process, but on a terminal; ``out`` is all that is seen there."""
    with _Terminal(columns) as terminal:
        code = run([str(argument) for argument in arguments])
    return Ran(code, terminal.seen)


def watch(command: Sequence[str], *, typed: str = "", environment: Mapping[str, str] | None = None) -> Ran:
    """Run any program in a process of its own, on a terminal at which somebody types."""
    here, there = _open_terminal(80)
    process = subprocess.Popen(
        command, stdin=there, stdout=there, stderr=there, env={**os.environ, **(environment or {})}
    )
    os.close(there)
    os.write(here, typed.encode())
    seen = _read_all(here)
    os.close(here)
    return Ran(process.wait(SECONDS), seen)


class _Terminal:
    """Puts a terminal in the place of this process's own streams for a while."""

    def __init__(self, columns: int) -> None:
        self._columns = columns
        self.seen = ""

    def __enter__(self) -> Self:
        self._here, there = _open_terminal(self._columns)
        self._descriptors = [os.dup(number) for number in range(3)]
        self._streams = (sys.stdin, sys.stdout, sys.stderr)
        for number in range(3):
            os.dup2(there, number)
        os.close(there)
        sys.stdin, sys.stdout, sys.stderr = (
            os.fdopen(number, mode, closefd=False) for number, mode in enumerate("rww")
        )
        self._reader = Thread(target=self._read)
        self._reader.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        sys.stdin, sys.stdout, sys.stderr = self._streams
        for number, own in enumerate(self._descriptors):
            os.dup2(own, number)
            os.close(own)
        self._reader.join()
        os.close(self._here)

    def _read(self) -> None:
        self.seen = _read_all(self._here)


def _open_terminal(columns: int) -> tuple[int, int]:
    """A terminal of this width: the side of the person, and the side of the program."""
    here, there = pty.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    return here, there


def _read_all(terminal: int) -> str:
    seen = b""
    try:
        while piece := os.read(terminal, 65_536):
            seen += piece
    except OSError:  # Linux's way to say that nobody writes to it any more
        pass
    return seen.decode().replace("\r\n", "\n")
