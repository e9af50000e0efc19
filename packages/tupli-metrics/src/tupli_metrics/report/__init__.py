"""Reports on one data set, and comparisons of two."""

from tupli_metrics.report.comparisons import Comparison, compare
from tupli_metrics.report.reports import Report, report

__all__ = ["Comparison", "Report", "compare", "report"]
