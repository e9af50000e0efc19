"""Rows as a table that fits a terminal, in which ids are never cut."""

from collections.abc import Sequence

from rich.cells import cell_len, set_cell_size
from rich.text import Text

GAP = 2
NARROWEST = 8
"""A column that is cut keeps so many characters at least; if that is too wide still, the last columns are left out."""


class Table:
    """A heading and rows of equal length. Columns whose headings are in ``whole`` are shown whole or not at all."""

    def __init__(self, headings: Sequence[str], rows: Sequence[Sequence[str]], whole: frozenset[str]) -> None:
        self._lines = [list(headings), *map(list, rows)]
        self._whole = [heading in whole for heading in headings]
        self._natural = [max(map(cell_len, column)) for column in zip(*self._lines, strict=True)]
        self.left_out: tuple[str, ...] = ()

    def fit(self, width: int, ellipsis: str) -> list[Text]:
        """The lines of the table in so many characters; ``left_out`` then has the headings for which there was no room."""
        widths = self._widths(width)
        self.left_out = tuple(self._lines[0][len(widths) :])
        heading, *rows = (self._line(line, widths, ellipsis) for line in self._lines)
        return [Text(heading, style="bold"), *map(Text, rows)]

    def _widths(self, width: int) -> list[int]:
        widths = list(self._natural)
        least = [
            natural if whole else min(natural, NARROWEST) for natural, whole in zip(widths, self._whole, strict=True)
        ]
        while len(least) > 1 and sum(least) + GAP * (len(least) - 1) > width:
            least.pop()
        widths = widths[: len(least)]
        while (excess := sum(widths) + GAP * (len(widths) - 1) - width) > 0:
            spare = [now - smallest for now, smallest in zip(widths, least, strict=True)]
            widest = max(range(len(widths)), key=lambda column: (spare[column] > 0, widths[column]))
            if spare[widest] <= 0:
                break
            widths[widest] -= min(excess, spare[widest], max(1, spare[widest] // 2))
        return widths

    @staticmethod
    def _line(cells: Sequence[str], widths: Sequence[int], ellipsis: str) -> str:
        fitted = (_fit(cell, width, ellipsis) for cell, width in zip(cells, widths, strict=False))
        return (" " * GAP).join(fitted).rstrip()


def _fit(cell: str, width: int, ellipsis: str) -> str:
    if cell_len(cell) <= width:
        return set_cell_size(cell, width)
    return set_cell_size(cell, width - len(ellipsis)) + ellipsis
