"""Which objects a list shows, in which order, and how many."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from tupli_client.cli import terminal
from tupli_client.cli.option_groups import OptionGroup

if TYPE_CHECKING:  # help has to stay quick
    from tupli_schemas.base import Header
    from tupli_schemas.filters import BaseFilter

H = TypeVar("H", bound="Header")

SHOWN_TO_PEOPLE = 100
"""So many objects are listed on a terminal, unless a number is given. Programs get all."""


@dataclass(frozen=True)
class Searching(OptionGroup):
    """The options of every ``list``."""

    where: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only those, as in \"month == 'June' and return > 0\".")
    ] = None
    filter_: Annotated[
        str | None, typer.Option("--filter", metavar="JSON", help="Only those that satisfy a filter tree.")
    ] = None
    search: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only those with this in their name or description.")
    ] = None
    sort: Annotated[
        str | None, typer.Option(metavar="KEY,...", help="In this order; '-' before a key puts the largest first.")
    ] = None
    limit: Annotated[
        int | None,
        typer.Option(min=1, help=f"At most so many (on a terminal {SHOWN_TO_PEOPLE}, else all).", show_default=False),
    ] = None
    all_: Annotated[bool, typer.Option("--all", help="All of them, on a terminal too.")] = False
    explain: Annotated[bool, typer.Option("--explain", help="Say on stderr how the filter was understood.")] = False

    def filter(self) -> "BaseFilter":
        """What ``--where`` and ``--filter`` say together."""
        from tupli_client.where import explain, where
        from tupli_schemas.filters import FilterAND

        given: list[Any] = [where(self.where)] if self.where is not None else []
        given += [_parse_json(self.filter_)] if self.filter_ is not None else []
        wanted: BaseFilter = given[0] if len(given) == 1 else FilterAND(filters=tuple(given))
        if self.explain:
            terminal.tell(f"filter: {explain(wanted)}")
        return wanted

    def ask(self, list_headers: Callable[..., list[H]], among: "BaseFilter") -> list[H]:
        """The headers that are asked for, of those that satisfy ``among``. If there are more, a line on stderr says so."""
        limit = self._limit()
        wanted = among & self.filter()
        keys = tuple(self.sort.split(",")) if self.sort else ()
        if self.search is not None:
            found = [header for header in list_headers(wanted, sort=keys) if _mentions(header, self.search)]
        else:
            found = list_headers(wanted, sort=keys, limit=None if limit is None else limit + 1)
        if limit is not None and len(found) > limit:
            terminal.tell(f"these are the first {limit}; --all shows the rest")
        elif not found:
            terminal.tell("nothing found")
        return found[:limit]

    def _limit(self) -> int | None:
        if self.all_ or self.limit:
            return self.limit
        return SHOWN_TO_PEOPLE if terminal.is_for_people() else None


def _parse_json(text: str) -> "BaseFilter":
    from tupli_schemas.errors import InvalidFilterError
    from tupli_schemas.filters import parse_filter

    try:
        return parse_filter(json.loads(text))
    except (json.JSONDecodeError, RecursionError) as error:
        raise InvalidFilterError(
            f"--filter is no JSON: {error}", hint="""--filter '{"type": "EQ", "key": "month", "value": "June"}'"""
        ) from error


def _mentions(header: "Header", text: str) -> bool:
    """Whether the words that people gave an object contain ``text``, in whatever case."""
    described: Any = getattr(header, "metadata", header)
    words: Sequence[Any] = [getattr(thing, key, "") for thing in (header, described) for key in ("name", "description")]
    return any(text.casefold() in str(word).casefold() for word in words)
