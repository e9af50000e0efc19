"""How a result is shown: a table for people, lines for programs, one JSON document, or ids alone."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tupli_client.cli import cells, terminal
from tupli_client.cli.option_groups import COMMON, OptionGroup
from tupli_client.cli.terminal import Color

if TYPE_CHECKING:  # help has to stay quick
    from pydantic import BaseModel

    from tupli_client.cli.tables import Column

    Item = BaseModel | Mapping[str, Any]

Columns = Mapping[str, str]
"""What lists show, the important things first: headings, each with a path into the JSON of an object."""

Details = Mapping[str, Any]
"""What people want to know of one object, by heading; JSON values."""

_IDS = frozenset({"id", "benchmark_id"})


@dataclass(frozen=True)
class Screen(OptionGroup):
    """The options of every command about what it prints."""

    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.", rich_help_panel=COMMON)] = False
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print ids only.", rich_help_panel=COMMON)] = False
    color: Annotated[
        Color,
        typer.Option(
            callback=terminal.choose_color, is_eager=True, help="When to use colours.", rich_help_panel=COMMON
        ),
    ] = Color.AUTO

    def show_list(self, found: "Sequence[Item]", columns: Columns) -> None:
        """Print many objects."""
        documents = [_document(item) for item in found]
        if self.as_json:
            terminal.answer(_json_text(documents))
        elif self.quiet:
            _answer_lines(map(_identity, documents))
        elif terminal.is_for_people():
            _answer_table(documents, columns)
        else:
            rows = ([cells.exact(cells.of_path(document, path)) for path in columns.values()] for document in documents)
            _answer_lines("\t".join(row) for row in rows)

    def show(self, item: "Item", details: Details | None = None) -> None:
        """Print one object; ``details`` are what a person wants to know, and everything if they are not given."""
        document = _document(item)
        if self.as_json:
            terminal.answer(_json_text(document))
        elif self.quiet:
            terminal.answer(_identity(document))
        else:
            _answer_details(document if details is None else details)

    def show_done(self, verb: str, word: str, items: "Sequence[Item]") -> None:
        """Say that something was done to these objects; programs get the objects."""
        if self.as_json or self.quiet:
            self.show_list(items, {})
        elif len(items) == 1:
            terminal.tell(f"{verb} {word} {_identity(_document(items[0]))}")
        elif items:
            terminal.tell(f"{verb} {len(items):,} {word}s")


def _document(item: "Item") -> dict[str, Any]:
    return dict(item) if isinstance(item, Mapping) else item.model_dump(mode="json")


def _json_text(document: Any) -> str:
    return json.dumps(document, indent=2, ensure_ascii=terminal.has_only_ascii())


def _identity(document: Mapping[str, Any]) -> str:
    """What a command takes as REF to mean this object."""
    named = (document[key] for key in ("id", "username", "name", "role", "key") if key in document)
    return str(next(named, next(iter(document.values()))))


def _answer_lines(lines: Iterable[str]) -> None:
    if text := "\n".join(lines):
        terminal.answer(text)


def _answer_table(documents: Sequence[dict[str, Any]], columns: Columns) -> None:
    from tupli_client.cli.tables import fitting, table

    if not documents:
        return
    wanted = [_column(heading, path, documents) for heading, path in columns.items()]
    shown = fitting(wanted, terminal.width())
    for line in table(shown, terminal.width(), terminal.ellipsis()):
        terminal.answer(line)
    if left_out := [column.heading for column in wanted[len(shown) :]]:
        terminal.tell(f"hidden for want of room: {', '.join(left_out)}")


def _column(heading: str, path: str, documents: Sequence[dict[str, Any]]) -> "Column":
    from tupli_client.cli.tables import Column

    values = [cells.of_path(document, path) for document in documents]
    numbers = all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return Column(heading, list(map(cells.short, values)), whole=path in _IDS, numbers=numbers)


def _answer_details(details: Details) -> None:
    if not terminal.is_for_people():
        _answer_lines(f"{heading}\t{cells.exact(value)}" for heading, value in details.items())
        return
    from rich.text import Text

    known = {heading: text for heading, value in details.items() if (text := cells.short(value)) != cells.UNKNOWN}
    width = max(map(len, known), default=0)
    for heading, text in known.items():
        terminal.answer(Text.assemble((f"{heading:{width}}", "bold"), "  ", text))
