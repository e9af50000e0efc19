"""Columns as a table that fits a terminal. Ids and headings are never cut."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from rich.cells import cell_len, set_cell_size
from rich.text import Text

GAP = 2
NARROWEST = 8
"""A column that is cut keeps so many characters at least; if that is too wide still, the last columns are left out."""


@dataclass(frozen=True)
class Column:
    """A heading and what stands below it. ``whole`` columns are never cut; numbers stand to the right."""

    heading: str
    cells: Sequence[str]
    whole: bool = False
    numbers: bool = False

    @cached_property
    def natural(self) -> int:
        """The width that it would like to have."""
        return max(map(cell_len, (self.heading, *self.cells)))

    @property
    def least(self) -> int:
        """The width that it needs."""
        return self.natural if self.whole or self.numbers else min(self.natural, max(cell_len(self.heading), NARROWEST))

    def line(self, row: int, width: int, ellipsis: str) -> str:
        """A cell in so many characters; row -1 is the heading."""
        cell = self.heading if row < 0 else self.cells[row]
        if (excess := cell_len(cell) - width) > 0:
            return set_cell_size(cell, width - len(ellipsis)) + ellipsis
        return " " * -excess + cell if self.numbers else cell + " " * -excess


def fitting(columns: Sequence[Column], width: int) -> list[Column]:
    """The first columns, as many as there is room for."""
    fit = list(columns)
    while len(fit) > 1 and sum(column.least + GAP for column in fit) - GAP > width:
        fit.pop()
    return fit


def table(columns: Sequence[Column], width: int, ellipsis: str) -> list[Text]:
    """The lines of a table, in so many characters."""
    widths = _widths(columns, width)
    heading, *lines = (
        (" " * GAP)
        .join(column.line(row, room, ellipsis) for column, room in zip(columns, widths, strict=True))
        .rstrip()
        for row in range(-1, len(columns[0].cells))
    )
    return [Text(heading, style="bold"), *map(Text, lines)]


def _widths(columns: Sequence[Column], width: int) -> list[int]:
    """Natural widths, but those that can give most give until the rest has room."""
    widths = [column.natural for column in columns]
    excess = sum(widths) + GAP * (len(widths) - 1) - width
    while excess > 0:
        spare = [room - column.least for room, column in zip(widths, columns, strict=True)]
        widest = spare.index(max(spare))
        if spare[widest] <= 0:
            break
        widths[widest] -= 1
        excess -= 1
    return widths
