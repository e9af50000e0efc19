"""Vector environments that keep logs inside, in every autoreset mode that the installed Gymnasium has."""

from collections import defaultdict
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces
from gymnasium.vector import SyncVectorEnv, VectorEnv

from logged_env import store_benchmark
from truth import AwkwardEnv, Truth
from tupli_client.file_storage import FileStorage
from tupli_client.vector import TupliVectorEnvWrapper
from tupli_schemas.episodes import Episode

HAS_MODES = hasattr(gymnasium.vector, "AutoresetMode")
MODES = ["NextStep", "SameStep", "Disabled"] if HAS_MODES else ["NextStep"]

SPACES = {
    "box": (spaces.Box(-1, 1, (3,), np.float32), spaces.Box(-1, 1, (2,), np.float64)),
    "switch": (spaces.Discrete(9, start=-3), spaces.Discrete(4)),
    "bits": (spaces.MultiBinary(3), spaces.MultiDiscrete([3, 4])),
    "image": (spaces.Box(0, 255, (4, 4, 3), np.uint8), spaces.MultiBinary(2)),
    "dict": (
        spaces.Dict({"word": spaces.Text(5), "at": spaces.Box(-1, 1, (), np.float32)}),
        spaces.Dict({"go": spaces.Discrete(2), "to": spaces.Box(-1, 1, (2,), np.float32)}),
    ),
    "tuple": (
        spaces.Tuple((spaces.Discrete(3), spaces.Dict({"x": spaces.MultiBinary(2)}))),
        spaces.Tuple((spaces.Discrete(3), spaces.Box(-1, 1, (1,), np.float32))),
    ),
}


class Keen(AwkwardEnv):
    """Each episode is a little longer than the one before; observations and infos are new objects, as Gymnasium demands."""

    def reset(self, **how: Any) -> Any:
        self._length = self._length % 5 + 1
        self._observation, self._info = None, {"trace": np.zeros(2), "path": []}
        return super().reset(**how)[0], {"of": "reset"}

    def step(self, action: Any) -> Any:
        self._observation = None
        observation, reward, terminated, _, _ = super().step(action)
        truncated = self._step == 3 and not terminated
        info = {"step": self._step, "half": self._step / 2} | ({"odd": True} if self._step % 2 else {})
        return observation, reward, terminated, truncated, info | {"deep": {"er": self._step}}


class Counting(VectorEnv):
    """Vectorised by itself: sub-environment i shows (i, number of its episode, number of its step)."""

    LENGTH = 3

    def __init__(self, n: int, mode: str | None) -> None:
        self.num_envs = n
        self.single_observation_space = spaces.Box(-np.inf, np.inf, (3,), np.float64)
        self.single_action_space = spaces.Discrete(2)
        self.observation_space = spaces.Box(-np.inf, np.inf, (n, 3), np.float64)
        self.action_space = spaces.MultiDiscrete([2] * n)
        if mode is not None:
            self.metadata = {"autoreset_mode": gymnasium.vector.AutoresetMode(mode) if HAS_MODES else None}
        self.mode = mode or "NextStep"
        self.state = np.zeros((n, 3))
        self.state[:, 0] = range(n)

    def reset(self, **_: Any) -> Any:
        self.state[:, 1:] += [1, 0]
        self.state[:, 2] = 0
        return self.state, {}

    def step(self, actions: Any) -> Any:
        due = self.state[:, 2] >= self.LENGTH if self.mode == "NextStep" else np.zeros(self.num_envs, bool)
        self.state[~due, 2] += 1
        self._begin(due)
        ended = (self.state[:, 2] >= self.LENGTH) & ~due
        rewards, infos = self.state[:, 2].copy(), {"all": "say this", "step": self.state[:, 2].copy()}
        if self.mode == "SameStep":
            infos["final_obs"] = self.state.copy()
            self._begin(ended)
        return self.state, rewards, ended, np.zeros(self.num_envs, bool), infos

    def _begin(self, which: Any) -> None:
        self.state[which, 1] += 1
        self.state[which, 2] = 0


def make(mode: str, kind: str = "box", n: int = 3, vectorised: Any = SyncVectorEnv) -> Any:
    """A vector environment whose sub-environments keep logs; their episodes have different lengths."""
    makers = [lambda length=length: Truth(Keen(*SPACES[kind], length)) for length in range(n)]
    return vectorised(makers, autoreset_mode=mode) if HAS_MODES else vectorised(makers)


def wrap(env: VectorEnv, storage: FileStorage, **how: Any) -> TupliVectorEnvWrapper:
    return TupliVectorEnvWrapper(env, storage, store_benchmark(storage).id, **how)


def play(env: TupliVectorEnvWrapper, steps: int, mode: str) -> None:
    for _ in range(steps):
        *_, terminated, truncated, _ = env.step(env.action_space.sample())
        ended = terminated | truncated
        if mode == "Disabled" and ended.any():
            env.reset(options={"reset_mask": ended})


def by_sub_environment(storage: FileStorage) -> dict[int, list[Episode]]:
    found: dict[int, list[Episode]] = defaultdict(list)
    for episode in storage.load_episodes(storage.list_episodes()):
        assert episode.recording is not None
        found[int(str(episode.recording.extra["sub_environment"]))].append(episode)
    return found
