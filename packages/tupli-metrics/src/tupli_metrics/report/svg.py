"""A panel as SVG, without a library. Colours are CSS variables, so that one picture serves light and dark pages."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape

import numpy as np

from tupli_metrics.report.panels import Floats, Panel, Series, limits, number, ticks

WIDTH, HEIGHT = 380, 250
LEFT, RIGHT, TOP, BOTTOM = 62, 12, 10, 40
SHADES = 5  # the page defines the colours --shade-0 … --shade-4


@dataclass(frozen=True, slots=True)
class Axis:
    """Numbers as places on the page."""

    low: float
    high: float
    start: float
    stop: float

    def at(self, value: float) -> float:
        """The place of a number, in a tenth of a pixel."""
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return round(float(self.start + share * (self.stop - self.start)), 1)

    def ticks(self) -> list[float]:
        """Round numbers along the axis."""
        return ticks(self.low, self.high)


def draw(panel: Panel) -> str:
    """The picture of a panel: an ``<svg>`` element, or a paragraph for a note."""
    if panel.kind == "note":
        return f'<p class="missing">{escape(panel.note)}</p>'
    painters: dict[str, Callable[[Panel], Iterator[str]]] = {
        "histogram": _histogram,
        "bars": _bars,
        "line": _line,
        "scatter": _scatter,
        "heat": _heat,
    }
    parts = "".join(painters[panel.kind](panel))
    label = escape(f"{panel.title}: {panel.y_label} against {panel.x_label}")
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{label}">{parts}</svg>'


def _histogram(panel: Panel) -> Iterator[str]:
    x, y = _x(panel.series[0].x[[0, -1]], 0), _y(np.concatenate([s.y for s in panel.series]), from_zero=True)
    yield from _frame(panel, x, y)
    for place, series in enumerate(panel.series):
        for left, right, height in zip(series.x[:-1], series.x[1:], series.y, strict=True):
            if height:
                what = f"{number(float(left))} to {number(float(right))}: {number(float(height))}"
                yield _rect(
                    x.at(left), y.at(height), x.at(right) - x.at(left) - 0.5, y.start - y.at(height), place, what
                )
    for row, (name, value) in enumerate(panel.marks):
        at, anchor = x.at(value), "end" if x.at(value) > (LEFT + WIDTH) / 2 else "start"
        yield f'<line class="mark" x1="{at}" x2="{at}" y1="{TOP}" y2="{y.start}"/>'
        shift = -4 if anchor == "end" else 4
        yield _text(at + shift, TOP + 10 + 12 * row, f"{name} {number(value)}", anchor, "marked")


def _bars(panel: Panel) -> Iterator[str]:
    n, sets = len(panel.names), len(panel.series)
    x, y = Axis(0, n, LEFT, WIDTH - RIGHT), _y(np.concatenate([s.y for s in panel.series]), from_zero=True)
    yield from _frame(panel, None, y)
    every = max(1, n // 10)
    for i, name in enumerate(panel.names):
        if i % every == 0:
            yield _text(x.at(i + 0.5), y.start + 14, name, "middle")
        for place, series in enumerate(panel.series):
            left, width, top = (
                x.at(i + 0.12 + 0.76 * place / sets),
                (x.at(1) - x.at(0)) * 0.76 / sets,
                y.at(series.y[i]),
            )
            yield _rect(left, top, width, y.start - top, place, f"{name}: {number(float(series.y[i]))}", solid=True)


def _line(panel: Panel) -> Iterator[str]:
    every_y = [part for s in panel.series for part in (s.y, s.low, s.high) if part is not None]
    x = _x(np.concatenate([s.x for s in panel.series]), 0)
    y = _y(np.concatenate(every_y))
    yield from _frame(panel, x, y)
    for place, s in enumerate(panel.series):
        if s.low is not None and s.high is not None:
            there = [f"{x.at(a)},{y.at(b)}" for a, b in zip(s.x, s.high, strict=True)]
            back = [f"{x.at(a)},{y.at(b)}" for a, b in zip(s.x[::-1], s.low[::-1], strict=True)]
            yield f'<polygon class="band s{place}" points="{" ".join(there + back)}"/>'
        if len(s.x) == 1:
            yield f'<circle class="dot s{place}" cx="{x.at(s.x[0])}" cy="{y.at(s.y[0])}" r="3"/>'
        points = " ".join(f"{x.at(a)},{y.at(b)}" for a, b in zip(s.x, s.y, strict=True))
        yield f'<polyline class="line s{place}" points="{points}"/>'


def _scatter(panel: Panel) -> Iterator[str]:
    x, y = (axis(np.concatenate([getattr(s, name) for s in panel.series])) for axis, name in ((_x, "x"), (_y, "y")))
    yield from _frame(panel, x, y)
    for place, s in enumerate(panel.series):
        shades = _shades(s)
        for a, b, shade in zip(s.x, s.y, shades, strict=True):
            style = f"s{place}" if shade < 0 else f"shade{shade}"
            yield f'<circle class="dot {style}" cx="{x.at(a)}" cy="{y.at(b)}" r="1.8"/>'
        if s.color is not None:
            yield from _key(float(s.color.min()), float(s.color.max()))


def _heat(panel: Panel) -> Iterator[str]:
    n, edges = len(panel.names), panel.series[0].x
    x, y = Axis(float(edges[0]), float(edges[-1]), LEFT, WIDTH - RIGHT), Axis(0, n, TOP, HEIGHT - BOTTOM)
    yield from _frame(panel, x, None)
    top, every = max(float(s.y.max()) for s in panel.series) or 1.0, max(1, n // 10)
    for i, (name, s) in enumerate(zip(panel.names, panel.series, strict=True)):
        if i % every == 0:
            yield _text(LEFT - 6, y.at(i + 0.5) + 4, name, "end")
        for left, right, share in zip(s.x[:-1], s.x[1:], s.y, strict=True):
            if share:
                what = f"dimension {name}, {number(float(left))} to {number(float(right))}: {share:.1%}"
                place = f'x="{x.at(left)}" y="{y.at(i)}" width="{x.at(right) - x.at(left):.1f}" height="{y.at(1) - y.at(0):.1f}"'
                yield f'<rect class="heat" {place} fill-opacity="{0.08 + 0.92 * share / top:.2f}"><title>{what}</title></rect>'


def _frame(panel: Panel, x: Axis | None, y: Axis | None) -> Iterator[str]:
    """Grid, numbers and names of the axes."""
    bottom = HEIGHT - BOTTOM
    for value in y.ticks() if y else ():
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y.at(value)}" y2="{y.at(value)}"/>'  # type: ignore[union-attr]
        yield _text(LEFT - 6, y.at(value) + 4, number(value), "end")  # type: ignore[union-attr]
    for value in x.ticks() if x else ():
        place = x.at(value)  # type: ignore[union-attr]
        yield _text(place, bottom + 14, number(value), "end" if place > WIDTH - RIGHT - 20 else "middle")
    yield f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{bottom}" y2="{bottom}"/>'
    yield _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, panel.x_label, "middle", "name")
    middle = (TOP + bottom) / 2
    yield f'<text class="name" text-anchor="middle" transform="translate(11,{middle}) rotate(-90)">{escape(panel.y_label)}</text>'


def _key(low: float, high: float) -> Iterator[str]:
    """What the colours of a scatter mean."""
    for shade in range(SHADES):
        yield f'<rect class="shade{shade}" x="{WIDTH - RIGHT - 60 + 12 * shade}" y="{TOP}" width="12" height="6"/>'
    yield _text(WIDTH - RIGHT - 64, TOP + 7, number(low, 3), "end")
    yield _text(WIDTH - RIGHT, TOP + 18, number(high, 3), "end")


def _shades(series: Series) -> list[int]:
    if series.color is None:
        return [-1] * len(series.x)
    low, high = float(series.color.min()), float(series.color.max())
    shades = np.clip((series.color - low) / ((high - low) or 1.0) * SHADES, 0, SHADES - 1)
    return [int(shade) for shade in shades]


def _x(values: Floats, margin: float = 0.04) -> Axis:
    return Axis(*limits(values, margin), LEFT, WIDTH - RIGHT)


def _y(values: Floats, *, from_zero: bool = False) -> Axis:
    low, high = limits(values)
    return Axis(0.0 if from_zero else low, high, HEIGHT - BOTTOM, TOP)


def _rect(x: float, y: float, width: float, height: float, place: int, title: str, *, solid: bool = False) -> str:
    size = f'x="{x}" y="{y}" width="{max(width, 0.5):.1f}" height="{height:.1f}"'
    return f'<rect class="bar s{place}{" solid" * solid}" {size}><title>{escape(title)}</title></rect>'


def _text(x: float, y: float, text: str, anchor: str, kind: str = "tick") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
