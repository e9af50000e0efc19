"""Verification by replay: an episode that was recorded truly happens again, bit for bit, from its reset and its actions."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import gymnasium
import numpy as np

from tupli_client.buffers.notices import Notices
from tupli_client.recorder import EpisodeRecorder, Step
from tupli_client.recording.beginnings import repeat_reset, why_not_repeatable
from tupli_client.recording.switch import recording_off
from tupli_schemas.arrays import value_bytes
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import Episode
from tupli_schemas.text_column import TextColumn
from tupli_schemas.trees import Tree, column_name, take, tree_map


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of replaying an episode.

    Attributes:
        outcome: ``exact``: all observations, rewards and ends are those that were recorded, bit for bit; ``different``: one of them is
            not; ``not-replayable``: nobody can tell, and ``reason`` says why.
        n_steps: How many steps were exact.
        step: Where the first difference is, from 0.
        field: What differs there: ``observation`` (only that of the reset), ``reward``, ``terminated``, ``truncated`` or
            ``next_observation``; for Dict and Tuple spaces with the path of the part, as ``next_observation/camera``.
        expected: What was recorded.
        got: What the replay gave.
        reason: Why there is no replay, or what may be the reason of a difference.
    """

    outcome: Literal["exact", "different", "not-replayable"]
    n_steps: int = 0
    step: int | None = None
    field: str | None = None
    expected: Any = None
    got: Any = None
    reason: str | None = None

    @property
    def is_exact(self) -> bool:
        """Whether the episode was replayed and nothing differed."""
        return self.outcome == "exact"

    def __str__(self) -> str:
        if self.outcome == "exact":
            return f"exact: all {self.n_steps} steps happened again, bit for bit"
        if self.outcome == "not-replayable":
            return f"cannot be replayed: {self.reason}"
        reason = f" ({self.reason})" if self.reason else ""
        return f"differs at step {self.step} in {self.field}: {self.expected!r} was recorded, {self.got!r} came{reason}"


def verify(episode: Episode, env: gymnasium.Env[Any, Any]) -> Verdict:
    """Reset ``env`` as the episode was reset, repeat its actions, and compare what comes with what was recorded.

    Infos are not compared, because many hold times. Recording is off meanwhile; the environment stays open and needs a reset afterwards.

    Args:
        episode: With its steps, as ``load_episode`` gives it.
        env: The environment of its benchmark.
    """
    data, recording = episode.data, episode.recording
    reason = "it is a piece of an episode" if data.is_partial else why_not_repeatable(recording)
    if recording is None or reason is not None:
        return Verdict("not-replayable", reason=reason)
    with recording_off(env):
        recorder = EpisodeRecorder(env.observation_space, env.action_space, infos="none", notices=Notices(quiet=True))
        recorder.begin(repeat_reset(env, recording)[0])
        for row in range(len(data)):
            recorder.act(action := _row(data.actions, row))
            recorder.add(*env.step(action))
            if difference := _difference(data, row, recorder.last_step(), is_abandoned=episode.abandoned):
                return Verdict("different", row, row, *difference, reason=_suspicion(recording.gymnasium_version))
    return Verdict("exact", len(data))


class _Difference(NamedTuple):
    field: str
    expected: Any
    got: Any


def _difference(data: EpisodeData, row: int, step: Step, *, is_abandoned: bool) -> _Difference | None:
    """The first difference between a row and the step that should be its like."""
    pairs = [("observation", take(data.all_observations, row), step.observation)] if row == 0 else []
    pairs.append(("reward", data.rewards[row], step.reward))
    pairs.append(("terminated", bool(data.terminated[row]), step.terminated))
    if not (is_abandoned and row + 1 == len(data)):  # which was truncated by whoever left it, not by the environment
        pairs.append(("truncated", bool(data.truncated[row]), step.truncated))
    if data.next_known[row]:
        pairs.append(("next_observation", take(data.all_observations, row + 1), step.next_observation))
    return next((found for pair in pairs if (found := _differing_part(*pair))), None)


def _differing_part(name: str, expected: Any, got: Any) -> _Difference | None:
    if isinstance(expected, dict) and isinstance(got, dict) and expected.keys() == got.keys():
        parts = [(column_name(name, (key,)), expected[key], got[key]) for key in expected]
    elif isinstance(expected, tuple) and isinstance(got, tuple) and len(expected) == len(got):
        parts = [(column_name(name, (i,)), *pair) for i, pair in enumerate(zip(expected, got, strict=True))]
    else:
        return None if _is_same(expected, got) else _Difference(name, expected, got)
    return next((found for part in parts if (found := _differing_part(*part))), None)


def _is_same(expected: Any, got: Any) -> bool:
    """Equality of bits. A column that was made wider for another row holds the same values, so their common dtype is compared."""
    if isinstance(expected, dict | tuple | str) or isinstance(got, dict | tuple | str):
        return bool(type(expected) is type(got) and expected == got)
    left, right = np.asarray(expected), np.asarray(got)
    common = np.promote_types(left.dtype, right.dtype)
    left, right = left.astype(common), right.astype(common)
    return left.shape == right.shape and np.array_equal(value_bytes(left), value_bytes(right))


def _row(actions: Tree, row: int) -> Any:
    """One action, as an array that the environment may change."""
    return tree_map(lambda leaf: leaf[row] if isinstance(leaf, TextColumn) else leaf[row].copy(), actions)


def _suspicion(recorded_with: str | None) -> str | None:
    if recorded_with in {None, gymnasium.__version__}:
        return None
    return f"recorded with gymnasium {recorded_with}, replayed with {gymnasium.__version__}"
