"""How a run ends that went wrong: what, why and what next on stderr, and an exit code that means something."""

import re
import sys
from types import TracebackType
from typing import Any

import typer

from tupli_client.cli import terminal

INTERRUPTED = 130
EXIT_CODES = {
    "error": 1,
    "usage": 2,
    "invalid-filter": 2,
    "ambiguous-reference": 2,
    "not-found": 3,
    "sign-in-required": 4,
    "permission-denied": 4,
    "conflict": 5,
    "unreachable": 6,
    "partly-done": 7,
}
"""The exit code for the ``code`` of an error; one that is not here has that of its nearest base."""

MISUSE: type[Exception] = typer.BadParameter.__bases__[0]
"""What typer raises when a command line cannot be understood."""

_FIRST_STEPS = {
    "sign-in-required": "tupli login",
    "unreachable": "tupli doctor",
    "storage-error": "tupli doctor",
}
"""What to do next about an error that brings no hint of its own."""


def expected() -> tuple[type[Exception], ...]:
    """What may go wrong without a mistake in Tupli."""
    from pydantic import ValidationError

    from tupli_schemas.errors import TupliError

    return TupliError, ValidationError, OSError


def exit_code(error: BaseException) -> int:
    """What the process ends with after ``error``."""
    codes = (vars(kind).get("code") for kind in type(error).__mro__)
    return next((EXIT_CODES[code] for code in codes if code in EXIT_CODES), 1)


def report(error: BaseException) -> int:
    """Say on stderr what went wrong, why, and what to do next; returns the exit code."""
    problem = as_tupli_error(error)
    if _debugging():
        _show_traceback(error)
    tell_problem(problem.detail, problem.code)
    for field in problem.errors[1:] if len(problem.errors) > 1 else ():
        terminal.tell(f"  {field.path}: {field.message}")
    notes = [*getattr(error, "__notes__", ()), *_next_steps(problem)]
    for line in sorted(notes, key=lambda note: note.startswith("next:")):
        terminal.tell(f"  {line}")
    return exit_code(problem)


def tell_problem(what: str, code: str) -> None:
    """How every error begins; the code stands at the end of the first line."""
    first, *others = what.split("\n")
    terminal.tell_marked("error:", "\n".join([f"{first}  [{code}]", *others]), "bold red")


def report_misuse(error: Any) -> int:
    """Say what is wrong with the command line itself."""
    if type(error).__name__ == "NoArgsIsHelpError":  # which typer does not export: there is nothing to say but the help
        error.show()
        return EXIT_CODES["usage"]
    command = error.ctx.command_path if error.ctx else "tupli"
    tell_problem(error.format_message().replace("\n\t", " "), "usage")
    terminal.tell(f"  next: {command} --help")
    return EXIT_CODES["usage"]


def interrupted() -> int:
    """Say that a person has stopped the command."""
    terminal.tell("\ninterrupted" if sys.stderr.isatty() else "interrupted")  # the terminal has written ^C
    return INTERRUPTED


def report_unexpected(kind: type[BaseException], error: BaseException, _: TracebackType | None) -> None:
    """A mistake in Tupli: one line, and the whole story with ``TUPLI_DEBUG=1``. Made for ``sys.excepthook``."""
    if kind is KeyboardInterrupt or _debugging():
        _show_traceback(error)
    tell_problem(f"{kind.__name__}: {error}", "unexpected")
    terminal.tell("  this is a mistake in Tupli, not in what you did")
    terminal.tell("  next: run it again with TUPLI_DEBUG=1, and report what it prints")


def show_warning(message: Warning | str, *_: Any) -> None:
    """A warning as one line. Made for ``warnings.showwarning``."""
    terminal.tell_marked("warning:", str(message), "bold yellow")


def as_tupli_error(error: BaseException) -> Any:
    """What went wrong in our words, whoever noticed it."""
    from pydantic import ValidationError

    from tupli_schemas.errors import TupliError, invalid_data

    if isinstance(error, TupliError):
        return error
    if isinstance(error, ValidationError):
        words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", error.title).lower()
        return invalid_data(error, f"the {words}")
    if isinstance(error, OSError):
        named = f": {error.filename}" if error.filename else ""
        return TupliError(f"{error.strerror or error}{named}")
    raise error


def _next_steps(problem: Any) -> list[str]:
    """What to do about it, from the error itself or, if it brings no hint, from its kind."""
    if problem.hint:
        is_question = problem.hint.startswith("did you mean")
        return [problem.hint if is_question else f"next: {problem.hint}"]
    codes = (vars(kind).get("code") for kind in type(problem).__mro__)
    return [f"next: {_FIRST_STEPS[code]}" for code in codes if code in _FIRST_STEPS][:1]


def _debugging() -> bool:
    from tupli_client.settings import load_settings
    from tupli_schemas.errors import TupliError

    try:
        return load_settings().debug
    except TupliError:
        return False


def _show_traceback(error: BaseException) -> None:
    import traceback

    terminal.tell("".join(traceback.format_exception(error)).rstrip())
