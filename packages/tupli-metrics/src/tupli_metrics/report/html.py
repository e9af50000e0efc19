"""Reports as one self-contained HTML page: no script, no font and no picture from elsewhere."""

from collections.abc import Iterable, Sequence
from html import escape

from tupli_metrics.findings import Finding
from tupli_metrics.report.panels import Panel
from tupli_metrics.report.style import STYLE
from tupli_metrics.report.svg import draw
from tupli_metrics.report.words import CAUTION, Row, how_often


def page(title: str, body: str) -> str:
    """A whole page around a body that ``fragment`` made."""
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    head += f"<title>{escape(title)}</title><style>html,body{{margin:0}}.tupli{{min-height:100vh}}</style>"
    return f'<!doctype html>\n<html lang="en"><head>{head}</head><body>{body}</body></html>\n'


def fragment(parts: Iterable[str]) -> str:
    """Parts of a report with their style: what a notebook shows."""
    return f'<div class="tupli"><style>{STYLE}</style><main>{"".join(parts)}</main></div>'


def heading(title: str, lines: Sequence[str], names: Sequence[str] = ()) -> str:
    """The top of a report; two names get the colours of their data sets."""
    below = "".join(f'<p class="quiet">{escape(line)}</p>' for line in lines if line)
    legend = "".join(f"<span>{escape(name)}</span>" for name in names)
    return f"<header><h1>{escape(title)}</h1>{below}{f'<p class=legend>{legend}</p>' * bool(legend)}</header>"


def tiles(facts: Iterable[tuple[str, str]]) -> str:
    """The numbers that one looks at first."""
    return f'<dl class="tiles">{"".join(f"<div><dt>{escape(a)}</dt><dd>{escape(b)}</dd></div>" for a, b in facts)}</dl>'


def findings_section(findings: Sequence[Finding], title: str = "Findings") -> str:
    """What is wrong, or that nothing is."""
    if not findings:
        return f"<h2>{escape(title)}</h2><p>Nothing is wrong with this data as far as the checks can see.</p>"
    rows = [
        [
            f'<span class="severity {finding.severity}">{finding.severity}</span>',
            escape(finding.message[:1].upper() + finding.message[1:]),
            escape(how_often(finding)),
            escape(finding.place),
        ]
        for finding in findings
    ]
    return f"<h2>{escape(title)}</h2>" + _table(["Severity", "What", "How often", "First"], rows, numbers=set())


def results_section(rows: Iterable[Row]) -> str:
    """All results with their standard errors and warnings."""
    cells = [[*map(escape, (row.title, row.value, row.error, row.unit, row.n)), _quiet(row.notes)] for row in rows]
    return "<h2>Metrics</h2>" + _table(
        ["Metric", "Value", "Std. error", "Unit", "n", "Notes"], cells, numbers={1, 2, 4}
    )


def comparison_section(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column names things and whose others are numbers; the last one is a remark."""
    cells = [[*map(escape, row[:-1]), _quiet(row[-1])] for row in rows]
    return f"<h2>{escape(title)}</h2>" + _table(list(head), cells, numbers=set(range(1, len(head) - 1)))


def panels_section(panels: Iterable[Panel]) -> str:
    """All pictures."""
    return f'<h2>Pictures</h2><div class="panels">{"".join(map(_figure, panels))}</div>'


def footing(text: str) -> str:
    """The end: what to be careful with, and what made the report."""
    return f'<footer class="quiet"><p>{CAUTION}</p><p>{escape(text)}</p></footer>'


def _figure(panel: Panel) -> str:
    caption = f"<figcaption>{escape(panel.note)}</figcaption>" if panel.note and panel.kind != "note" else ""
    return f"<figure><h3>{escape(panel.title)}</h3>{draw(panel)}{caption}</figure>"


def _table(head: list[str], rows: list[list[str]], numbers: set[int]) -> str:
    kinds = [' class="number"' if column in numbers else "" for column in range(len(head))]
    top = "".join(f"<th{kind}>{escape(name)}</th>" for kind, name in zip(kinds, head, strict=True))
    body = "".join(
        f"<tr>{''.join(f'<td{kind}>{cell}</td>' for kind, cell in zip(kinds, row, strict=True))}</tr>" for row in rows
    )
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{body}</tbody></table></div>'


def _quiet(text: str) -> str:
    return f'<span class="quiet">{escape(text)}</span>'
