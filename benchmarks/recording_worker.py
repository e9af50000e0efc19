"""One contender of ``benchmarks.recording``, measured beside the bare environment: ``recording_worker.py CONTENDER POLICY STEPS``.

Runs in any environment that has the contender, and prints its figures as JSON.
"""

import json
import os
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from typing import Any

import gymnasium
import numpy as np

Contender = tuple[Any, Callable[[], object]]
"""An environment, and what is to be done when the last episode is over."""


def bare(folder: str) -> Contender:  # noqa: ARG001
    env = gymnasium.make("CartPole-v1")
    return env, env.close


def tupli(folder: str) -> Contender:
    from tupli_client import FileStorage, TupliEnvWrapper

    # As after loading. The environment that was stored is 0.7 us slower from then on: Python 3.11 keeps attributes in a faster way
    # until somebody looks at all of them.
    storage = FileStorage(folder)
    benchmark_id = TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage).store("cart-pole")
    env = TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage, benchmark_id)
    return env, env.close


def tupli_off(folder: str) -> Contender:
    env, finish = tupli(folder)
    env.deactivate_recording()
    return env, finish


def minari(folder: str) -> Contender:
    os.environ["MINARI_DATASETS_PATH"] = folder
    from minari import DataCollector

    env = DataCollector(gymnasium.make("CartPole-v1"))
    return env, lambda: env.create_dataset(dataset_id="cartpole/random-v0")


def pytupli(folder: str) -> Contender:
    from pytupli.benchmark import TupliEnvWrapper
    from pytupli.storage import FileStorage

    env = TupliEnvWrapper(gymnasium.make("CartPole-v1"), storage=FileStorage(storage_base_dir=folder))
    env.store(name="cart-pole")
    env.activate_recording()
    return env, env.close


def at_random(_: Any, random: Any) -> Any:
    return random.integers(2)


def balancing(observation: Any, random: Any) -> Any:
    return np.int64(observation[2] + observation[3] + random.normal(0, 0.3) > 0)


CONTENDERS = {"bare": bare, "tupli": tupli, "tupli off": tupli_off, "minari": minari, "pytupli": pytupli}
POLICIES = {"random": at_random, "balancing": balancing}


def measure(contender: str, policy: Callable[[Any, Any], Any], steps: int) -> dict[str, float]:
    """Microseconds per step: the median of ``env.step``, and CPU and wall time of everything, divided by the steps."""
    with tempfile.TemporaryDirectory() as folder:
        env, finish = CONTENDERS[contender](folder)
        random = np.random.default_rng(0)
        durations: list[int] = []
        episodes, seed = 1, 0
        observation, _ = env.reset(seed=seed)
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        for _ in range(steps):
            action = policy(observation, random)
            start = time.perf_counter_ns()
            observation, _, terminated, truncated, _ = env.step(action)
            durations.append(time.perf_counter_ns() - start)
            if terminated or truncated:
                observation, _ = env.reset()
                episodes += 1
        finish()
        return {
            "median": statistics.median(durations) / 1e3,
            "cpu": (time.process_time_ns() - cpu) / steps / 1e3,
            "wall": (time.perf_counter_ns() - wall) / steps / 1e3,
            "steps_per_episode": steps / episodes,
        }


def main() -> None:
    warnings.simplefilter("ignore")
    contender, policy, steps = sys.argv[1], POLICIES[sys.argv[2]], int(sys.argv[3])
    measure(contender, policy, steps // 10)  # imports, caches and files that are made once
    figures = {"bare": measure("bare", policy, steps), contender: measure(contender, policy, steps)}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
