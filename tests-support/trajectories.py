"""What an environment answers to a seed and to actions, in a form in which a single bit would show."""

from typing import Any

import gymnasium
import numpy as np

Env = gymnasium.Env[Any, Any]


def trajectory(env: Env, seed: int = 3, n_steps: int = 60) -> list[Any]:
    """Observations, rewards and ends of some steps from a seed, with actions that depend on that seed alone."""
    env.action_space.seed(seed)
    result = [exact(env.reset(seed=seed)[0])]
    for _ in range(n_steps):
        observation, reward, terminated, truncated, _ = env.step(env.action_space.sample())
        result.append((exact(observation), exact(reward), bool(terminated), bool(truncated)))
        if terminated or truncated:
            result.append(exact(env.reset(seed=seed + 1)[0]))
    return result


def exact(value: Any) -> Any:
    """A value as its bytes, its shape and its dtype."""
    if isinstance(value, dict):
        return {name: exact(part) for name, part in value.items()}
    if isinstance(value, tuple):
        return tuple(map(exact, value))
    array = np.asarray(value)
    return (array.dtype.str, array.shape, array.tobytes())
