"""The ``tupli`` command: which nouns and shortcuts there are, and how a run ends."""

import sys
import warnings
from collections.abc import Iterator, Sequence
from importlib.metadata import entry_points
from typing import Annotated, Any

import typer

from tupli_client.__about__ import __version__
from tupli_client.cli import problems, terminal
from tupli_client.cli.lazy import LazyCommand, PluginCommand
from tupli_client.cli.nouns import Sections
from tupli_client.cli.terminal import Color

PLUGINS = "tupli.commands"
"""The group of entry points by which other packages add nouns."""

CONTENT = {
    "benchmark": "Environments, fully configured and stored.",
    "episode": "Recorded and historic steps, from a reset to an end.",
    "dataset": "Frozen, citable selections of episodes.",
    "artifact": "Data and policies that go with benchmarks.",
}
ACCOUNTS = {
    "user": "The accounts of a server.",
    "group": "Who belongs together, and may read what is published there.",
    "role": "Named sets of rights.",
}
SHORTCUTS = {
    "status": "Where you are: the storage, what is in it, and who you are there.",
    "login": "Sign in to a server.",
    "logout": "Sign out of a server.",
    "whoami": "Who you are on a server.",
    "doctor": "Check that everything works, and say how to mend what does not.",
}


app = typer.Typer(
    name="tupli",
    cls=Sections,
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help is there in half the time
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"tupli {__version__}")
        raise typer.Exit


@app.callback()
def tupli(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave."),
    ] = False,
) -> None:
    """Keep, share, find and export offline reinforcement-learning data, in a folder or on a server.

    Every command is 'tupli NOUN VERB', for example 'tupli episode list'.
    """


def commands() -> Iterator[LazyCommand]:
    """Every noun and shortcut, in the order of the help."""
    for name, text in CONTENT.items():
        yield from _noun(name, text, "Content")
    for name, text in ACCOUNTS.items():
        yield from _noun(name, text, "Server")
    yield LazyCommand("auth", "Tokens for scripts, and your password.", _module("auth"), rich_help_panel="Server")
    yield LazyCommand(
        "config", "Settings, and where each comes from.", _module("config"), rich_help_panel="This machine"
    )
    for name, text in SHORTCUTS.items():
        yield LazyCommand(name, text, _module("shortcuts"), verb=name, rich_help_panel="This machine")
    yield from _older_names()
    for entry in entry_points(group=PLUGINS):
        yield PluginCommand(entry, entry.dist.name if entry.dist else entry.module)


def _noun(name: str, text: str, panel: str) -> Iterator[LazyCommand]:
    yield LazyCommand(name, text, _module(f"{name}s"), rich_help_panel=panel)
    yield LazyCommand(f"{name}s", text, _module(f"{name}s"), hidden=True)


def _older_names() -> Iterator[LazyCommand]:
    """What PyTupli's users type."""
    for verb in ("set_url", "signup", "change_password"):
        yield LazyCommand(verb, "An older name.", _module("older"), verb=verb, hidden=True)
    for noun in ("benchmarks", "artifacts"):
        yield LazyCommand(f"list_{noun}", "An older name.", _module(noun), verb="list", hidden=True)


def _module(name: str) -> str:
    return f"tupli_client.cli.{name}:app"


def root() -> Any:
    """The whole command, ready to be run."""
    group = typer.main.get_command(app)
    for command in commands():
        group.add_command(command)  # type: ignore[attr-defined]  # an app with a callback is a group
    return group


def run(arguments: Sequence[str] | None = None) -> int:
    """Do what ``arguments`` (those of the process) say; the exit code is one of ``problems.EXIT_CODES``, or 0."""
    terminal.choose_color(Color.AUTO)
    try:
        code = root().main(arguments, prog_name="tupli", standalone_mode=False)
        return problems.interrupted() if code == problems.INTERRUPTED else code or 0
    except problems.MISUSE as error:
        return problems.report_misuse(error)
    except typer.Abort:
        return problems.interrupted()
    # Asked for only when something was raised: what errors are made of would slow `--help` down.
    except problems.expected() as error:
        return problems.report(error)


def main() -> None:
    """The entry point of ``tupli``."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a narrow terminal is no reason to fail
    sys.excepthook = problems.report_unexpected
    warnings.showwarning = problems.show_warning  # type: ignore[assignment]  # it takes what it is given
    sys.exit(run())
