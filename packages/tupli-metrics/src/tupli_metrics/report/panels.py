"""The pictures of a report as plain numbers: what is drawn, not how. The SVG and the matplotlib drawing show the same."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One line, or one set of bars or points, of a data set.

    Attributes:
        label: The name of the data set.
        x: Where; for bars the edges, one more than there are heights.
        y: How high.
        low: The lower edge of a band around a line, if there is one.
        high: The upper edge.
        color: A number for each point that its colour shows; None for the colour of the series.
    """

    label: str
    x: Floats
    y: Floats
    low: Floats | None = None
    high: Floats | None = None
    color: Floats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """One picture.

    Attributes:
        title: What it shows.
        kind: ``histogram``, ``line``, ``bars``, ``scatter``, ``heat`` or ``note``.
        x_label: Of the horizontal axis.
        y_label: Of the vertical one; of the colour in a scatter with colours.
        series: What is drawn.
        marks: Vertical lines with a name, in a histogram.
        names: The categories of bars, or the rows of a heat map.
        note: A sentence in place of, or under, the picture.
    """

    title: str
    kind: str
    x_label: str = ""
    y_label: str = ""
    series: tuple[Series, ...] = ()
    marks: tuple[tuple[str, float], ...] = ()
    names: tuple[str, ...] = ()
    note: str = ""


def note(title: str, text: str) -> Panel:
    """A panel that says why there is no picture."""
    return Panel(title, "note", note=text)


def number(value: Any, digits: int = 4) -> str:
    """A number for a reader, in ASCII: four digits, thousands apart, ``n/a`` for none."""
    if value is None or value != value:  # noqa: PLR0124  # NaN
        return "n/a"
    if float(value).is_integer() and abs(value) < 1e12:
        return f"{int(value):,}"
    return f"{value:.{digits}g}" if abs(value) < 1e4 else f"{value:,.0f}" if abs(value) < 1e9 else f"{value:.{digits}g}"


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """About ``count`` round numbers from ``low`` to ``high``."""
    if not (np.isfinite(low) and np.isfinite(high)) or high <= low:
        return [low]
    raw = (high - low) / max(count, 1)
    magnitude = 10.0 ** np.floor(np.log10(raw))
    step = magnitude * next(nice for nice in (1, 2, 2.5, 5, 10) if nice * magnitude >= raw * 0.999)
    first = np.ceil(low / step - 1e-9)
    return [float(step * i) for i in np.arange(first, np.floor(high / step + 1e-9) + 1)]


def limits(values: Floats, margin: float = 0.04) -> tuple[float, float]:
    """The range that an axis shows: all finite values and a little room, and some width even for a single value."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    room = (high - low) * margin if high > low else max(abs(low), 1.0) * 0.5
    return low - room, high + room
