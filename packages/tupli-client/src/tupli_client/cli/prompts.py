"""Asking a person, where there is one."""

import sys
from dataclasses import dataclass
from typing import Annotated

import typer

from tupli_client.cli import terminal
from tupli_client.cli.option_groups import COMMON, OptionGroup
from tupli_client.cli.usage import UsageError

SHOWN = 10
"""So many of the objects that are about to go are listed."""


@dataclass(frozen=True)
class Asking(OptionGroup):
    """The options of commands that ask for what they were not told."""

    no_input: Annotated[bool, typer.Option("--no-input", help="Never ask; fail instead.", rich_help_panel=COMMON)] = (
        False
    )

    @property
    def _is_possible(self) -> bool:
        return not self.no_input and sys.stdin.isatty()

    def ask(self, text: str, flag: str, *, hidden: bool = False) -> str:
        """A line that a person types.

        Raises:
            UsageError: There is nobody to ask.
        """
        if not self._is_possible:
            raise UsageError(f"{flag} is missing, and there is nobody to ask", hint=f"give {flag}")
        return str(typer.prompt(text, hide_input=hidden, err=True))


@dataclass(frozen=True)
class Consent(Asking):
    """The options of commands that destroy something."""

    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")] = False

    def require(self, what: str, things: list[str]) -> None:
        """Go on only if a person agrees, or has agreed with ``--yes``.

        Raises:
            UsageError: There is nobody to ask.
            typer.Abort: They do not agree.
        """
        if self.yes:
            return
        terminal.tell(f"{what}:")
        for thing in things[:SHOWN]:
            terminal.tell(f"  {thing}")
        if len(things) > SHOWN:
            terminal.tell(f"  and {len(things) - SHOWN} more")
        if not self._is_possible:
            raise UsageError("nothing was done: there is nobody to ask", hint="--yes does it without asking")
        if not typer.confirm("Go on?", err=True):
            terminal.tell("nothing was done")
            raise typer.Exit(1)
