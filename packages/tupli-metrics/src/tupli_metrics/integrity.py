"""What is wrong with a data set, or may be: findings, each with its severity, how often, and where first."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, ClassVar

import numpy as np

from tupli_metrics.base import Metric, MetricResult
from tupli_metrics.findings import SEVERITIES, Finding, Findings, ordered
from tupli_metrics.integrity_columns import ColumnChecks
from tupli_metrics.passes import Facts, Need
from tupli_metrics.reference import Reference
from tupli_metrics.sources import FlatArrays
from tupli_schemas.arrays import as_bytes
from tupli_schemas.columns import EpisodeData
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Tree, leaves


@dataclass(frozen=True, slots=True, eq=False)
class Integrity(Metric):
    """What a learner should not have to find out by itself; the value is the number of errors.

    Errors: NaN or infinite numbers; actions outside their space; shapes unlike the benchmark's spaces; dtypes or shapes that change
    between episodes; a given next observation that is not the observation that follows. Warnings: dtypes unlike the spaces;
    observations outside their space; numbers that never change; episodes that end in mid-episode without being the last, or are
    parts left by a tuple filter; episodes cut without a final observation; episodes that occur twice. For information: actions at a
    limit; an open last episode; no episode that terminates; rewards that never change.

    ``details["findings"]`` lists them, worst first, with code, severity, message, count, and the first episode and step (from 0).

    Unit: errors (kinds, not occurrences). Range: 0 upwards. Limits, dtypes and shapes are compared only with spaces that are given.

    Attributes:
        observation_space: A ``SpaceSpec``, as a benchmark's header has it, or the Gymnasium space itself.
        action_space: Likewise.
    """

    name: ClassVar[str] = "integrity_errors"

    observation_space: Any = None
    action_space: Any = None

    def needs(self, _reference: Reference | None) -> tuple[Need[Any], ...]:
        return (self,)

    def collector(self) -> "_Checks":
        """The metric is its own need: nobody else asks for these facts."""
        return _Checks(self.observation_space, self.action_space)

    def measure(self, facts: Facts, _reference: Reference | None) -> MetricResult:
        found: tuple[Finding, ...] = facts[self]
        if isinstance(facts.source, FlatArrays):
            found = ordered((*found, *_next_observations(facts.source)))
        counts = {severity: sum(finding.severity == severity for finding in found) for severity in SEVERITIES}
        return MetricResult(
            name=self.name,
            value=float(counts["error"]),
            unit="errors",
            range=(0.0, np.inf),
            n_used=facts.n_episodes,
            details={"findings": [finding.to_json() for finding in found], "counts": counts},
        )


def findings_of(result: MetricResult) -> tuple[Finding, ...]:
    """The findings that a result of ``Integrity`` lists."""
    return tuple(Finding.from_json(finding) for finding in result.details.get("findings", ()))


class _Checks:
    """Looks at each episode once, and at all of them in the end."""

    def __init__(self, observation_space: Any, action_space: Any) -> None:
        self._observations = ColumnChecks("observations", observation_space)
        self._actions = ColumnChecks("actions", action_space)
        self._findings = Findings()
        self._seen: set[bytes] = set()
        self._rewards = np.inf, -np.inf
        self._n = self._steps = self._terminated = 0
        self._open_before: list[int] = []

    def add(self, episode: EpisodeData) -> None:
        found = (
            *self._observations.add(episode.all_observations, self._n),
            *self._actions.add(episode.actions, self._n),
            *self._of_rewards(episode),
            *self._of_ends(episode),
            *self._of_repetition(episode),
        )
        for finding in found:
            self._findings.add(finding)
        self._n += 1
        self._steps += len(episode)

    def finish(self) -> tuple[Finding, ...]:
        for finding in (*self._observations.finish(), *self._actions.finish(), *self._of_all()):
            self._findings.add(finding)
        return self._findings.ordered()

    def _of_rewards(self, episode: EpisodeData) -> Iterator[Finding]:
        bad = ~np.isfinite(episode.rewards)
        count = int(bad.sum())
        if count:
            yield Finding(
                "rewards-not-finite", "error", "rewards are NaN or infinite", count, "steps", self._n, int(bad.argmax())
            )
        low, high = self._rewards
        if count < len(bad):
            finite = episode.rewards[~bad] if count else episode.rewards
            self._rewards = min(low, float(finite.min())), max(high, float(finite.max()))

    def _of_ends(self, episode: EpisodeData) -> Iterator[Finding]:
        terminated, truncated = bool(episode.terminated[-1]), bool(episode.truncated[-1])
        self._terminated += terminated
        if episode.is_partial:
            message = "episodes are parts, left by a tuple filter: they have no return"
            yield Finding("partial", "warning", message, first_episode=self._n)
        elif not terminated and not truncated:
            self._open_before.append(self._n)
        if not terminated and not episode.has_final_observation:
            message = "episodes were cut without the observation after their last action, so nothing follows from it"
            yield Finding("no-final-observation", "warning", message, first_episode=self._n)

    def _of_repetition(self, episode: EpisodeData) -> Iterator[Finding]:
        digest = _digest(episode)
        if digest in self._seen:
            yield Finding("duplicated", "warning", "episodes equal an earlier one, step by step", first_episode=self._n)
        self._seen.add(digest)

    def _of_all(self) -> Iterator[Finding]:
        last = self._n - 1
        if inner := [number for number in self._open_before if number != last]:
            message = "episodes end in mid-episode, neither terminated nor truncated"
            yield Finding("open", "warning", message, len(inner), first_episode=inner[0])
        if last in self._open_before:
            yield Finding(
                "open-last", "info", "the last episode is open, neither terminated nor truncated", first_episode=last
            )
        if not self._terminated:
            yield Finding("never-terminated", "info", "no episode terminates", self._n)
        if self._rewards[0] == self._rewards[1] and self._steps > 1:
            yield Finding("rewards-constant", "info", f"every reward is {self._rewards[0]:g}", self._steps, "steps")


def _digest(episode: EpisodeData) -> bytes:
    summary = blake2b(digest_size=16)
    tree: Tree = (episode.all_observations, episode.actions, episode.rewards)
    for _, leaf in leaves(tree):
        compact = leaf.compact() if isinstance(leaf, TextColumn) else leaf
        for array in (compact.data, compact.offsets) if isinstance(compact, TextColumn) else (compact,):
            summary.update(as_bytes(array).data)
    return summary.digest()


def _next_observations(arrays: FlatArrays) -> Iterator[Finding]:
    rows = arrays.inconsistent_rows()
    if len(rows):
        episode = int(np.searchsorted(arrays.stops, rows[0], side="right"))
        first = int(rows[0] - (arrays.stops[episode - 1] if episode else 0))
        message = "next observations are not the observations that follow"
        yield Finding("next-observation-differs", "error", message, len(rows), "steps", episode, first)
