"""Make the data sets of Schweighofer et al. (2022) anew: a DQN agent, and what five policies collect.

    pip install torch gymnasium numpy                          # a CPU build of torch is enough
    python benchmarks/published_table.py train CartPole-v1 out
    python benchmarks/published_table.py train MountainCar-v0 out

``train`` takes about ten minutes on one core and writes ``out/<environment>.npz``. ``published_table_fixture.py`` turns these
files into the small fixture of the tests, and prints coverage and quality beside the values of the paper's figure.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import gymnasium
import numpy as np
import torch
from numpy.typing import NDArray

Policy = Callable[[NDArray[np.float32]], int]

TRANSITIONS = 100_000
BATCH = 32
BUFFER = 50_000
LEARNING_RATE = 1e-4
TARGET_EVERY = 100
EPSILON_END, EPSILON_STEPS = 0.01, 1_000
NOISY_EPSILON = 0.2
RANDOM_SHARE_OF_MIXED = 0.8
EVALUATE_EVERY, EVALUATION_EPISODES = 1_000, 10
GAMMA = {"CartPole-v1": 0.95, "MountainCar-v0": 0.99}


@dataclass
class Steps:
    """The columns of one data set; ``next_observations`` are only needed for learning."""

    observations: NDArray[np.float32]
    actions: NDArray[np.int8]
    rewards: NDArray[np.float32]
    next_observations: NDArray[np.float32]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]

    @classmethod
    def empty(cls, n: int, width: int) -> Steps:
        wide = np.zeros((n, width), np.float32)
        flags = np.zeros(n, bool)
        return cls(wide, np.zeros(n, np.int8), np.zeros(n, np.float32), wide.copy(), flags, flags.copy())

    def put(self, i: int, *row: object) -> None:
        for column, value in zip(vars(self).values(), row, strict=True):
            column[i] = value


class Agent:
    """A deep Q-network of three hidden layers of 256 SELU units, after Mnih et al. (2015)."""

    def __init__(self, width: int, n_actions: int, gamma: float) -> None:
        self.online, self.target = _network(width, n_actions), _network(width, n_actions)
        self.target.load_state_dict(self.online.state_dict())
        self.optimizer = torch.optim.Adam(self.online.parameters(), lr=LEARNING_RATE)
        self.gamma = gamma

    def learn(self, steps: Steps, rows: NDArray[np.int64]) -> None:
        observations, next_observations = (
            torch.from_numpy(steps.observations[rows]),
            torch.from_numpy(steps.next_observations[rows]),
        )
        actions = torch.from_numpy(steps.actions[rows].astype(np.int64))[:, None]
        with torch.no_grad():
            # Only a terminated step ends the return: a truncated one bootstraps.
            going_on = torch.from_numpy(~steps.terminated[rows]).float()
            targets = (
                torch.from_numpy(steps.rewards[rows])
                + self.gamma * going_on * self.target(next_observations).max(1).values
            )
        loss = torch.nn.functional.huber_loss(self.online(observations).gather(1, actions)[:, 0], targets)
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def greedy(self) -> Policy:
        """The policy of this moment, in numpy: ten times quicker than torch for single observations."""
        layers = [
            (m.weight.detach().numpy().copy(), m.bias.detach().numpy().copy())
            for m in self.online
            if isinstance(m, torch.nn.Linear)
        ]

        def act(observation: NDArray[np.float32]) -> int:
            x = observation
            for i, (weight, bias) in enumerate(layers):
                x = weight @ x + bias
                if i < len(layers) - 1:
                    x = 1.0507009873554805 * np.where(x > 0, x, 1.6732632423543772 * np.expm1(np.minimum(x, 0)))
            return int(x.argmax())

        return act


def _network(width: int, n_actions: int) -> torch.nn.Sequential:
    sizes = (width, 256, 256, 256)
    hidden = [layer for a, b in pairwise(sizes) for layer in (torch.nn.Linear(a, b), torch.nn.SELU())]
    return torch.nn.Sequential(*hidden, torch.nn.Linear(256, n_actions))


def collect(name: str, policy: Policy, n: int, seed: int, epsilon: float = 0.0) -> Steps:
    """``n`` steps of ``policy``, which acts at random with probability ``epsilon``."""
    env, rng = gymnasium.make(name), np.random.default_rng(seed)
    steps = Steps.empty(n, int(np.prod(env.observation_space.shape or ())))
    observation, _ = env.reset(seed=seed)
    for i in range(n):
        action = int(rng.integers(env.action_space.n)) if rng.random() < epsilon else policy(observation)  # type: ignore[attr-defined]
        following, reward, terminated, truncated, _ = env.step(action)
        steps.put(i, observation, action, reward, following, terminated, truncated)
        observation = env.reset()[0] if terminated or truncated else following
    return steps


def evaluate(name: str, policy: Policy, seed: int) -> list[float]:
    """The undiscounted returns of a few episodes."""
    env, returns = gymnasium.make(name), []
    for episode in range(EVALUATION_EPISODES):
        observation, _ = env.reset(seed=seed + episode)
        total, over = 0.0, False
        while not over:
            observation, reward, terminated, truncated, _ = env.step(policy(observation))
            total, over = total + float(reward), terminated or truncated
        returns.append(total)
    return returns


def train(name: str, seed: int) -> tuple[Steps, Agent, NDArray[np.float64]]:
    """Online training: every transition it saw (the replay data), the agent, and the greedy evaluations on the way."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    env, rng = gymnasium.make(name), np.random.default_rng(seed)
    n_actions, evaluations = int(env.action_space.n), []  # type: ignore[attr-defined]
    steps = Steps.empty(TRANSITIONS, int(np.prod(env.observation_space.shape or ())))
    agent = Agent(steps.observations.shape[1], n_actions, GAMMA[name])
    observation, _ = env.reset(seed=seed)
    for i in range(TRANSITIONS):
        epsilon = max(EPSILON_END, 1 - (1 - EPSILON_END) * i / EPSILON_STEPS)
        if rng.random() < epsilon:
            action = int(rng.integers(n_actions))
        else:
            with torch.no_grad():
                action = int(agent.online(torch.from_numpy(observation)).argmax())
        following, reward, terminated, truncated, _ = env.step(action)
        steps.put(i, observation, action, reward, following, terminated, truncated)
        observation = env.reset()[0] if terminated or truncated else following
        if i >= BATCH:
            agent.learn(steps, rng.integers(max(0, i + 1 - BUFFER), i + 1, BATCH))
        if i % TARGET_EVERY == 0:
            agent.target.load_state_dict(agent.online.state_dict())
        if (i + 1) % EVALUATE_EVERY == 0:
            evaluations.append(evaluate(name, agent.greedy(), seed=10_000 + i))
    return steps, agent, np.array(evaluations)


def make(name: str, folder: Path, seed: int) -> None:
    """Train once, let the five policies collect, and write one file."""
    replay, agent, evaluations = train(name, seed)
    policy = agent.greedy()
    random, expert = (
        collect(name, policy, TRANSITIONS, seed + 1, epsilon=1.0),
        collect(name, policy, TRANSITIONS, seed + 2),
    )
    noisy = collect(name, policy, TRANSITIONS, seed + 3, epsilon=NOISY_EPSILON)
    columns = {
        f"{label}_{column}": getattr(steps, column)
        for label, steps in {"random": random, "replay": replay, "noisy": noisy, "expert": expert}.items()
        for column in ("observations", "actions", "rewards", "terminated", "truncated")
    }
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / f"{name}.npz", evaluations=evaluations, **columns)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("verb", choices=["train"])
    parser.add_argument("environment", choices=sorted(GAMMA))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    make(arguments.environment, arguments.folder, arguments.seed)
