"""Files that commands read and write."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer

from tupli_client.cli.option_groups import OptionGroup
from tupli_client.cli.usage import UsageError
from tupli_schemas.errors import ConflictError, InvalidDataError

Readable = Annotated[Path, typer.Argument(metavar="FILE", exists=True, dir_okay=False, show_default=False)]


@dataclass(frozen=True)
class Overwriting(OptionGroup):
    """What to do about a file that is there already."""

    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace files that are there already.")] = False

    def check(self, file: Path) -> None:
        """Refuse to replace a file unless that was asked for.

        Raises:
            ConflictError: There is one already.
        """
        if file.exists() and not self.overwrite:
            raise ConflictError(f"{file} is there already", hint="--overwrite replaces it")

    @contextmanager
    def write(self, file: Path) -> Iterator[BinaryIO]:
        """Write a file so that it is there whole or not at all.

        Raises:
            ConflictError: There is one already.
        """
        self.check(file)
        file.parent.mkdir(parents=True, exist_ok=True)
        fresh = file.with_name(f".{file.name}.{os.getpid()}.new")
        try:
            with fresh.open("wb") as stream:
                yield stream
            fresh.replace(file)
        finally:
            fresh.unlink(missing_ok=True)


def read_text(file: Path) -> str:
    """The text in a file.

    Raises:
        InvalidDataError: It is no UTF-8.
    """
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InvalidDataError(f"{file} is no text in UTF-8") from error


def json_object(text: str) -> dict[str, Any]:
    """What an option such as ``--metadata '{"month": "June"}'`` says."""
    try:
        found = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise UsageError(f"{text!r} is no JSON: {error}", hint="""for example '{"month": "June"}'""") from error
    if not isinstance(found, dict):
        raise UsageError(f"{text!r} is no JSON object", hint="""for example '{"month": "June"}'""")
    return found
