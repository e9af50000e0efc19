"""An environment with data, and the wrapper that keeps them as an artifact. In a module, because that is where stored classes live."""

import io
from typing import Any

import gymnasium
import numpy as np
from gymnasium import spaces

from tupli_client.env import TupliEnvWrapper
from tupli_schemas.artifacts import ArtifactMetadata

Env = gymnasium.Env[Any, Any]


class LoadEnv(gymnasium.Env[Any, Any]):
    """Shows a series of loads, one after the other."""

    def __init__(self, loads: Any) -> None:
        self.observation_space = spaces.Box(-np.inf, np.inf, (), np.float64)
        self.action_space = spaces.Discrete(2)
        self.loads = loads
        self.hour = 0

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.hour = 0
        return self.loads[0], {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        self.hour += 1
        return self.loads[self.hour], -1.0, self.hour == len(self.loads) - 1, False, {}


class LoadWrapper(TupliEnvWrapper):
    """Keeps the loads as an artifact, as the paper's custom wrapper does."""

    def __init__(self, env: Env, storage: Any, **others: Any) -> None:
        super().__init__(env=env, storage=storage, **others)

    def _serialize(self, env: Env) -> tuple[Env, list[str]]:
        file = io.BytesIO()
        np.save(file, env.unwrapped.loads)  # type: ignore[attr-defined]
        artifact = self.storage.store_artifact(artifact=file.getvalue(), metadata=ArtifactMetadata(name="loads"))
        env.unwrapped.loads = artifact.id  # type: ignore[attr-defined]
        return env, [artifact.id]

    @classmethod
    def _deserialize(cls, env: Env, storage: Any) -> Env:
        env.unwrapped.loads = np.load(io.BytesIO(storage.load_artifact(env.unwrapped.loads)))  # type: ignore[attr-defined]
        return env
