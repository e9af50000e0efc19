"""A report's pictures as one PNG, drawn by matplotlib (the extra ``plots``)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from tupli_metrics.report.panels import Panel, number
from tupli_metrics.report.style import DARK, LIGHT
from tupli_schemas.errors import TupliError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLUMNS = 5


class MissingExtraError(TupliError):
    """A library is needed that this installation does not have."""

    code, status, title = "missing-extra", 500, "Missing extra"


def save(
    path: str | Path, title: str, panels: Sequence[Panel], facts: Sequence[tuple[str, str]], *, dark: bool = False
) -> None:
    """Draw all panels into one picture.

    Raises:
        MissingExtraError: matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError:
        raise MissingExtraError(
            "pictures as PNG need matplotlib, which is not installed",
            hint="pip install 'tupli-metrics[plots]'; the HTML report needs nothing",
        ) from None
    colors, rows = DARK if dark else LIGHT, -(-len(panels) // COLUMNS)
    figure = Figure(figsize=(4.6 * COLUMNS, 1.1 + 3.6 * rows), facecolor=colors["page"], layout="constrained")
    FigureCanvasAgg(figure)
    below = " · ".join(f"{what} {value}" for what, value in facts)
    figure.suptitle(f"{fill(title, 120)}\n{fill(below, 200)}", color=colors["text"], fontsize=13, x=0.005, ha="left")
    axes = figure.subplots(rows, COLUMNS, squeeze=False).ravel()
    for panel, one in zip(panels, axes, strict=False):
        _draw(panel, one, colors)
    for spare in axes[len(panels) :]:
        spare.set_visible(False)
    figure.savefig(path, dpi=110, format="png")


def _draw(panel: Panel, axes: "Axes", colors: dict[str, str]) -> None:
    axes.set_title(panel.title, color=colors["text"], fontsize=12, loc="left", fontweight="bold")
    axes.set_facecolor(colors["card"])
    for spine in axes.spines.values():
        spine.set_color(colors["rule"])
    axes.tick_params(colors=colors["quiet"], labelsize=9)
    if panel.kind == "note":
        axes.set_axis_off()
        axes.text(
            0,
            1,
            "\n".join(fill(line, 48, subsequent_indent="  ") for line in panel.note.splitlines()),
            color=colors["quiet"],
            va="top",
            fontsize=10,
            transform=axes.transAxes,
        )
        return
    axes.set_xlabel(panel.x_label, color=colors["quiet"])
    axes.set_ylabel(panel.y_label, color=colors["quiet"])
    painters: dict[str, Callable[[Panel, Any, dict[str, str]], None]] = {
        "histogram": _histogram,
        "bars": _bars,
        "line": _line,
        "scatter": _scatter,
        "heat": _heat,
    }
    painters[panel.kind](panel, axes, colors)
    if len(panel.series) > 1 and panel.kind != "heat":
        axes.legend(frameon=False, labelcolor=colors["text"], fontsize=9)


def _histogram(panel: Panel, axes: "Axes", colors: dict[str, str]) -> None:
    for place, s in enumerate(panel.series):
        axes.stairs(s.y, s.x, fill=True, alpha=0.65, color=colors[f"s{place}"], label=s.label)
    for row, (name, value) in enumerate(panel.marks):
        axes.axvline(value, color=colors["mark"], linestyle="--", linewidth=1.4)
        low, high = axes.get_xlim()
        side = "right" if value > (low + high) / 2 else "left"
        text = f" {name} {number(value)} "
        axes.text(
            value,
            0.97 - 0.08 * row,
            text,
            ha=side,
            va="top",
            color=colors["text"],
            transform=axes.get_xaxis_transform(),
        )


def _bars(panel: Panel, axes: "Axes", colors: dict[str, str]) -> None:
    n, sets = len(panel.names), len(panel.series)
    for place, s in enumerate(panel.series):
        left = np.arange(n) + 0.12 + 0.76 * place / sets
        axes.bar(left, s.y, 0.76 / sets, align="edge", color=colors[f"s{place}"], label=s.label)
    every = max(1, n // 10)
    axes.set_xticks(np.arange(n)[::every] + 0.5, panel.names[::every])


def _line(panel: Panel, axes: "Axes", colors: dict[str, str]) -> None:
    for place, s in enumerate(panel.series):
        color = colors[f"s{place}"]
        if s.low is not None and s.high is not None:
            axes.fill_between(s.x, s.low, s.high, color=color, alpha=0.18, linewidth=0)
        axes.plot(s.x, s.y, color=color, linewidth=1.7, marker="o" if len(s.x) == 1 else None, label=s.label)
    axes.grid(axis="y", color=colors["rule"])


def _scatter(panel: Panel, axes: "Axes", colors: dict[str, str]) -> None:
    from matplotlib.colors import ListedColormap

    shades = ListedColormap([colors[f"shade-{i}"] for i in range(5)])
    for place, s in enumerate(panel.series):
        if s.color is None:
            axes.scatter(s.x, s.y, s=5, color=colors[f"s{place}"], alpha=0.7, linewidths=0, label=s.label)
            continue
        drawn = axes.scatter(s.x, s.y, s=5, c=s.color, cmap=shades, alpha=0.8, linewidths=0)
        bar = axes.figure.colorbar(drawn, ax=axes)
        bar.set_label("return to go", color=colors["quiet"])
        bar.ax.tick_params(colors=colors["quiet"], labelsize=9)


def _heat(panel: Panel, axes: "Axes", colors: dict[str, str]) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    fade = LinearSegmentedColormap.from_list("fade", [colors["card"], colors["s0"]])
    rows = np.stack([s.y for s in panel.series])
    axes.pcolormesh(panel.series[0].x, np.arange(len(rows) + 1), rows, cmap=fade)
    axes.invert_yaxis()
    every = max(1, len(rows) // 10)
    axes.set_yticks(np.arange(len(rows))[::every] + 0.5, panel.names[::every])
