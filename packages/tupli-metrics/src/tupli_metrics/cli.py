"""``tupli metrics``: what a data set is worth, and what is wrong with it.

The client's command adds this app through the entry point ``tupli.commands``. The two know nothing of each other but ``Loader``: the
client puts one into typer's context (``ctx.obj``); without one, references are paths of local files.
"""

from pathlib import Path
from typing import Annotated

import typer

from tupli_metrics.cli_output import comparison_lines, progress, report_lines, show
from tupli_metrics.cli_source import Source, with_returns
from tupli_metrics.reference import Reference

app = typer.Typer(
    name="metrics",
    help="What a data set is worth, and what is wrong with it.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help, as of the rest of the command
)

REF = "A data set or benchmark; or a path: an .npz file of columns, a payload, a folder of payloads."

ReferenceRef = Annotated[str | None, typer.Option("--reference", help="Data that coverage and distances refer to.")]
RandomRef = Annotated[str | None, typer.Option("--random", help="Data of the random policy, for trajectory quality.")]
ReturnMin = Annotated[float | None, typer.Option(help="Mean return of the random policy, for trajectory quality.")]
ReturnMax = Annotated[float | None, typer.Option(help="Best known return, for trajectory quality.")]
Html = Annotated[Path | None, typer.Option(dir_okay=False, help="Write one self-contained page.")]
Png = Annotated[Path | None, typer.Option(dir_okay=False, help="Write the pictures. Needs the extra 'plots'.")]
Dark = Annotated[bool, typer.Option("--dark", help="Dark pictures.")]
Exact = Annotated[bool, typer.Option("--exact", help="Ask five times as many states and transitions.")]
Seed = Annotated[int, typer.Option(help="Of everything that is drawn.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Storage = Annotated[str | None, typer.Option("--storage", help="URL or folder; otherwise the current one.")]


@app.command("report")
def report_command(  # noqa: PLR0913, PLR0917  # each is an option of the command
    ctx: typer.Context,
    ref: Annotated[str, typer.Argument(metavar="REF", help=REF)],
    reference: ReferenceRef = None,
    random: RandomRef = None,
    return_min: ReturnMin = None,
    return_max: ReturnMax = None,
    html: Html = None,
    png: Png = None,
    dark: Dark = False,
    exact: Exact = False,
    seed: Seed = 0,
    as_json: AsJson = False,
    storage: Storage = None,
) -> None:
    """Measure a data set, look for faults, and draw pictures of it.

    The exit code is 1 if something is wrong with the data: a finding of the severity 'error'.
    """
    from tupli_metrics.report import report

    source = Source(ctx.obj, ref, storage)
    known = (
        Reference.from_data(Source(ctx.obj, reference, storage), id=reference)
        if reference
        else source.stored_reference()
    )
    known = with_returns(known, return_min, return_max, Source(ctx.obj, random, storage) if random else None)
    with progress(source.name) as tell:
        found = report(
            source,
            name=source.name,
            about=source.about,
            reference=known,
            seed=seed,
            progress=tell,
            fast=not exact,
            **source.spaces,
        )
    if html is not None:
        found.save_html(html)
    if png is not None:
        found.save_png(png, dark=dark)
    document = {**found.to_json(), "metadata": found.results.as_metadata()}
    show(found, document, report_lines(found), as_json=as_json)
    if not found.sound:
        raise typer.Exit(1)


@app.command("compare")
def compare_command(  # noqa: PLR0913, PLR0917  # each is an option of the command
    ctx: typer.Context,
    ref: Annotated[str, typer.Argument(metavar="A", help=REF)],
    other: Annotated[str, typer.Argument(metavar="B", help="Another one of the same benchmark.")],
    reference: ReferenceRef = None,
    random: RandomRef = None,
    return_min: ReturnMin = None,
    return_max: ReturnMax = None,
    html: Html = None,
    png: Png = None,
    dark: Dark = False,
    exact: Exact = False,
    seed: Seed = 0,
    as_json: AsJson = False,
    storage: Storage = None,
) -> None:
    """Put two data sets of one benchmark side by side, on one scale: that of the reference, or of A."""
    from tupli_metrics.report import compare

    first, second = Source(ctx.obj, ref, storage), Source(ctx.obj, other, storage)
    yardstick = Source(ctx.obj, reference, storage) if reference else first
    known = with_returns(
        Reference.from_data(yardstick, id=yardstick.name),
        return_min,
        return_max,
        Source(ctx.obj, random, storage) if random else None,
    )
    with progress(f"{first.name}, {second.name}") as tell:
        found = compare(
            first,
            second,
            names=(first.name, second.name),
            reference=known,
            seed=seed,
            progress=tell,
            fast=not exact,
            **first.spaces,
        )
    if html is not None:
        found.save_html(html)
    if png is not None:
        found.save_png(png, dark=dark)
    show(found, found.to_json(), comparison_lines(found), as_json=as_json)
