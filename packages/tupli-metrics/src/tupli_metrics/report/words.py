"""What a report calls things, and how it puts results into rows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tupli_metrics.base import MetricResult
from tupli_metrics.findings import Finding
from tupli_metrics.report.panels import Panel, note, number
from tupli_metrics.wording import several

TITLES = {
    "mean_return": "Mean return",
    "trajectory_quality": "Trajectory quality",
    "estimated_return_improvement": "Estimated return improvement",
    "coverage": "State-action coverage",
    "unique_state_actions": "Distinct state-action pairs",
    "state_entropy": "State entropy",
    "state_action_entropy": "State-action entropy",
    "behavioral_entropy": "Behavioural entropy",
    "average_q": "Average Q",
    "action_entropy": "Action entropy",
    "determinism": "Determinism",
    "integrity_errors": "Integrity errors",
    "overlap": "Overlap",
}

CAUTION = (
    "Evidence that any of these numbers predicts how well an offline algorithm will do is thin: "
    "use them to know and to compare data, not to rank algorithms."
)


@dataclass(frozen=True, slots=True)
class Row:
    """A result as a reader sees it."""

    title: str
    value: str
    error: str
    unit: str
    n: str
    notes: str


def title_of(name: str) -> str:
    """The name of a metric for people."""
    return TITLES.get(name) or name.replace("_", " ").capitalize()


def rows_of(results: Iterable[tuple[str, MetricResult]]) -> list[Row]:
    """One row for each result."""
    return [
        Row(
            title_of(name),
            number(result.value),
            f"± {number(result.std_error, 2)}" if result.std_error is not None else "",
            result.unit,
            number(result.n_used) if result.n_used else "",
            " ".join(result.warnings),
        )
        for name, result in results
    ]


def findings_panel(findings: Sequence[Finding], shown: int = 7) -> Panel:
    """The findings in the place of a picture."""
    lines = [f"{finding.severity}: {finding.message} ({how_often(finding)})" for finding in findings[:shown]]
    more = [f"and {len(findings) - shown} more"] if len(findings) > shown else []
    return note("Findings", "\n".join(lines + more) or "Nothing is wrong as far as the checks can see.")


def how_often(finding: Finding) -> str:
    """``3 steps``, ``1 episode``."""
    return several(finding.count, finding.unit.removesuffix("s"))
