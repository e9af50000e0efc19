"""Nouns and their verbs, and how their help looks."""

from collections.abc import Callable
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup

from tupli_client.cli.option_groups import spread

Function = TypeVar("Function", bound=Callable[..., None])


class Sections(TyperGroup):
    """A group whose help lists its commands under headings, each with its whole sentence."""

    def format_commands(self, _: Any, formatter: Any) -> None:
        shown: list[Any] = [command for command in self.commands.values() if not command.hidden]
        width = max(len(command.name or "") for command in shown)
        sections: dict[str, list[tuple[str, str]]] = {}
        for command in shown:
            sections.setdefault(_heading(command, "Commands"), []).append(
                (f"{command.name:{width}}", command.help or "")
            )
        _write(formatter, sections)


class Verb(TyperCommand):
    """A command whose help lists its options under headings: its own, then those that many have."""

    def format_options(self, ctx: Any, formatter: Any) -> None:
        sections: dict[str, list[tuple[str, str]]] = {"Arguments": [], "Options": []}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and param.param_type_name == "argument":
                # Without the Python type, which says nothing to people.
                sections["Arguments"].append((record[0].partition(" <")[0], record[1]))
            elif record is not None:
                sections.setdefault(_heading(param, "Options"), []).append(record)
        _write(formatter, sections)


class Noun(typer.Typer):
    """The verbs of a noun. Their parameters may be option groups."""

    def __init__(self, about: str) -> None:
        super().__init__(
            cls=Sections,
            help=about,
            no_args_is_help=True,
            add_completion=False,
            rich_markup_mode=None,
            context_settings={"help_option_names": ["-h", "--help"]},
        )

    def command(self, name: str | None = None, **settings: Any) -> Callable[[Function], Function]:
        """Make a function the verb ``name``; it stays what it is for Python."""

        def register(function: Function) -> Function:
            super(Noun, self).command(name, cls=Verb, **settings)(spread(function))
            return function

        return register


def _heading(thing: Any, otherwise: str) -> str:
    panel = getattr(thing, "rich_help_panel", None)
    return panel if isinstance(panel, str) else otherwise


def _write(formatter: Any, sections: dict[str, list[tuple[str, str]]]) -> None:
    for heading, rows in sections.items():
        if rows:
            with formatter.section(heading):
                formatter.write_dl(rows)
