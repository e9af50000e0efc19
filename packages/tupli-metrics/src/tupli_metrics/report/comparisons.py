"""Two data sets side by side: their numbers on one scale, how far they overlap, and what is different about them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tupli_metrics.__about__ import __version__
from tupli_metrics.base import MetricResult
from tupli_metrics.evaluate import Results, default_metrics, measure_all, needs_of
from tupli_metrics.features import Features
from tupli_metrics.findings import Finding
from tupli_metrics.integrity import findings_of
from tupli_metrics.overlap import Overlap
from tupli_metrics.passes import Facts, Progress, gather
from tupli_metrics.reference import Reference
from tupli_metrics.report import html
from tupli_metrics.report.panels import Panel, number
from tupli_metrics.report.pictures import Source, needs, pictures
from tupli_metrics.report.words import title_of
from tupli_metrics.rewards import Rewards
from tupli_metrics.sources import Data, rereadable
from tupli_schemas.errors import TupliError

if TYPE_CHECKING:
    from rich.console import RenderableType

Names = tuple[str, str]
ROUNDING = 1e-9
"""A smaller relative difference is one of floating-point arithmetic."""

CLEAR = 3.0
"""From so many standard errors on a difference is called clear."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is known about two data sets. A notebook shows it, ``rich.print`` prints it.

    Attributes:
        names: Of the two.
        results: All metrics of each, on the scale of the reference.
        overlap: The share of the second one that lies within the first; ``details["reverse"]`` the other way round.
        panels: The pictures of both.
        reference: What served as the yardstick.
    """

    names: Names
    results: tuple[Results, Results]
    overlap: MetricResult
    panels: tuple[Panel, ...] = ()
    reference: str = ""

    @property
    def findings(self) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
        """What is wrong with each."""
        first, second = (findings_of(results["integrity_errors"]) for results in self.results)
        return first, second

    def rows(self) -> list[list[str]]:
        """Metric, both values, their difference, and what to think of it."""
        ours, theirs = self.results
        return [[title_of(name), *_compared(ours[name], theirs[name])] for name in ours if name in theirs]

    def overlap_rows(self) -> list[list[str]]:
        """How far each lies within the other."""
        (a, b), found = self.names, self.overlap
        if math.isnan(found.value):
            return [["States", "n/a", "n/a", " ".join(found.warnings)]]
        exact, near = (
            found.details,
            f"as near as 95 % of the other's states are to each other, n = {number(found.n_used)}",
        )
        return [
            ["States near the other's", f"{exact['reverse']:.1%} of {a}", f"{found.value:.1%} of {b}", near],
            [
                "Pairs equal to the other's",
                f"{exact['shared_of_data']:.1%} of {a}",
                f"{exact['shared_of_other']:.1%} of {b}",
                f"{number(exact['shared_pairs'])} distinct state-action pairs",
            ],
        ]

    def to_json(self) -> dict[str, Any]:
        """Everything but the pictures as JSON values."""
        results = [
            {"name": name, "results": some.to_json()} for name, some in zip(self.names, self.results, strict=True)
        ]
        return {"data": results, "overlap": self.overlap.to_json(), "reference": self.reference}

    def to_html(self) -> str:
        """One self-contained page."""
        return html.page(" and ".join(self.names), self._repr_html_())

    def save_html(self, path: str | Path) -> None:
        """Write ``to_html`` to a file."""
        Path(path).write_text(self.to_html(), encoding="utf-8")

    def save_png(self, path: str | Path, *, dark: bool = False) -> None:
        """Write all pictures as one PNG. Needs the extra ``plots``.

        Raises:
            MissingExtraError: matplotlib is not installed.
        """
        from tupli_metrics.report.png import save

        save(path, " and ".join(self.names), self.panels, [("yardstick", self.reference)], dark=dark)

    def _repr_html_(self) -> str:
        findings = (
            html.findings_section(found, f"Findings: {name}")
            for name, found in zip(self.names, self.findings, strict=True)
        )
        return html.fragment(
            (
                html.heading(" and ".join(self.names), [f"yardstick: {self.reference}"], self.names),
                html.comparison_section("Metrics", self._head(), self.rows()),
                html.comparison_section("Overlap", ["", *self.names, ""], self.overlap_rows()),
                html.panels_section(self.panels),
                *findings,
                html.footing(f"tupli-metrics {__version__}."),
            )
        )

    def __rich__(self) -> "RenderableType":
        from tupli_metrics.report.table import comparison

        return comparison(self.names, self._head(), self.rows(), self.overlap_rows(), self.findings)

    def _head(self) -> Sequence[str]:
        return ["Metric", *self.names, "Difference", ""]


def compare(
    data: Data,
    other: Data,
    *,
    names: Names = ("first", "second"),
    reference: Reference | None = None,
    features: Features | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    **settings: Any,
) -> Comparison:
    """Measure and picture two data sets of one benchmark on one scale.

    Args:
        data: As of ``Metric.evaluate``.
        other: Likewise.
        names: What the comparison calls them.
        reference: The yardstick of both; made from ``data`` if None, whose coverage is then 1.
        features: For observations that are no vectors.
        seed: Of everything that is drawn.
        progress: As of ``Metric.evaluate``.
        settings: Of ``default_metrics``; ``fast`` unless you say otherwise. Entropies are of equally many states of each.

    Raises:
        InvalidDataError: There are no episodes.
    """
    data = rereadable(data) if reference is None else data
    known = reference or Reference.from_data(data, id=names[0], features=features)
    wished = {"fast": True, "features": features, "seed": seed, **settings}
    overlap = Overlap(features=features, seed=seed)
    wanted = (*needs_of(default_metrics(known, **wished), known), *overlap.needs(), *needs(features))
    ours, theirs = (gather(some, wanted, progress) for some in (data, other))
    n = min(len(facts[Rewards()].rewards) for facts in (ours, theirs))
    metrics = default_metrics(known, **{"n": n, **wished})
    return Comparison(
        names,
        (measure_all(ours, metrics, known), measure_all(theirs, metrics, known)),
        _overlap(overlap, ours, theirs, known),
        pictures((Source(names[0], ours, features), Source(names[1], theirs, features)), seed),
        known.id or "the given reference",
    )


def _overlap(overlap: Overlap, ours: Facts, theirs: Facts, reference: Reference) -> MetricResult:
    try:
        return overlap.measure(ours, theirs, reference)
    except TupliError as error:
        return MetricResult(name=overlap.name, value=math.nan, warnings=(f"Not measured: {error}.",))


def _compared(a: MetricResult, b: MetricResult) -> list[str]:
    difference = b.value - a.value
    if abs(difference) < ROUNDING * max(abs(a.value), abs(b.value)):
        difference = 0.0
    values = [f"{number(r.value)}" + (f" ± {number(r.std_error, 2)}" if r.std_error else "") for r in (a, b)]
    error = math.hypot(a.std_error or 0.0, b.std_error or 0.0)
    if math.isnan(difference):
        return [*values, "n/a", " ".join(dict.fromkeys(a.warnings + b.warnings))]
    if not error:
        return [*values, number(difference), ""]
    times = abs(difference) / error
    words = "clear" if times >= CLEAR else "within what chance explains" if times < 2 else "perhaps chance"
    return [*values, number(difference), f"{words} ({times:.1f} standard errors)"]
