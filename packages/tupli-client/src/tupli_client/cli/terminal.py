"""The two streams of the command: what goes where, in which colours, and what happens when nobody listens any more."""

import os
import sys
from contextvars import ContextVar
from enum import StrEnum
from typing import TYPE_CHECKING, TextIO

import typer

from tupli_client.cli import cells

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text


class Color(StrEnum):
    """When to use colours; ``auto`` is on a terminal, unless ``NO_COLOR`` is set."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


_color: ContextVar[Color] = ContextVar("color", default=Color.AUTO)


def choose_color(color: Color) -> Color:
    """Use colours like this from now on."""
    _color.set(color)
    return color


def console(stream: TextIO) -> "Console":
    """A way to write to ``stream`` that neither guesses at colours of its own nor reads markup in what it is given."""
    from rich.console import Console

    color = _color.get()
    found = Console(
        file=stream,
        highlight=False,
        markup=False,
        emoji=False,
        soft_wrap=True,
        force_terminal=True if color is Color.ALWAYS else None,
    )
    if color is Color.NEVER or (color is Color.AUTO and found.no_color):
        # Rich's own reading of NO_COLOR keeps bold and dim; here it means plain text.
        found = Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=True, color_system=None)
    return found


def tell(text: str) -> None:
    """Write lines for people to stderr."""
    _tell(_harmless(text))


def tell_marked(mark: str, text: str, style: str) -> None:
    """Write lines to stderr that begin with a coloured word."""
    from rich.text import Text

    _tell(Text.assemble((mark, style), " ", _harmless(text)))


def _tell(text: "str | Text") -> None:
    out = console(sys.stderr)
    try:
        out.print(text, soft_wrap=not out.is_terminal)
    except BrokenPipeError:
        _give_up(sys.stderr)


def _harmless(text: str) -> str:
    """What errors quote may come from others: it must not command a terminal."""
    return "\n".join(map(cells.harmless, text.split("\n")))


def answer(text: "str | Text") -> None:
    """Write a part of the result to stdout. A reader that has read enough, such as ``head``, ends the command in peace."""
    try:
        if isinstance(text, str):
            sys.stdout.write(text + "\n")
        else:
            console(sys.stdout).print(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _give_up(sys.stdout)
        raise typer.Exit from None


def _give_up(stream: TextIO) -> None:
    """Let what is still in the buffer go nowhere, so that Python does not fail over it at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def is_for_people() -> bool:
    """Whether a person sees the result, and no program reads it."""
    return sys.stdout.isatty()


def width() -> int:
    """How many characters a line of the result may have."""
    return console(sys.stdout).width


def has_only_ascii() -> bool:
    """Whether the result may hold nothing but ASCII."""
    return not (sys.stdout.encoding or "ascii").lower().startswith("utf")


def ellipsis() -> str:
    """What stands for what is left out."""
    return "..." if has_only_ascii() else "…"


def require_program(what: str) -> None:
    """Refuse to write what no person can read to a terminal.

    Raises:
        typer.BadParameter: Nothing but a terminal would receive it.
    """
    if sys.stdout.isatty():
        raise typer.BadParameter(
            f"{what} cannot be read on a terminal; give a file, or send them to another program", param_hint="--output"
        )
