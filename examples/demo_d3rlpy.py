"""From recording to a deep offline learner: CartPole, played by a noisy script, and d3rlpy's DiscreteCQL.

hatch run d3rlpy:demo           half a minute on one core, in an environment of its own with torch
"""

import logging
import sys
import tempfile
from pathlib import Path

import d3rlpy
import gymnasium as gym
import numpy as np
import structlog
import torch
from demo import NoisyPolicy, console, step

from tupli_client import FileStorage, TupliDataset, TupliEnvWrapper, evaluate, rollout

N_STEPS = 3_000


def main(folder: Path) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))  # d3rlpy tells a lot
    torch.set_num_threads(1)
    d3rlpy.seed(0)
    storage = FileStorage(folder)

    with step(f"1. Record 100 episodes of CartPole-v1 in {folder}"):
        env = TupliEnvWrapper(gym.make("CartPole-v1"), storage)
        env.store(name="cart-pole")
        rollout(env, NoisyPolicy(seed=1), episodes=100, seed=1_000)
        env.close()

    with step("2. Load them as a d3rlpy dataset"):
        dataset = TupliDataset(storage).with_benchmark("cart-pole").load()
        # How many actions there are is known from the benchmark; the last transition of truncated episodes is kept.
        mdp_dataset = dataset.convert_to_d3rlpy()
        console.print(dataset)

    with step(f"3. Train DiscreteCQL for {N_STEPS:,} steps"):
        learner = d3rlpy.algos.DiscreteCQLConfig().create(device="cpu:0")
        learner.fit(
            mdp_dataset,
            n_steps=N_STEPS,
            n_steps_per_epoch=N_STEPS,
            show_progress=False,
            logger_adapter=d3rlpy.logging.NoopAdapterFactory(),
        )

    with step("4. Try the policy in 10 new episodes"):
        learned = evaluate(
            lambda observation: int(learner.predict(observation[np.newaxis])[0]),
            gym.make("CartPole-v1"),
            episodes=10,
            seed=10_000,
        )

    of_data = np.mean([episode.return_ for episode in dataset.episodes])
    console.print(f"\nmean return of the data    [bold]{of_data:6.1f}[/bold]")
    console.print(
        f"mean return of the policy  [bold green]{learned.mean:6.1f}[/bold green]  (500 is the most there is)"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="tupli-demo-")))
