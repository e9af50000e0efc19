"""Reports in a terminal."""

from collections.abc import Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tupli_metrics.evaluate import Results
from tupli_metrics.findings import Finding
from tupli_metrics.report.words import CAUTION, how_often, rows_of

COLORS = {"error": "bold red", "warning": "yellow", "info": "cyan"}


def report_table(name: str, about: Mapping[str, str], results: Results, findings: Sequence[Finding]) -> RenderableType:
    """The numbers and findings of one data set."""
    lines = [Text(f"{what}: {value}", style="dim") for what, value in about.items()]
    metrics = Table("Metric", box=None, pad_edge=False, header_style="bold")
    for column in ("Value", "Std. error", "Unit", "n"):
        metrics.add_column(column, justify="left" if column == "Unit" else "right", no_wrap=True)
    for row in rows_of(results.items()):
        metrics.add_row(row.title, row.value, row.error, row.unit, row.n)
    notes = [
        Text.assemble((f"{row.title}: ", "dim bold"), (row.notes, "dim"))
        for row in rows_of(results.items())
        if row.notes
    ]
    return Group(
        Text(name, style="bold"),
        *lines,
        "",
        metrics,
        "",
        findings_list(findings),
        "",
        *notes,
        Text(CAUTION, style="dim"),
    )


def findings_list(findings: Sequence[Finding]) -> RenderableType:
    """One line for each finding."""
    if not findings:
        return Text("No findings: nothing is wrong as far as the checks can see.")
    table = Table("Severity", "Finding", "How often", "First", box=None, pad_edge=False, header_style="bold")
    for finding in findings:
        severity = Text(finding.severity, style=COLORS[finding.severity])
        table.add_row(severity, finding.message, how_often(finding), finding.place)
    return table


def comparison_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Table:
    """Names, then numbers, then a remark; what is too long is folded, not cut."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, column in enumerate(head):
        is_number = 0 < place < len(head) - 1
        table.add_column(column, justify="right" if is_number else "left", overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def comparison(
    names: Sequence[str],
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    overlap: Sequence[Sequence[str]],
    findings: Sequence[Sequence[Finding]],
) -> RenderableType:
    """Two data sets side by side."""
    listed = [
        part
        for name, found in zip(names, findings, strict=True)
        for part in ("", Text(f"Findings: {name}", style="bold"), findings_list(found))
    ]
    return Group(
        Text(" and ".join(names), style="bold"),
        "",
        comparison_table(head, rows),
        "",
        Text("Overlap", style="bold"),
        comparison_table(["", *names, ""], overlap),
        *listed,
        "",
        Text(CAUTION, style="dim"),
    )
