"""Findings about a data set: what, how bad, how often, and where first."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, Self

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""Worst first."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of thing that is wrong, or may be.

    Attributes:
        code: Its name for programs.
        severity: ``error``, ``warning`` or ``info``.
        message: One sentence for people.
        count: How often, in ``unit``.
        unit: ``steps``, ``episodes`` or ``dimensions``.
        first_episode: The number of the first episode that has it, from 0.
        first_step: The first step in that episode, from 0; the number of its steps stands for the final observation.
    """

    code: str
    severity: Severity
    message: str
    count: int = 1
    unit: str = "episodes"
    first_episode: int | None = None
    first_step: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Every attribute as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """The finding that ``to_json`` wrote."""
        return cls(**values)

    @property
    def place(self) -> str:
        """Where it is first, in words; empty if it has no place."""
        if self.first_episode is None:
            return ""
        return f"episode {self.first_episode}" + (f", step {self.first_step}" if self.first_step is not None else "")


class Findings:
    """Collects findings: of each kind the first one with its place, and how many there are."""

    def __init__(self) -> None:
        self._found: dict[str, Finding] = {}

    def add(self, finding: Finding) -> None:
        known = self._found.get(finding.code)
        self._found[finding.code] = finding if known is None else replace(known, count=known.count + finding.count)

    def ordered(self) -> tuple[Finding, ...]:
        """All of them, worst first."""
        return ordered(self._found.values())


def ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Worst first, otherwise as they are."""
    return tuple(sorted(findings, key=lambda finding: SEVERITIES.index(finding.severity)))
