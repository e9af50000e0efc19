"""Which objects a list shows, in which order, and how many."""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from tupli_client.cli import terminal
from tupli_client.cli.option_groups import OptionGroup

if TYPE_CHECKING:  # help has to stay quick
    from tupli_client.cli.kinds import Kind
    from tupli_client.cli.screens import Screen
    from tupli_client.storage import TupliStorage
    from tupli_schemas.base import Header
    from tupli_schemas.filters import BaseFilter

H = TypeVar("H", bound="Header")

SHOWN_TO_PEOPLE = 100
"""So many objects are listed on a terminal, unless a number is given. Programs get all."""


@dataclass(frozen=True)
class Filtering(OptionGroup):
    """Which objects, by what their headers say."""

    where: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only those, as in \"month == 'June' and return > 0\".")
    ] = None
    filter_: Annotated[
        str | None, typer.Option("--filter", metavar="JSON", help="Only those that satisfy a filter tree.")
    ] = None
    explain: Annotated[bool, typer.Option("--explain", help="Say on stderr how the filter was understood.")] = False

    @property
    def is_given(self) -> bool:
        """Whether any of it was asked for."""
        return self.where is not None or self.filter_ is not None

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


@dataclass(frozen=True)
class Selecting(Filtering):
    """Which objects, in which order, and how many."""

    sort: Annotated[
        str | None, typer.Option(metavar="KEY,...", help="In this order; '-' before a key puts the largest first.")
    ] = None
    limit: Annotated[int | None, typer.Option(min=1, metavar="NUMBER", help="At most so many.", show_default=False)] = (
        None
    )

    def select(self, list_headers: Callable[..., list[H]], among: "BaseFilter") -> list[H]:
        """The headers that are asked for, of those that satisfy ``among``."""
        return list_headers(among & self.filter(), sort=self._keys(), limit=self.limit)

    def _keys(self) -> tuple[str, ...]:
        keys = tuple(self.sort.split(",")) if self.sort is not None else ()
        if wrong := [key for key in keys if not re.match(r"-?[^\W_]", key)]:
            from tupli_client.cli.usage import UsageError

            raise UsageError(f"{wrong[0]!r} is no key to sort by", hint="for example: --sort -return,created_at")
        return keys


@dataclass(frozen=True)
class Searching(Selecting):
    """The options of every ``list``: on a terminal it ends after a while, unless all are asked for."""

    search: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Only those with this in their name or description.")
    ] = None
    all_: Annotated[bool, typer.Option("--all", help=f"All, also if they are more than {SHOWN_TO_PEOPLE}.")] = False

    def show(self, screen: "Screen", kind: "Kind[H]", storage: "TupliStorage", among: "BaseFilter") -> None:
        """Print the headers that are asked for, of those that satisfy ``among``. If there are more, or none, stderr says so."""
        list_headers, limit = kind.lister(storage), self._limit()
        wanted = among & self.filter()
        if self.search is None:
            found = list_headers(wanted, sort=self._keys(), limit=limit and limit + 1)
        else:
            found = [header for header in list_headers(wanted, sort=self._keys()) if _mentions(header, self.search)]
        screen.show_list(found[:limit], kind.columns)
        if not found:
            terminal.tell("nothing found")
            _doubt_keys(wanted, list_headers, kind.schema)
        elif limit is not None and len(found) > limit and self.limit is None:
            terminal.tell(f"these are the first {limit}; --all shows the rest")

    def _limit(self) -> int | None:
        if self.all_ or self.limit:
            return self.limit
        return SHOWN_TO_PEOPLE if terminal.is_for_people() else None


def _doubt_keys(wanted: "BaseFilter", list_headers: Callable[..., list[H]], schema: "type[H]") -> None:
    """Warn of keys in a filter that nothing has: it may be a typing error that nothing was found."""
    from tupli_client.buffers.notices import Notices
    from tupli_client.selections.finding import check_keys

    check_keys(wanted, [], list_headers, schema, Notices())


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
