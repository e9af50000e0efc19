"""The report of one data set: its numbers, findings and pictures, for a terminal, a notebook, a page or a program."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tupli_metrics.__about__ import __version__
from tupli_metrics.base import Metric
from tupli_metrics.evaluate import Results, default_metrics, measure_all, needs_of
from tupli_metrics.features import Features
from tupli_metrics.findings import Finding
from tupli_metrics.integrity import findings_of
from tupli_metrics.passes import Progress, gather
from tupli_metrics.reference import Reference
from tupli_metrics.report import html
from tupli_metrics.report.panels import Panel, number
from tupli_metrics.report.pictures import Source, needs, pictures
from tupli_metrics.report.words import findings_panel, rows_of, title_of
from tupli_metrics.rewards import Rewards
from tupli_metrics.sources import Data

if TYPE_CHECKING:
    from rich.console import RenderableType

TILES = (
    "mean_return",
    "trajectory_quality",
    "coverage",
    "unique_state_actions",
    "state_entropy",
    "average_q",
    "determinism",
)


@dataclass(frozen=True, slots=True)
class Report:
    """What is known about a data set. A notebook shows it, ``rich.print`` prints it.

    Attributes:
        name: Of the data set.
        episodes: How many there are.
        steps: How many steps they have.
        results: All metrics.
        panels: All pictures.
        about: Further lines on where the data is from, as (what, value).
        seed: Of everything that was drawn.
    """

    name: str
    episodes: int
    steps: int
    results: Results
    panels: tuple[Panel, ...] = ()
    about: Mapping[str, str] = field(default_factory=dict)
    seed: int = 0

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is wrong with the data, worst first."""
        return findings_of(self.results["integrity_errors"]) if "integrity_errors" in self.results else ()

    @property
    def sound(self) -> bool:
        """Whether no finding is an error."""
        return not any(finding.severity == "error" for finding in self.findings)

    def to_json(self) -> dict[str, Any]:
        """Everything but the pictures as JSON values."""
        counts = {"episodes": self.episodes, "steps": self.steps}
        return {
            "name": self.name,
            "about": dict(self.about),
            **counts,
            "sound": self.sound,
            "results": self.results.to_json(),
        }

    def to_html(self) -> str:
        """One self-contained page."""
        return html.page(f"{self.name} · data report", self._repr_html_())

    def save_html(self, path: str | Path) -> None:
        """Write ``to_html`` to a file."""
        Path(path).write_text(self.to_html(), encoding="utf-8")

    def save_png(self, path: str | Path, *, dark: bool = False) -> None:
        """Write all pictures as one PNG. Needs the extra ``plots``.

        Raises:
            MissingExtraError: matplotlib is not installed.
        """
        from tupli_metrics.report.png import save

        save(path, self.name, (*self.panels, findings_panel(self.findings)), self._tiles(), dark=dark)

    def _repr_html_(self) -> str:
        lines = [" · ".join(f"{what}: {value}" for what, value in self.about.items())]
        return html.fragment(
            (
                html.heading(self.name, lines),
                html.tiles(self._tiles()),
                html.findings_section(self.findings),
                html.results_section(rows_of(self.results.items())),
                html.panels_section(self.panels),
                html.footing(f"tupli-metrics {__version__}, seed {self.seed}."),
            )
        )

    def __rich__(self) -> "RenderableType":
        from tupli_metrics.report.table import report_table

        return report_table(self.name, self.about, self.results, self.findings)

    def _tiles(self) -> list[tuple[str, str]]:
        counts = [("Episodes", number(self.episodes)), ("Steps", number(self.steps))]
        return counts + [(title_of(name), number(self.results[name].value)) for name in TILES if name in self.results]


def report(
    data: Data,
    *,
    name: str = "Data set",
    about: Mapping[str, str] | None = None,
    metrics: Iterable[Metric] | None = None,
    reference: Reference | None = None,
    features: Features | None = None,
    seed: int = 0,
    progress: Progress | None = None,
    **settings: Any,
) -> Report:
    """Measure and picture a data set in one reading of it.

    Args:
        data: As of ``Metric.evaluate``.
        name: What the report calls it.
        about: Lines on where it is from.
        metrics: Which; those of ``default_metrics`` if None, which takes the ``settings``.
        reference: A ``Reference``, if there is one.
        features: For observations that are no vectors.
        seed: Of everything that is drawn.
        progress: As of ``Metric.evaluate``.
        settings: Of ``default_metrics``; ``fast`` unless you say otherwise.

    Raises:
        InvalidDataError: There are no episodes.
    """
    wished = {"fast": True, "features": features, "seed": seed, **settings}
    chosen = tuple(default_metrics(reference, **wished) if metrics is None else metrics)
    facts = gather(data, (*needs_of(chosen, reference), *needs(features)), progress)
    results = measure_all(facts, chosen, reference)
    counts = facts.n_episodes, len(facts[Rewards()].rewards)
    return Report(name, *counts, results, pictures((Source(name, facts, features),), seed), about or {}, seed)
