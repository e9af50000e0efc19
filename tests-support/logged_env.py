"""An environment that keeps its own log of what happened, so that converters have something to be right against."""

from hashlib import sha256
from typing import Any, NamedTuple

import gymnasium as gym
import numpy as np

from tupli_client.storage import TupliStorage
from tupli_schemas.benchmarks import BenchmarkHeader, BenchmarkMetadata, BenchmarkQuery
from tupli_schemas.columns import EpisodeData
from tupli_schemas.episodes import Episode, EpisodeHeader
from tupli_schemas.spaces import BoxSpec, DiscreteSpec


class Transition(NamedTuple):
    """One line of the log."""

    observation: tuple[float, float]
    action: int
    reward: float
    next_observation: tuple[float, float]
    terminated: bool
    truncated: bool


class LoggedEnv(gym.Env[Any, Any]):
    """Every observation occurs once in its life: (number of the episode, number of the step)."""

    def __init__(self) -> None:
        self.observation_space = gym.spaces.Box(-np.inf, np.inf, (2,), np.float32)
        self.action_space = gym.spaces.Discrete(3)
        self.log: list[Transition] = []
        self._episode = -1
        self._step = 0
        self._length, self._end = 1, "terminated"

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self._episode, self._step = self._episode + 1, 0
        self._length, self._end = (options or {}).get("length", 1), (options or {}).get("end", "terminated")
        return self._observation(), {}

    def step(self, action: int) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        before = self._observation()
        self._step += 1
        at_end = self._step == self._length
        terminated = at_end and self._end in {"terminated", "both"}
        truncated = at_end and self._end in {"truncated", "both"}
        reward = float(self._episode + self._step / 100)
        after = self._observation()
        self.log.append(Transition(tuple(before), int(action), reward, tuple(after), terminated, truncated))
        return after, reward, terminated, truncated, {"parity": self._step % 2}

    def _observation(self) -> Any:
        return np.array([self._episode, self._step], np.float32)


def play(env: LoggedEnv, length: int, end: str, *, final: bool = True, seed: int = 0) -> EpisodeData:
    """One episode as an agent sees it. ``end`` is terminated, truncated, both or open; ``final`` whether its last observation is known."""
    rng = np.random.default_rng(seed)
    observation, _ = env.reset(options={"length": length, "end": end})
    observations, actions, rewards, ends, infos = [observation], [], [], [], []
    for _ in range(length):
        action = int(rng.integers(3))
        observation, reward, terminated, truncated, info = env.step(action)
        observations.append(observation)
        actions.append(action)
        rewards.append(reward)
        ends.append((terminated, truncated))
        infos.append(info)
    return EpisodeData.from_arrays(
        observations=np.array(observations if final else observations[:-1]),
        actions=np.array(actions),
        rewards=np.array(rewards),
        terminated=np.array([terminated for terminated, _ in ends]),
        truncated=np.array([truncated for _, truncated in ends]),
        infos=infos,
    )


def store_benchmark(storage: TupliStorage, name: str = "logged") -> BenchmarkHeader:
    """A stored benchmark."""
    fingerprint = sha256(name.encode()).hexdigest()
    query = BenchmarkQuery(hash=fingerprint, serialized="{}", metadata=BenchmarkMetadata(name=name, difficulty="easy"))
    return storage.store_benchmark(query)


def record(storage: TupliStorage, benchmark: BenchmarkHeader, data: EpisodeData, **metadata: Any) -> EpisodeHeader:
    """A stored episode."""
    return storage.record_episode(Episode(benchmark_id=benchmark.id, metadata=metadata, data=data))


OBSERVATION_SPACE = BoxSpec(low="-inf", high="inf", shape=(2,), dtype="float32")
ACTION_SPACE = DiscreteSpec(n=3)
