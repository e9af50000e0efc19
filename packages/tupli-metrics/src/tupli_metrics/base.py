"""What every metric is: frozen settings that turn episodes into one number with all that is needed to believe it."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

from tupli_metrics.__about__ import __version__
from tupli_metrics.passes import Facts, Need, Progress, gather
from tupli_metrics.reference import Reference
from tupli_metrics.sources import Data

EVERYWHERE = (-math.inf, math.inf)
"""The range of a metric that can be any number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricResult:
    """One number and its context. ``float(result)`` and ``f"{result:.3f}"`` give the number.

    Attributes:
        name: What was measured, for example ``trajectory_quality``; the key under which ``as_metadata`` stores it.
        value: The number. NaN only together with a warning that says why there is none.
        unit: Its unit, for example ``nats``; empty for a ratio.
        range: The least and the greatest number that the metric can give.
        std_error: The standard error of ``value`` as an estimate; None where none is known.
        n_used: How many things the number rests on: episodes for returns, steps for coverage, queries for neighbours.
        params: The settings of the metric, seed included, as JSON values.
        details: What else came out of the same computation.
        warnings: What a reader must know before using the number.
        reference: The id of the reference that it was compared with.
        version: The version of this package.
    """

    name: str
    value: float
    unit: str = ""
    range: tuple[float, float] = EVERYWHERE
    std_error: float | None = None
    n_used: int = 0
    params: Mapping[str, Any] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    reference: str | None = None
    version: str = __version__

    def __post_init__(self) -> None:
        if math.isnan(self.value) and not self.warnings:
            raise ValueError(f"{self.name} is NaN, and no warning says why")

    def __float__(self) -> float:
        return self.value

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)

    def as_metadata(self, prefix: str = "") -> dict[str, Any]:
        """The result as flat metadata of a benchmark or data set, for filters such as ``coverage > 0.4``.

        The number stands under ``<prefix><name>``, its context beside it. What JSON has no form for (an infinity, no number at all)
        is left out, and ``<name>_note`` says so.
        """
        key = prefix + self.name
        context = {
            f"{key}_n": self.n_used,
            f"{key}_std_error": self.std_error,
            f"{key}_reference": self.reference,
            f"{key}_settings": " ".join(f"{name}={value}" for name, value in self.params.items()) or None,
            f"{key}_version": self.version,
            f"{key}_note": " ".join(self._notes()) or None,
        }
        stored = {name: value for name, value in context.items() if _has_json(value)}
        return {key: self.value, **stored} if math.isfinite(self.value) else stored

    def to_json(self) -> dict[str, Any]:
        """Every attribute as JSON values; infinities and NaN, which JSON lacks, as the words ``inf``, ``-inf`` and ``nan``."""
        return {item.name: as_json(getattr(self, item.name)) for item in fields(self)}

    def _notes(self) -> tuple[str, ...]:
        return self.warnings if math.isfinite(self.value) else (f"the value is {self.value}.", *self.warnings)


@dataclass(frozen=True, slots=True)
class Metric(ABC):
    """Settings in the fields, data in ``evaluate``, nothing remembered between calls: evaluate twice, get the same.

    A metric names the facts that it needs (``needs``) and makes its number from them (``measure``), so that several metrics share
    one pass over the data: see ``evaluate_all``.
    """

    name: ClassVar[str]

    def evaluate(
        self, data: Data, *, reference: "Reference | Data | None" = None, progress: Progress | None = None
    ) -> MetricResult:
        """The metric of ``data``.

        Args:
            data: Episodes: an iterable of ``EpisodeData`` or ``Episode``, a loaded ``TupliDataset``, or ``from_arrays(...)``.
            reference: What to compare with: a ``Reference``, or the data to make one from.
            progress: Called with (episodes done, episodes in all or None) from time to time.

        Raises:
            InvalidDataError: The metric has no number for this data; the message says why and what to do.
        """
        known = reference if reference is None or isinstance(reference, Reference) else Reference.from_data(reference)
        return self.measure(gather(data, self.needs(known), progress), known)

    @abstractmethod
    def needs(self, reference: Reference | None) -> tuple[Need[Any], ...]:
        """The facts that ``measure`` reads."""

    @abstractmethod
    def measure(self, facts: Facts, reference: Reference | None) -> MetricResult:
        """The number, from facts that ``needs`` asked for."""

    def params(self) -> dict[str, Any]:
        """The settings as JSON values; a function by its name."""
        return params_of(self)


def params_of(metric: Any) -> dict[str, Any]:
    """The fields of a metric as JSON values."""
    return {item.name: as_json(getattr(metric, item.name)) for item in fields(metric)}


def as_json(value: Any) -> Any:
    """``value`` with JSON's types: arrays as lists, functions by name, numbers that JSON lacks as words."""
    if isinstance(value, Mapping):
        return {str(key): as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [as_json(item) for item in value]
    if hasattr(value, "tolist"):
        return as_json(value.tolist())
    if hasattr(value, "to_json"):
        return value.to_json()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return _name(value) if isinstance(value, Callable) else value  # type: ignore[arg-type]


def _name(function: Any) -> str:
    return str(getattr(function, "__qualname__", type(function).__name__))


def _has_json(value: Any) -> bool:
    return value is not None and not (isinstance(value, float) and not math.isfinite(value))
