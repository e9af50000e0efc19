"""How far a long transfer is: a bar on a terminal, a line per 10 % otherwise, and nothing for what takes less than a second."""

import sys
import time
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tupli_client.cli import terminal

if TYPE_CHECKING:
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

    from tupli_schemas.episodes import EpisodeHeader

PATIENCE = 1.0
"""Seconds before anything is shown."""


class Progress:
    """Reports on stderr; call it with how many episodes and how many bytes are through so far."""

    def __init__(self, verb: str, total: int) -> None:
        self._verb = verb
        self._total = total
        self._start = time.monotonic()
        self._bar: tuple[Bar, TaskID] | None = None
        self._tenths = 0

    def __call__(self, n_done: int, n_bytes: int) -> None:
        """Report that ``n_done`` of all episodes, with ``n_bytes`` bytes, are through."""
        seconds = time.monotonic() - self._start
        if seconds < PATIENCE:
            return
        rates = f"{n_done / seconds:.0f}/s, {n_bytes / seconds / 1e6:.1f} MB/s"
        if sys.stderr.isatty() and terminal.console(sys.stderr).is_interactive:
            self._draw(n_done, rates)
        else:
            self._write(n_done, rates)

    def over(self, headers: "Iterable[EpisodeHeader]") -> "Iterator[EpisodeHeader]":
        """The headers of episodes that come one after another; each is through when the next one is asked for."""
        n_bytes = 0
        for n_done, header in enumerate(headers, start=1):
            yield header
            n_bytes += header.n_bytes
            self(n_done, n_bytes)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar[0].stop()

    def _write(self, n_done: int, rates: str) -> None:
        tenths = n_done * 10 // self._total
        if tenths > self._tenths:
            self._tenths = tenths
            terminal.tell(f"{self._verb}: {tenths * 10} % ({n_done:,} of {self._total:,} episodes, {rates})")

    def _draw(self, n_done: int, rates: str) -> None:
        bar, task = self._bar = self._bar or self._new_bar()
        bar.update(task, completed=n_done, rates=rates)

    def _new_bar(self) -> "tuple[Bar, TaskID]":
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("episodes, {task.fields[rates]},"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=terminal.console(sys.stderr),
            transient=True,
        )
        bar.start()
        return bar, bar.add_task(self._verb, total=self._total, rates="")
