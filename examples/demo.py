"""A minute with Tupli, without a server: record, load through a filter, train offline, compare.

hatch run demo                  in a new temporary folder
hatch run demo path/to/folder   in a folder of yours
"""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gymnasium as gym
import numpy as np
from offline_learner import fit
from rich.console import Console

from tupli_client import FileStorage, TupliDataset, TupliEnvWrapper, evaluate, rollout

NOISE = 0.45
console = Console(highlight=False)


class NoisyPolicy:
    """Pushes the cart to where the pole falls, but moves at random in 45 of 100 steps: a mediocre expert."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def __call__(self, observation: np.ndarray) -> int:
        if self.random.random() < NOISE:
            return int(self.random.integers(2))
        _, _, angle, angular_velocity = observation
        return int(angle + 0.5 * angular_velocity > 0)


@contextmanager
def step(title: str) -> Iterator[None]:
    """Says what is being done, and how long it took."""
    console.print(f"\n[bold]{title}[/bold]")
    began = time.perf_counter()
    yield
    console.print(f"[dim]{time.perf_counter() - began:.1f} s[/dim]")


def main(folder: Path) -> None:
    storage = FileStorage(folder)

    with step(f"1. Record 120 episodes of CartPole-v1 in {folder}"):
        env = TupliEnvWrapper(gym.make("CartPole-v1"), storage, metadata_callback=lambda _: {"noise": NOISE})
        env.store(name="cart-pole", description="Balance a pole on a cart.", difficulty="easy")
        rollout(env, NoisyPolicy(seed=0), episodes=120, seed=0)
        env.close()

    with step("2. Load those that lasted for at least 50 steps"):
        dataset = TupliDataset(storage).with_benchmark("cart-pole").where(f"noise == {NOISE} and n_tuples >= 50").load()
        console.print(dataset)

    with step("3. Train offline: fitted Q iteration, in numpy"):
        data = dataset.convert_to_d4rl_format()
        policy = fit(data, n_actions=2)
        console.print(f"{len(data['rewards']):,} transitions")

    with step("4. Try the policy in 20 new episodes"):
        learned = evaluate(policy, gym.make("CartPole-v1"), episodes=20, seed=10_000)

    of_data = np.mean([episode.return_ for episode in dataset.episodes])
    console.print(f"\nmean return of the data    [bold]{of_data:6.1f}[/bold]")
    console.print(
        f"mean return of the policy  [bold green]{learned.mean:6.1f}[/bold green]  (500 is the most there is)"
    )
    console.print(f"\nThe data stays: [bold]tupli episode list --storage {folder}[/bold]")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.mkdtemp(prefix="tupli-demo-")))
