"""What truly happened in an environment, written down apart from the code under test, and environments that make it hard to."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from tupli_schemas.columns import EpisodeData

Env = gymnasium.Env[Any, Any]


@dataclass
class TrueEpisode:
    """The observation of a reset and the steps that followed it: (action, observation, reward, terminated, truncated, info)."""

    first: Any
    steps: list[tuple[Any, Any, Any, bool, bool, dict[str, Any]]] = field(default_factory=list)

    @property
    def has_ended(self) -> bool:
        return bool(self.steps) and (self.steps[-1][3] or self.steps[-1][4])


class Truth(gymnasium.Wrapper):
    """Writes down every reset and every step that came to its end, in deep copies."""

    def __init__(self, env: Env) -> None:
        super().__init__(env)
        self.episodes: list[TrueEpisode] = []

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        observation, info = self.env.reset(seed=seed, options=options)
        self.episodes.append(TrueEpisode(deepcopy(observation)))
        return observation, info

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        sent = deepcopy(action)
        result = self.env.step(action)
        self.episodes[-1].steps.append((sent, *deepcopy(result)))
        return result

    @property
    def with_steps(self) -> list[TrueEpisode]:
        return [episode for episode in self.episodes if episode.steps]


def check_is_true(data: EpisodeData, true: TrueEpisode, *, infos: bool = True) -> None:
    """Every value of every step is the one that truly came, and in its place."""
    assert len(data) == len(true.steps)
    seen = true.first
    for step, (action, observation, reward, terminated, _, info) in zip(data, true.steps, strict=True):
        assert equal(step.observation, seen)
        assert equal(step.action, action)
        assert equal(step.reward, reward)
        assert step.terminated == terminated
        assert equal(step.next_observation, observation)
        assert not infos or equal(step.info, info)
        seen = observation
    assert data.truncated[:-1].tolist() == [step[4] for step in true.steps[:-1]]
    assert data.truncated[-1] == (true.steps[-1][4] or not true.has_ended)


def equal(left: Any, right: Any) -> bool:
    """The same values, whatever holds them: arrays or lists, Python's or numpy's numbers. A NaN equals a NaN."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    if isinstance(left, tuple) or isinstance(right, tuple):
        return len(left) == len(right) and all(map(equal, left, right))
    if isinstance(left, str) or isinstance(right, str):
        return bool(left == right)
    a, b = np.asarray(left), np.asarray(right)
    return a.shape == b.shape and bool(((a == b) | ((a != a) & (b != b))).all())  # noqa: PLR0124 - a NaN


class AwkwardEnv(gymnasium.Env[Any, Any]):
    """Gives observations of any space, always in the same memory; changes the actions it gets; fails when it is told to."""

    def __init__(self, observation_space: spaces.Space[Any], action_space: spaces.Space[Any], length: int = 5) -> None:
        self.observation_space = deepcopy(observation_space)  # spaces draw at random, each for itself
        self.action_space = deepcopy(action_space)
        self.fails = False
        self._length = length
        self._step = 0
        self._observation: Any = None
        self._info: dict[str, Any] = {"trace": np.zeros(2), "path": []}

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        if seed is not None:
            self.observation_space.seed(seed)
        self._step = 0
        self._observation = overwrite(self._observation, self.observation_space.sample())
        return self._observation, self._info

    def step(self, action: Any) -> tuple[Any, Any, bool, bool, dict[str, Any]]:
        if self.fails:
            overwrite(self._observation, self.observation_space.sample())
            raise RuntimeError("the simulator does not answer")
        self._step += 1
        self._observation = overwrite(self._observation, self.observation_space.sample())
        self._info["trace"] += 1
        self._info["path"].append(self._step)
        overwrite(action, self.action_space.sample())
        is_last = self._step == self._length
        return self._observation, float(self.np_random.normal()), is_last, False, self._info


def overwrite(old: Any, new: Any) -> Any:
    """``new``, where possible in the memory of ``old``."""
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray) and old.shape == new.shape:
        old[...] = new
        return old
    if isinstance(old, dict) and isinstance(new, dict):
        old.update({key: overwrite(old.get(key), new[key]) for key in new})
        return old
    if isinstance(old, tuple) and isinstance(new, tuple):
        return tuple(map(overwrite, old, new))
    return new
