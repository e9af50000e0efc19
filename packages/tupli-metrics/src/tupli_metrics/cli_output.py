"""What the command line prints: a table for people, lines for pipes, JSON for programs, progress on stderr."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from tupli_metrics.passes import Progress

if TYPE_CHECKING:
    from tupli_metrics.report import Comparison, Report


def show(
    found: "Report | Comparison", document: dict[str, Any], lines: Iterable[Iterable[str]], *, as_json: bool
) -> None:
    """Print the result in the form that fits stdout; nothing is cut where nobody reads it."""
    if as_json:
        typer.echo(json.dumps(document, indent=2, allow_nan=False))
    elif sys.stdout.isatty():
        from rich.console import Console

        Console(markup=False, highlight=False, emoji=False).print(found)
    else:
        for line in lines:
            typer.echo("\t".join(line))


def report_lines(report: "Report") -> Iterator[tuple[str, ...]]:
    """``metric name value std_error unit n`` and ``finding severity code count unit place message``."""
    for name, result in report.results.items():
        error = "" if result.std_error is None else repr(result.std_error)
        yield "metric", name, repr(result.value), error, result.unit, str(result.n_used)
    for finding in report.findings:
        yield (
            "finding",
            finding.severity,
            finding.code,
            str(finding.count),
            finding.unit,
            finding.place,
            finding.message,
        )


def comparison_lines(comparison: "Comparison") -> Iterator[tuple[str, ...]]:
    """``metric name first second`` and ``overlap`` of each within the other."""
    ours, theirs = comparison.results
    for name in ours:
        if name in theirs:
            yield "metric", name, repr(ours[name].value), repr(theirs[name].value)
    overlap = comparison.overlap
    yield "overlap", "states", repr(overlap.details.get("reverse", float("nan"))), repr(overlap.value)


@contextmanager
def progress(what: str) -> Iterator[Progress]:
    """A callback that draws a bar on stderr, on a terminal only, and for what takes longer than a second."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, visible=False)

        def tell(done: int, total: int | None) -> None:
            bar.update(task, completed=done, total=total, visible=(bar.tasks[task].elapsed or 0) > 1)

        yield tell
