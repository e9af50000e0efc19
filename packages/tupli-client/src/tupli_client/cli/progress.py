"""How far a long transfer is: a bar on a terminal, a line per 10 % otherwise, and nothing for what takes less than a second."""

import io
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, BinaryIO, Literal, Self

from tupli_client.cli import terminal

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from tupli_schemas.episodes import EpisodeHeader

PATIENCE = 1.0
"""Seconds before anything is shown."""

PIECE_BYTES = 1 << 20


class Progress:
    """Reports on stderr. Use it in a ``with`` statement, and call it with how much is through so far."""

    def __init__(self, verb: str, total: int, unit: Literal["episodes", "bytes"] = "episodes") -> None:
        self._verb = verb
        self._total = total
        self._unit = unit
        self._start = time.monotonic()
        self._bar: tuple[Bar, TaskID] | None = None
        self._tenths = 0

    def __call__(self, n_done: int, n_bytes: int) -> None:
        """Report that ``n_done`` of the total, and ``n_bytes`` bytes, are through."""
        seconds = time.monotonic() - self._start
        if seconds < PATIENCE:
            return
        if sys.stderr.isatty() and terminal.console(sys.stderr).is_interactive:
            self._draw(n_done, self._in_words(n_done, n_bytes, seconds))
        else:
            self._write(n_done, self._in_words(n_done, n_bytes, seconds))

    def over(self, headers: "Iterable[EpisodeHeader]") -> "Iterator[EpisodeHeader]":
        """The headers of episodes that come one after another; each is through when the next one is asked for."""
        n_bytes = 0
        for n_done, header in enumerate(headers, start=1):
            yield header
            n_bytes += header.n_bytes
            self(n_done, n_bytes)

    def copy(self, source: BinaryIO, target: BinaryIO) -> None:
        """Copy a stream to its end."""
        n_bytes = 0
        while piece := source.read(PIECE_BYTES):
            target.write(piece)
            n_bytes += len(piece)
            self(n_bytes, n_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar[0].stop()

    def _in_words(self, n_done: int, n_bytes: int, seconds: float) -> str:
        speed = f"{n_bytes / seconds / 1e6:.1f} MB/s"
        if self._unit == "bytes":
            return f"{n_done / 1e6:,.0f} of {self._total / 1e6:,.0f} MB, {speed}"
        return f"{n_done:,} of {self._total:,} episodes, {n_done / seconds:.0f}/s, {speed}"

    def _write(self, n_done: int, words: str) -> None:
        tenths = n_done * 10 // self._total
        if tenths > self._tenths:
            self._tenths = tenths
            terminal.tell(f"{self._verb}: {tenths * 10} % ({words})")

    def _draw(self, n_done: int, words: str) -> None:
        bar, task = self._bar = self._bar or self._new_bar()
        bar.update(task, completed=n_done, words=words)

    def _new_bar(self) -> "tuple[Bar, TaskID]":
        from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[words]},"),
            TimeRemainingColumn(compact=True),
            TextColumn("left"),
            console=terminal.console(sys.stderr),
            transient=True,
        )
        bar.start()
        return bar, bar.add_task(self._verb, total=self._total, words="")


class WatchedFile(io.FileIO):
    """A file whose reading is reported."""

    def __init__(self, file: Path, progress: Progress) -> None:
        super().__init__(file)
        self._progress = progress

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(-1 if size is None else size) or b""
        self._progress(self.tell(), self.tell())
        return piece

    def readinto(self, buffer: bytearray | memoryview, /) -> int:  # type: ignore[override]  # any writable buffer will do
        n_bytes = super().readinto(buffer) or 0
        self._progress(self.tell(), self.tell())
        return n_bytes
