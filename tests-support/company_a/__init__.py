"""What the published examples take for granted: an organization's environment, its data, and its records of the past."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import gymnasium
import numpy as np
import numpy.typing as npt
import pandas as pd
from gymnasium import spaces
from gymnasium.envs.classic_control import MountainCarEnv

from tupli_client import RLTuple

Observation = npt.NDArray[np.float32]

HOURS = 24
MONTHS = ("May", "June", "July", "August", "September")
DAYS = 2
"""So many days of each month are on record."""


class PowerSystemEnv(gymnasium.Env[Observation, Any]):
    """A battery in a building: it buys when power is cheap. One episode is a day, one step an hour."""

    def __init__(self) -> None:
        self.observation_space = spaces.Box(-1, 3, (3,), np.float32)
        self.action_space = spaces.Box(-1, 1, (1,), np.float32)
        self.hour, self.charge = 0, 0.0

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Observation, dict[str, Any]]:
        super().reset(seed=seed)
        self.hour, self.charge = 0, float(self.np_random.random())
        return self._observation(), {}

    def step(self, action: Any) -> tuple[Observation, float, bool, bool, dict[str, Any]]:
        before, self.charge = self.charge, float(np.clip(self.charge + 0.3 * action[0], 0, 1))
        cost = (self.charge - before) * self._price()
        self.hour += 1
        return self._observation(), -cost, False, self.hour == HOURS, {"bought": self.charge - before}

    def _price(self) -> float:
        return 1 + float(np.sin(2 * np.pi * self.hour / HOURS))

    def _observation(self) -> Observation:
        return np.array([self.hour / HOURS, self._price(), self.charge], np.float32)


class HistoricEpisode(NamedTuple):
    """A day on record."""

    metadata: dict[str, Any]
    tuples: list[RLTuple]


def load_historic_data() -> Iterator[HistoricEpisode]:
    """What happened on some days, and in which months."""
    random = np.random.default_rng(0)
    for month in MONTHS:
        for day in range(DAYS):
            yield HistoricEpisode({"month": month, "day": day}, list(_a_day(random)))


def _a_day(random: np.random.Generator) -> Iterator[RLTuple]:
    env = PowerSystemEnv()
    state, _ = env.reset(seed=int(random.integers(1_000)))
    timeout = False
    while not timeout:
        action = random.uniform(-1, 1, 1).astype(np.float32)
        next_state, reward, terminated, timeout, info = env.step(action)
        # The words of the paper's text.
        yield RLTuple(state=state, action=action, reward=reward, info=info, terminated=terminated, timeout=timeout)
        state = next_state


class WindyMountainCar(MountainCarEnv):
    """A car in a valley, slowed down by a wind that blows as a file says."""

    def __init__(self, data_path: Path) -> None:
        super().__init__()
        self.data = pd.read_csv(data_path, index_col=0, header=None) * 0.01
        self.current_step = 0

    def reset(self, **arguments: Any) -> tuple[Any, dict[str, Any]]:
        self.current_step = 0
        found: tuple[Any, dict[str, Any]] = super().reset(**arguments)
        return found

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        position, velocity = self.state
        self.state = (position, velocity - self.data.loc[self.current_step].to_numpy()[0] * np.cos(position))
        self.current_step += 1
        found: tuple[Any, float, bool, bool, dict[str, Any]] = super().step(action)
        return found


def write_wind_data(path: Path, n_steps: int = 100) -> Path:
    """A file for ``WindyMountainCar``."""
    random = np.random.default_rng(1)
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(enumerate(random.uniform(0, 0.01, n_steps)))
    return path
